"""What is held about the caller, and what a deletion would do with it: only what they may learn of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import Own, must_be_fresh
from dsar.api.disputes import BesideSerializer
from dsar.engine import foresight
from dsar.engine.rights import correction

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class RecipientSerializer(serializers.Serializer[Any]):
    """Who else receives it."""

    code = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    country = serializers.CharField()
    safeguard = serializers.CharField(allow_blank=True)


class FieldSerializer(serializers.Serializer[Any]):
    """A field that can be corrected, with the value that is held."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member of that name
    value = serializers.JSONField()


class CorrectableSerializer(serializers.Serializer[Any]):
    """A record with fields that can be corrected."""

    row = serializers.CharField()
    fields_ = FieldSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Call the member `fields`, a name that serializers keep for themselves."""
        found = super().get_fields()
        return {"row": found["row"], "fields": found["fields_"]}


class HoldingSerializer(serializers.Serializer[Any]):
    """One kind of record."""

    declaration = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    records = serializers.IntegerField()
    released = serializers.BooleanField()
    purpose = serializers.CharField()
    why = serializers.CharField()
    basis = serializers.CharField()
    kept = serializers.CharField()
    categories = serializers.ListField(child=serializers.CharField())
    recipients = RecipientSerializer(many=True)
    correctable = CorrectableSerializer(many=True)
    annotations = BesideSerializer(many=True)


class ForeseenSerializer(serializers.Serializer[Any]):
    """What a deletion would do with one kind of record."""

    declaration = serializers.CharField()
    title = serializers.CharField()
    action = serializers.ChoiceField(choices=["delete", "overwrite", "retain"])
    records = serializers.IntegerField()
    fields_ = serializers.DictField(child=serializers.CharField())
    reason = serializers.CharField(allow_blank=True)
    until = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Call the member `fields`, a name that serializers keep for themselves."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class Holdings(Own):
    """What is held."""

    @extend_schema(operation_id="holdings_list", responses=HoldingSerializer(many=True))
    def get(self, call: Call) -> Response:
        """List every kind of record held about you: how many, why, how long, who receives it, what you can correct."""
        must_be_fresh(call)
        held = foresight.holdings(call.user.pk)
        values = correction.correctable(call.user.pk, [one["declaration"] for one in held])
        return Response([one | {"correctable": values.get(one["declaration"], [])} for one in held])


class DeletionPreview(Own):
    """What would happen."""

    @extend_schema(operation_id="preview_deletion", responses=ForeseenSerializer(many=True))
    def get(self, call: Call) -> Response:
        """Foresee a deletion: what would go, what would be overwritten, what stays until when and why."""
        must_be_fresh(call)
        return Response(foresight.deletion_of(call.user.pk))
