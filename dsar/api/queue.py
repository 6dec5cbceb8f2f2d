"""Staff's side of requests: the queue, one request in full, and every act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api import dates
from dsar.api.callers import ForStaff, staff
from dsar.api.desk import ReasonSerializer
from dsar.api.pages import PAGED, DueFirst, page_of
from dsar.api.shapes import ASKABLE, STATES
from dsar.api.strictness import Strict
from dsar.api.verdicts import VerdictSerializer
from dsar.cases import lifecycle, owning, pausing, permissions, variants
from dsar.cases.delays import Pause
from dsar.cases.human_review import HumanReview
from dsar.cases.models import Decision, Request
from dsar.cases.states import Outcome, Right, State
from dsar.engine import reception, review
from dsar.engine.rights import correction
from dsar.law import grounds
from dsar.ledger import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from rest_framework.request import Request as Call


class QueuedSerializer(serializers.Serializer[Any]):
    """A request in the queue; nothing here says who asks."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    right = serializers.ChoiceField(choices=list(Right))
    scope = serializers.JSONField()
    state = serializers.ChoiceField(choices=list(STATES))
    outcome = serializers.ChoiceField(choices=list(Outcome), allow_null=True)
    channel = serializers.CharField()
    laws = serializers.ListField(child=serializers.CharField())
    verified = serializers.BooleanField()
    received_at = serializers.DateTimeField()
    policy_version = serializers.CharField()
    due_at = serializers.DateTimeField()
    was_overdue = serializers.BooleanField()


class DecisionSerializer(serializers.Serializer[Any]):
    """What was decided."""

    verdict = serializers.ChoiceField(choices=Decision.Verdict.choices)
    grounds = serializers.DictField(child=serializers.CharField())
    automatic = serializers.BooleanField()
    decided_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """One field that the person wants corrected."""

    id = serializers.CharField()
    declaration = serializers.CharField()
    row = serializers.CharField()
    field = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    result = serializers.CharField()
    ground = serializers.CharField(allow_blank=True)


class EntrySerializer(serializers.Serializer[Any]):
    """An entry of the ledger."""

    at = serializers.CharField()
    tag = serializers.CharField()


class InFullSerializer(QueuedSerializer):
    """A request with its decision, changes and evidence, and the grounds that a refusal may rest on."""

    decision = DecisionSerializer(allow_null=True)
    corrections = ChangeSerializer(many=True)
    entries = EntrySerializer(many=True)
    grounds = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    needs_second_person = serializers.BooleanField()
    dates = dates.DatesSerializer()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a request would do now."""

    digest = serializers.CharField(help_text="Send it as `shown` when you decide.")
    sentences = serializers.ListField(child=serializers.CharField())
    steps = serializers.ListField(child=serializers.DictField())


class QuestionSerializer(Strict):
    """What staff need to know of the requester."""

    question = serializers.CharField(max_length=10_000)
    kind = serializers.ChoiceField(
        choices=ASKABLE, required=False, default=Pause.Kind.CLARIFICATION
    )
    reason = serializers.CharField(
        max_length=10_000,
        required=False,
        default="",
        help_text="What the doubt is, for the file; asking for identity needs it.",
    )
    affirmed = serializers.BooleanField(
        required=False, default=False, help_text="So much data is held that guidance lets you ask."
    )


class WantedSerializer(serializers.Serializer[Any]):
    """Which requests to list."""

    right = serializers.ChoiceField(choices=list(Right), required=False)
    state = serializers.ChoiceField(choices=list(STATES), required=False)
    due_before = serializers.DateTimeField(required=False)
    open = serializers.BooleanField(required=False, allow_null=True, default=None)


class Queue(ForStaff):
    """The queue."""

    @extend_schema(
        operation_id="staff_requests_list",
        parameters=[
            WantedSerializer,
            *PAGED,
        ],
        responses=page_of(QueuedSerializer),
    )
    def get(self, call: Call) -> Response:
        """List requests, what is due first at the top; page by cursor, which costs the same on every page."""
        wanted = WantedSerializer(data=call.query_params.dict())
        wanted.is_valid(raise_exception=True)
        pages = DueFirst()
        page = pages.paginate_queryset(_matching(wanted.validated_data), call, view=self)
        return pages.get_paginated_response([_queued(one) for one in page or []])


class ReopenedSerializer(serializers.Serializer[Any]):
    """The case in which a request goes on."""

    reference = serializers.CharField()
    received_at = serializers.DateTimeField()


class OnOne(ForStaff):
    """An act on one request."""

    def request_of(self, pk: Any) -> Request:
        """The request with its case and key."""
        return get_object_or_404(Request.objects.select_related("case__key"), pk=pk)


class OneRequest(OnOne):
    """One request in full."""

    @extend_schema(operation_id="staff_requests_retrieve", responses=InFullSerializer)
    def get(self, call: Call, pk: Any) -> Response:
        """Read one request; that you looked is recorded. To auditors the values of a correction are empty."""
        request, actor = self.request_of(pk), staff(call)
        review.look(request, actor=actor)
        return Response(in_full(request, in_clear=actor.may(permissions.HANDLE)))


class Preview(OnOne):
    """Seeing what would happen."""

    needs = permissions.HANDLE

    @extend_schema(operation_id="staff_requests_preview", request=None, responses=PreviewSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Plan the request as it would run now, with a sentence a step; that you looked is recorded."""
        planned = review.preview(self.request_of(pk), actor=staff(call))
        return Response(
            {"digest": planned.digest, "sentences": review.explain(planned), "steps": planned.steps}
        )


class Decide(OnOne):
    """Deciding."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_requests_decide",
        request=VerdictSerializer,
        responses=InFullSerializer,
        examples=[
            OpenApiExample(
                "Grant", value={"verdict": "granted", "shown": "0" * 64}, request_only=True
            ),
            OpenApiExample(
                "Refuse",
                value={
                    "verdict": "refused",
                    "grounds": {"SG": "sg_repetitive_or_vexatious"},
                    "reason": "Third request this week for the same copy.",
                    "shown": "0" * 64,
                },
                request_only=True,
            ),
        ],
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Decide on the plan that was shown. A refusal needs a ground under every law that applies."""
        given = VerdictSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        decided = review.decide(
            self.request_of(pk),
            verdict=Decision.Verdict(said["verdict"]),
            actor=staff(call),
            shown=said["shown"],
            grounds=said.get("grounds"),
            reason=said["reason"],
            balancing=said["balancing"],
            derived_from=said["derived_from"],
            looked_again=HumanReview(**said["human_review"]) if said["human_review"] else None,
            refusals=said.get("corrections"),
            kept=said.get("kept"),
        )
        return Response(in_full(decided))


class Approve(OnOne):
    """Giving the second signature."""

    needs = permissions.APPROVE

    @extend_schema(operation_id="staff_requests_approve", request=None, responses=InFullSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Approve what somebody else granted; a deletion's waiting period begins."""
        return Response(in_full(review.approve(self.request_of(pk), actor=staff(call))))


class Take(OnOne):
    """Looking after a request."""

    needs = permissions.HANDLE

    @extend_schema(operation_id="staff_requests_take", request=None, responses=InFullSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Become the one who hears first when the request's date comes near."""
        return Response(in_full(owning.take(self.request_of(pk), actor=staff(call))))


class Ask(OnOne):
    """Asking the requester."""

    needs = permissions.HANDLE

    @extend_schema(
        operation_id="staff_requests_ask", request=QuestionSerializer, responses=InFullSerializer
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Ask by letter and wait; whether the clock waits too is for each law to say."""
        given = QuestionSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        pausing.ask(self.request_of(pk), actor=staff(call), **given.validated_data)
        return Response(in_full(self.request_of(pk)))


class Resume(OnOne):
    """Going on."""

    needs = permissions.HANDLE

    @extend_schema(operation_id="staff_requests_resume", request=None, responses=InFullSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Go on with a request that waited for the requester."""
        request = self.request_of(pk)
        lifecycle.advance(request, to=State.IN_REVIEW, actor=staff(call))
        return Response(in_full(self.request_of(pk)))


class Verify(OnOne):
    """Vouching for who asks."""

    needs = permissions.HANDLE

    @extend_schema(operation_id="staff_requests_verify", request=None, responses=InFullSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Say that you established who asks; what waited for it in this case goes on."""
        request = self.request_of(pk)
        reception.verify(request.case, actor=staff(call))
        return Response(in_full(self.request_of(pk)))


class Reopen(OnOne):
    """Taking up again what was closed unproved or set aside."""

    needs = permissions.HANDLE

    @extend_schema(
        operation_id="staff_requests_reopen", request=ReasonSerializer, responses=ReopenedSerializer
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Take a request up again in a case of its own, with the first day of receipt and the reason why."""
        given = ReasonSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        reason = given.validated_data["reason"]
        case = reception.reopen(self.request_of(pk), actor=staff(call), reason=reason)
        return Response({"reference": case.reference, "received_at": case.received_at})


class Retry(OnOne):
    """Trying again."""

    needs = permissions.DECIDE

    @extend_schema(operation_id="staff_requests_retry", request=None, responses=InFullSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Carry out once more what needed attention, on the plan that was approved."""
        return Response(in_full(review.retry(self.request_of(pk), actor=staff(call))))


def _matching(wanted: Mapping[str, Any]) -> QuerySet[Request]:
    found = Q()
    for name in ("right", "state"):
        if name in wanted:
            found &= Q(**{name: wanted[name]})
    if "due_before" in wanted:
        found &= Q(due_at__lt=wanted["due_before"])
    if wanted["open"] is not None:
        closed = Q(state=State.CLOSED)
        found &= ~closed if wanted["open"] else closed
    return Request.objects.select_related("case").filter(found)


def _queued(request: Request) -> dict[str, Any]:
    case = request.case
    return {
        "id": request.pk,
        "reference": case.reference,
        "right": request.right,
        "scope": request.scope,
        "state": request.state,
        "outcome": request.outcome or None,
        "channel": case.channel,
        "laws": case.regimes,
        "verified": case.verified_at is not None,
        "received_at": case.received_at,
        "policy_version": case.policy_version,
        "due_at": request.due_at,
        "was_overdue": request.was_overdue,
    }


def in_full(request: Request, *, in_clear: bool = True) -> dict[str, Any]:
    """A request as staff see it; without clearance no value that a person gave."""
    return _queued(request) | {
        "decision": _decision(Decision.objects.filter(request=request).first()),
        "corrections": correction.shown(request, in_clear=in_clear),
        "entries": [{"at": entry.at, "tag": entry.tag} for entry in log.entries(request.pk)],
        "grounds": {
            regime: [one.code for one in grounds.applicable(variants.of(request), regime=regime)]
            for regime in request.case.regimes
        },
        "needs_second_person": review.needs_second_person(request),
        "dates": dates.of(request),
    }


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "verdict": decision.verdict,
        "grounds": decision.grounds,
        "automatic": decision.automatic,
        "decided_at": decision.decided_at,
        "approved_at": decision.approved_at,
    }
