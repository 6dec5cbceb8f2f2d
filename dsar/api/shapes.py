"""What the API says of a case: the shapes of `engine.following`, for the schema."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import serializers

from dsar.cases import pausing
from dsar.cases.delays import Pause
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.sending_models import Sending
from dsar.cases.states import Outcome, Right, State
from dsar.engine import following
from dsar.engine.renewing import Renewal
from dsar.registers.annotation_models import Annotation

STATES = tuple(State)
SHOWN_STATES = following.SHOWN_STATES
OUTCOMES = tuple(Outcome)
QUESTIONS = tuple(Pause.Kind.choices)
RENEWALS = tuple(Renewal)
ASKABLE = tuple((one.value, one.label) for one in pausing.QUESTIONS)
ANNOTATIONS = tuple(Annotation.Kind.choices)


class ProgressSerializer(serializers.Serializer[Any]):
    """How many steps of the plan are done."""

    done = serializers.IntegerField()
    all = serializers.IntegerField()


class PackageSerializer(serializers.Serializer[Any]):
    """A copy that can be fetched."""

    filename = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    expires_at = serializers.DateTimeField()


class EventSerializer(serializers.Serializer[Any]):
    """One thing that happened."""

    at = serializers.DateTimeField()
    what = serializers.CharField()


class LetterSerializer(serializers.Serializer[Any]):
    """A letter that can be read."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    written_at = serializers.DateTimeField()
    request = serializers.UUIDField(allow_null=True)


class ToldSerializer(serializers.Serializer[Any]):
    """Somebody who has the data, and whether they were told of what was done."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=RecipientTask.State.choices)
    told_at = serializers.DateTimeField(allow_null=True)


class FeeSerializer(serializers.Serializer[Any]):
    """What an answer would cost: you agree or drop the request, and we begin when it is paid."""

    amount = serializers.CharField()
    currency = serializers.CharField()
    accepted = serializers.BooleanField()


class SendingSerializer(serializers.Serializer[Any]):
    """To which service a portable copy goes, and how that stands; the reason why it was not sent."""

    service = serializers.CharField(allow_blank=True)
    host = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Sending.State.choices)
    reason = serializers.ChoiceField(choices=Sending.Reason.choices, allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RequestSerializer(serializers.Serializer[Any]):
    """One right that was asked for, and how it stands."""

    id = serializers.UUIDField()
    right = serializers.ChoiceField(choices=list(Right))
    scope = serializers.JSONField()
    state = serializers.ChoiceField(choices=list(SHOWN_STATES))
    outcome = serializers.ChoiceField(choices=list(Outcome), allow_null=True)
    due_at = serializers.DateTimeField()
    waits_until = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    progress = ProgressSerializer()
    package = PackageSerializer(allow_null=True)
    renewal = serializers.ChoiceField(
        choices=RENEWALS,
        allow_null=True,
        help_text="What there is in place of a copy that can be fetched no more; null where there is nothing to renew.",
    )
    recipients = ToldSerializer(many=True)
    fee = FeeSerializer(allow_null=True)
    sending = SendingSerializer(allow_null=True)


class FollowedRequestSerializer(RequestSerializer):
    """The same with its story."""

    timeline = EventSerializer(many=True)


class CaseSerializer(serializers.Serializer[Any]):
    """A submission and its requests."""

    reference = serializers.CharField()
    received_at = serializers.DateTimeField()
    language = serializers.CharField()
    laws = serializers.ListField(child=serializers.CharField())
    verified = serializers.BooleanField()
    policy_version = serializers.CharField(
        help_text="The privacy policy that was in force when it was received; empty where there was none."
    )
    requests = RequestSerializer(many=True)
    letters = LetterSerializer(many=True)


class FollowedCaseSerializer(CaseSerializer):
    """The same with each request's story."""

    requests = FollowedRequestSerializer(many=True)


def plain(said: dict[str, Any]) -> Any:
    """The same in bare JSON types, to be kept."""
    return json.loads(json.dumps(said, cls=DjangoJSONEncoder))
