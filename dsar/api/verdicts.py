"""What staff say when they decide."""

from __future__ import annotations

from rest_framework import serializers

from dsar.api.strictness import Strict
from dsar.cases.models import Decision


class HumanReviewSerializer(Strict):
    """What a human found who looked at a decision by machine."""

    result = serializers.ChoiceField(choices=Decision.Review.choices)
    reason = serializers.CharField(
        max_length=5_000, help_text="In words for the person: it goes into the letter."
    )
    view_considered = serializers.BooleanField(
        help_text="Whether what the person says about it was considered; it has to be."
    )


class VerdictSerializer(Strict):
    """A decision."""

    verdict = serializers.ChoiceField(choices=Decision.Verdict.choices)
    grounds = serializers.DictField(
        child=serializers.CharField(max_length=60), required=False, help_text="A ground per law."
    )
    reason = serializers.CharField(
        max_length=10_000,
        required=False,
        default="",
        help_text="For the file; nobody but staff reads it.",
    )
    balancing = serializers.CharField(max_length=5_000, required=False, default="")
    derived_from = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        help_text="Of a value that is derived data: what it was worked out from, in words for the person.",
    )
    human_review = HumanReviewSerializer(
        required=False,
        allow_null=True,
        default=None,
        help_text="Needed where the objection is to a decision by machine (GDPR Art. 22(3)).",
    )
    shown = serializers.RegexField(r"^[0-9a-f]{64}\Z", help_text="The digest of the preview.")
    corrections = serializers.DictField(
        child=serializers.CharField(max_length=60),
        required=False,
        help_text="Fields to refuse: from a correction's id to the code of its ground.",
    )
    kept = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(max_length=60)),
        required=False,
        help_text="Of a deletion granted in part: kinds of records that stay, from a declaration's label to a ground"
        " under each law.",
    )
