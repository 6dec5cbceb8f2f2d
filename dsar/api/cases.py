"""A person's own cases: file one, list them, follow one, take a request back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api import idempotency, shapes, throttles
from dsar.api.callers import Own, authenticated_at, cases_of, own_request, requester
from dsar.api.pages import PAGED, Newest, page_of
from dsar.api.strictness import Strict
from dsar.cases import identity, withdrawal
from dsar.cases.intake import Asked, Proposal
from dsar.cases.models import Case, Request
from dsar.cases.states import ObjectionScope, Right, State
from dsar.contract.vocabulary import Channel
from dsar.engine import following, reception
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from rest_framework.request import Request as Call

_ACCESS_AND_DELETION = {
    "rights": [{"right": "access"}, {"right": "deletion"}],
    "language": "en",
}
_CORRECTION = {
    "rights": [
        {
            "right": "correction",
            "corrections": [
                {
                    "declaration": "accounts.Profile",
                    "row": "17",
                    "field": "company",
                    "value": "Example Pte. Ltd.",
                }
            ],
        }
    ]
}
_OBJECTION = {"rights": [{"right": "objection", "scope": {"objection": "marketing"}}]}


class ScopeSerializer(Strict):
    """What exactly is asked; which members a right takes, its documentation says."""

    purposes = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=100, required=False
    )
    declarations = serializers.ListField(
        child=serializers.CharField(max_length=120), max_length=500, required=False
    )
    objection = serializers.ChoiceField(choices=list(ObjectionScope), required=False)
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Channel)),
        min_length=1,
        required=False,
        help_text="With an objection to marketing: where it is to stop. Left out, it stops in every channel.",
    )
    ground = serializers.ChoiceField(choices=Restriction.Ground.choices, required=False)
    send_to = serializers.RegexField(
        r"^[-a-zA-Z0-9_]+\Z",
        max_length=60,
        required=False,
        help_text="With a portability: send the copy there too, once you confirmed it by a mailed code. One of"
        " GET /destinations, or `unlisted` for a service that is not among them.",
    )
    restrict_meanwhile = serializers.BooleanField(
        required=False,
        help_text="With a correction: only store my data while you check it; needs an account.",
    )


class CorrectionSerializer(Strict):
    """One field of one record, and what it should be; GET /holdings lists what can be corrected."""

    declaration = serializers.CharField(max_length=120)
    row = serializers.CharField(max_length=64)
    field = serializers.CharField(max_length=80)
    value = serializers.JSONField(allow_null=True)

    def validate_value(self, value: Any) -> Any:
        """Refuse what no column can hold."""
        if _has_nul(value):
            raise serializers.ValidationError("Null characters cannot be stored.")
        return value


class AskedSerializer(Strict):
    """One right asked for."""

    right = serializers.ChoiceField(choices=list(Right))
    scope = ScopeSerializer(required=False)
    corrections = CorrectionSerializer(many=True, required=False, max_length=200)  # type: ignore[call-arg]  # it goes to the list


class FilingSerializer(Strict):
    """What a person asks in one submission."""

    rights = AskedSerializer(many=True, min_length=1, max_length=20)  # type: ignore[call-arg]  # as above
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    residence = serializers.RegexField(
        r"^[A-Z]{2}(-[A-Z0-9]{1,3})?\Z",
        required=False,
        help_text="Country where you live (ISO 3166-1: `DE`), or a part of it (ISO 3166-2: `US-CA`), if laws of that"
        " place should apply too.",
    )


class WantedSerializer(serializers.Serializer[Any]):
    """Which of one's cases to list."""

    right = serializers.ChoiceField(choices=list(Right), required=False)
    state = serializers.ChoiceField(choices=list(shapes.SHOWN_STATES), required=False)


class Cases(Own):
    """The caller's cases."""

    def get_throttles(self) -> list[Any]:
        """Filing has a rate of its own."""
        counted = super().get_throttles()
        return [*counted, throttles.Filings()] if self.request.method == "POST" else counted

    @extend_schema(
        operation_id="cases_list",
        parameters=[
            WantedSerializer,
            *PAGED,
        ],
        responses=page_of(shapes.CaseSerializer),
    )
    def get(self, call: Call) -> Response:
        """List your cases, newest first."""
        wanted = WantedSerializer(data=call.query_params.dict())
        wanted.is_valid(raise_exception=True)
        pages = Newest()
        page = pages.paginate_queryset(_listed(call, wanted.validated_data), call, view=self)
        return pages.get_paginated_response(
            [following.case(one) for one in following.prepared(page or [])]
        )

    @extend_schema(
        operation_id="cases_create",
        request=FilingSerializer,
        responses={201: shapes.CaseSerializer},
        parameters=[
            OpenApiParameter(
                idempotency.HEADER,
                str,
                OpenApiParameter.HEADER,
                description="Sent again with the same key and body, the first reply is given again.",
                pattern=idempotency.PATTERN,
            )
        ],
        examples=[
            OpenApiExample("Access and deletion", value=_ACCESS_AND_DELETION, request_only=True),
            OpenApiExample("Correction", value=_CORRECTION, request_only=True),
            OpenApiExample("No more marketing", value=_OBJECTION, request_only=True),
        ],
    )
    def post(self, call: Call) -> Response:
        """File a case with one or more rights. Marketing objections and withdrawals take effect at once."""
        return idempotency.once(call, lambda: take_in(call))


class OneCase(Own):
    """One of the caller's cases."""

    @extend_schema(operation_id="cases_retrieve", responses=shapes.FollowedCaseSerializer)
    def get(self, call: Call, reference: str) -> Response:
        """Follow a case: each request's timeline, state, due date, progress, outcome, letters and package."""
        case = get_object_or_404(following.with_requests(cases_of(call)), reference=reference)
        (prepared,) = following.prepared([case])
        return Response(following.followed(prepared))


class Withdrawal(Own):
    """Taking one of the caller's requests back."""

    @extend_schema(
        operation_id="requests_withdraw", request=None, responses=shapes.RequestSerializer
    )
    def post(self, call: Call, reference: str, pk: Any) -> Response:
        """Withdraw a request, possible until its execution begins."""
        request = own_request(call, reference=reference, pk=pk)
        withdrawal.withdraw(request, actor=requester(call))
        return Response(following.shown_request(request.pk))


class MailboxUnreachable(Own):
    """Saying that one cannot read the mailbox that was asked."""

    @extend_schema(operation_id="cases_mailbox_unreachable", request=None, responses={204: None})
    def post(self, call: Call, reference: str) -> Response:
        """Say that you cannot read the mailbox that we asked; staff then look at your case themselves."""
        case = get_object_or_404(cases_of(call).select_related("key"), reference=reference)
        identity.cannot_read_mailbox(case, actor=requester(call))
        return Response(status=HTTPStatus.NO_CONTENT)


class Verification(Own):
    """Proving, by a fresh log-in, that a case is one's own."""

    @extend_schema(
        operation_id="cases_verify", request=None, responses=shapes.FollowedCaseSerializer
    )
    def post(self, call: Call, reference: str) -> Response:
        """Verify a case that was filed with an old log-in; its waiting requests go on."""
        case = get_object_or_404(cases_of(call).select_related("key"), reference=reference)
        reception.verify(case, actor=requester(call), authenticated_at=authenticated_at(call))
        (prepared,) = following.prepared([following.with_requests(cases_of(call)).get(pk=case.pk)])
        return Response(following.followed(prepared))


def take_in(call: Call) -> Response:
    """File what the body asks."""
    given = FilingSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    said = given.validated_data
    user: Any = call.user
    case = reception.file(
        subject=user,
        asked=[asked(one) for one in said["rights"]],
        actor=requester(call),
        channel=Case.Channel.API,
        language=said.get("language", settings.LANGUAGE_CODE),
        contact=getattr(user, user.get_email_field_name()),
        authenticated_at=authenticated_at(call),
        residence=said.get("residence", ""),
    )
    (prepared,) = following.prepared([following.with_requests(cases_of(call)).get(pk=case.pk)])
    location = call.build_absolute_uri(f"{call.path.rstrip('/')}/{case.reference}")
    return Response(
        shapes.plain(following.case(prepared)),
        status=HTTPStatus.CREATED,
        headers={"Location": location},
    )


def asked(said: Mapping[str, Any]) -> Asked:
    """One right as the body asks for it."""
    return Asked(
        right=Right(said["right"]),
        scope=said.get("scope", {}),
        corrections=tuple(
            Proposal(
                declaration=one["declaration"], row=one["row"], field=one["field"], new=one["value"]
            )
            for one in said.get("corrections", ())
        ),
    )


def _listed(call: Call, wanted: Mapping[str, str]) -> QuerySet[Case]:
    cases = following.with_requests(cases_of(call))
    matching = Request.objects.filter(case__subject_id=call.user.pk)
    if right := wanted.get("right"):
        matching = matching.filter(right=right)
    if state := wanted.get("state"):
        matching = matching.filter(state__in=following.states_shown_as(State(state)))
    return cases.filter(pk__in=matching.values("case")) if wanted else cases


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_has_nul(part) for part in value)
