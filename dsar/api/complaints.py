"""Complaints: filed by their person, logged in or by mailed link and code; looked at again by other staff."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.answers import BY_LINK, opened
from dsar.api.callers import ByLink, ForStaff, Own, cases_of, requester, staff
from dsar.api.strictness import Strict
from dsar.cases import complaints, permissions
from dsar.cases.complaint_models import Complaint
from dsar.cases.models import Case, Request
from dsar.engine import reception

if TYPE_CHECKING:
    from rest_framework.request import Request as Call

    from dsar.cases.actors import Actor


class ComplaintSerializer(serializers.Serializer[Any]):
    """How a complaint stands."""

    id = serializers.UUIDField()
    request = serializers.UUIDField(allow_null=True)
    received_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    outcome = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    reopened = serializers.UUIDField(allow_null=True)


class StaffComplaintSerializer(ComplaintSerializer):
    """The same with what it says and who looks at it."""

    case = serializers.CharField()
    text = serializers.CharField()
    assigned = serializers.BooleanField()


class ComplaintFilingSerializer(Strict):
    """What is wrong, and with which closed request, if with one."""

    text = serializers.CharField(max_length=10_000)
    request = serializers.UUIDField(required=False, allow_null=True)


class AloneSerializer(Strict):
    """A complaint that came by mail, post or telephone from somebody who has no case."""

    text = serializers.CharField(max_length=10_000)
    contact = serializers.EmailField()
    channel = serializers.ChoiceField(choices=Case.Channel.choices)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="en")
    residence = serializers.RegexField(r"^[A-Z]{2}(-[A-Z]{2})?\Z", required=False, default="")


class ComplaintOutcomeSerializer(Strict):
    """What was found, and what follows."""

    outcome = serializers.ChoiceField(choices=Complaint.Outcome.choices)
    finding = serializers.CharField(max_length=5_000)
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=2_000), min_length=1, max_length=20
    )


class Complaints(Own):
    """Complaints in one's own case."""

    @extend_schema(operation_id="complaints_list", responses=ComplaintSerializer(many=True))
    def get(self, call: Call, reference: str) -> Response:
        """See your complaints in one of your cases."""
        case = get_object_or_404(cases_of(call), reference=reference)
        return Response([_shown(one) for one in case.complaints.all()])

    @extend_schema(
        operation_id="complaints_create",
        request=ComplaintFilingSerializer,
        responses={201: ComplaintSerializer},
    )
    def post(self, call: Call, reference: str) -> Response:
        """Say that you are not satisfied; somebody who had no part in the decision looks at it again."""
        case = get_object_or_404(cases_of(call).select_related("key"), reference=reference)
        return _file(call, case, actor=requester(call))


class ComplaintByLink(ByLink):
    """Complaining without account."""

    @extend_schema(
        operation_id="answer_complaint",
        auth=[],
        parameters=BY_LINK,
        request=ComplaintFilingSerializer,
        responses={201: ComplaintSerializer},
    )
    def post(self, call: Call) -> Response:
        """Complain without account: with the mailed link's token and a mailed code, which works once."""
        ComplaintFilingSerializer(data=call.data).is_valid(raise_exception=True)
        actor = opened(call)
        case = get_object_or_404(Case.objects.select_related("key"), pk=actor.case)
        return _file(call, case, actor=actor)


class StaffComplaints(ForStaff):
    """Complaints that wait for an answer, and those that staff take in."""

    needs = permissions.HANDLE

    @extend_schema(
        operation_id="staff_complaints_list", responses=StaffComplaintSerializer(many=True)
    )
    def get(self, call: Call) -> Response:
        """See the open complaints, the most urgent first, at most a hundred."""
        waiting = Complaint.objects.filter(
            answered_at__isnull=True, case__key__wrapped__isnull=False
        )
        found = waiting.select_related("case__key").order_by("answer_by", "pk")[:100]
        return Response([_in_full(one) for one in found])

    @extend_schema(
        operation_id="staff_complaints_create",
        request=AloneSerializer,
        responses={201: StaffComplaintSerializer},
    )
    def post(self, call: Call) -> Response:
        """Take in a complaint of somebody who has no case, by whatever channel it came."""
        given = AloneSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        complaint = reception.take_in_complaint(actor=staff(call), **said)
        return Response(_in_full(complaint), status=HTTPStatus.CREATED)


class TakeComplaint(ForStaff):
    """Taking a complaint on."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_complaints_take", request=None, responses=StaffComplaintSerializer
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Take a complaint on; whoever decided what it is about cannot."""
        return Response(_in_full(complaints.take(_found(pk), actor=staff(call))))


class AnswerComplaint(ForStaff):
    """Answering a complaint."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_complaints_answer",
        request=ComplaintOutcomeSerializer,
        responses=StaffComplaintSerializer,
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Answer a complaint by letter; one that was right opens the request again, for somebody else to decide."""
        given = ComplaintOutcomeSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data | {
            "outcome": Complaint.Outcome(given.validated_data["outcome"])
        }
        answered = reception.answer_complaint(_found(pk), actor=staff(call), **said)
        return Response(_in_full(answered))


def _found(pk: Any) -> Complaint:
    return get_object_or_404(Complaint.objects.select_related("case__key"), pk=pk)


def _file(call: Call, case: Case, *, actor: Actor) -> Response:
    given = ComplaintFilingSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    named = given.validated_data.get("request")
    about = get_object_or_404(Request, pk=named, case=case) if named else None
    said = given.validated_data["text"]
    complaint = complaints.file(case, text=said, actor=actor, request=about)
    return Response(_shown(complaint), status=HTTPStatus.CREATED)


def _shown(one: Complaint) -> dict[str, Any]:
    return {
        "id": one.pk,
        "request": one.request_id,
        "received_at": one.received_at,
        "answer_by": one.answer_by,
        "outcome": one.outcome or None,
        "answered_at": one.answered_at,
        "reopened": one.reopened_id,
    }


def _in_full(one: Complaint) -> dict[str, Any]:
    return _shown(one) | {
        "case": one.case.reference,
        "text": complaints.read(one),
        "assigned": one.assigned_to_id is not None,
    }
