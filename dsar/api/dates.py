"""What the API says to staff of a request's dates: under each law, and what could still move them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from dsar.cases import extending, pausing
from dsar.cases.delays import Pause
from dsar.cases.states import State

if TYPE_CHECKING:
    from dsar.cases.models import Request


class UnderSerializer(serializers.Serializer[Any]):
    """The dates under one law."""

    regime = serializers.CharField()
    edition = serializers.CharField(help_text="Which edition of its rules the request keeps.")
    start = serializers.DateField()
    unrolled = serializers.DateField()
    strict = serializers.DateField()
    adjusted = serializers.DateField()
    notice_by = serializers.DateField(help_text="The last day for a notice that gives more time.")
    extended = serializers.BooleanField()
    promised = serializers.DateField(allow_null=True)


class PauseSerializer(serializers.Serializer[Any]):
    """One question to the requester."""

    kind = serializers.ChoiceField(choices=Pause.Kind.choices)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    affirmed = serializers.BooleanField()


class PromiseKeptSerializer(serializers.Serializer[Any]):
    """A day that was promised, and whether the answer came by it."""

    until = serializers.DateField()
    notified_at = serializers.DateTimeField()
    kept = serializers.BooleanField(allow_null=True, help_text="Null while it can still be kept.")


class WarningSerializer(serializers.Serializer[Any]):
    """A mark on the way to the date, at which staff were warned."""

    mark = serializers.CharField()
    warned_at = serializers.DateTimeField()


class DatesSerializer(serializers.Serializer[Any]):
    """A request's dates."""

    strict_due_at = serializers.DateTimeField(
        help_text="By the law's text alone; lateness and warnings follow it."
    )
    adjusted_due_at = serializers.DateTimeField(
        allow_null=True, help_text="With the pauses that guidance allows as well."
    )
    unrolled_due_on = serializers.DateField(allow_null=True)
    was_overdue = serializers.BooleanField()
    days_late = serializers.IntegerField()
    under = UnderSerializer(many=True)
    pauses = PauseSerializer(many=True)
    promises = PromiseKeptSerializer(many=True)
    warnings = WarningSerializer(many=True)
    waits = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="For each kind of question, the laws whose clock waits for the answer.",
    )
    extendable = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="The laws that let this be extended now, with their grounds.",
    )
    promisable = serializers.ListField(child=serializers.CharField())


def of(request: Request) -> dict[str, Any]:
    """The dates of one request; nothing can move those of one that is closed."""
    is_open = request.state != State.CLOSED
    return {
        "strict_due_at": request.statutory_due_at,
        "adjusted_due_at": request.adjusted_due_at,
        "unrolled_due_on": request.unrolled_due_on,
        "was_overdue": request.was_overdue,
        "days_late": request.days_late,
        "under": request.clocks,
        "pauses": [
            {
                "kind": one.kind,
                "asked_at": one.asked_at,
                "answered_at": one.answered_at,
                "affirmed": one.affirmed,
            }
            for one in request.pauses.order_by("asked_at")
        ],
        "promises": [
            {
                "until": one.until,
                "notified_at": one.notified_at,
                "kept": extending.was_kept(one),
            }
            for one in request.promises.order_by("until")
        ],
        "warnings": [
            {"mark": one.mark, "warned_at": one.warned_at}
            for one in request.warnings.order_by("warned_at", "pk")
        ],
        "waits": {kind: sorted(laws) for kind, laws in pausing.effects(request).items()},
        "extendable": extending.possible(request) if is_open else {},
        "promisable": extending.promisable(request) if is_open else [],
    }
