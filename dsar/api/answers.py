"""The answer to somebody who has no account (any more): a mailed link finds it, a mailed code opens it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from dsar.api import letters, packages, shapes
from dsar.api.callers import ByLink
from dsar.api.problems import ProblemError
from dsar.api.strictness import Strict
from dsar.cases import links
from dsar.cases.models import Case, Letter, Request
from dsar.cases.states import Outcome, Right
from dsar.engine import handing_over
from dsar.packages import serving

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request as Call

    from dsar.cases.actors import Actor


_WRITTEN: Final = {"type": "string", "minLength": 1}
BY_LINK: Final = [
    OpenApiParameter("X-Link-Token", _WRITTEN, OpenApiParameter.HEADER, required=True),
    OpenApiParameter("X-Link-Code", _WRITTEN, OpenApiParameter.HEADER, required=True),
]


class LinkSerializer(Strict):
    """The token of a mailed link."""

    token = serializers.CharField(max_length=200)


class OutcomeSerializer(serializers.Serializer[Any]):
    """How one request ended."""

    right = serializers.ChoiceField(choices=list(Right))
    outcome = serializers.ChoiceField(choices=list(Outcome), allow_null=True)
    receipts = serializers.JSONField()


class AnswerSerializer(serializers.Serializer[Any]):
    """A case as its person may read it without account."""

    reference = serializers.CharField()
    requests = OutcomeSerializer(many=True)
    letters = letters.ReadLetterSerializer(many=True)


class Code(ByLink):
    """Having a code mailed."""

    @extend_schema(
        operation_id="answer_code",
        auth=[],
        request=LinkSerializer,
        responses={202: OpenApiResponse(description="If the link is good, a code is on its way.")},
    )
    def post(self, call: Call) -> Response:
        """Have a code mailed to the address of the case. Whether the link is any good is not told."""
        given = LinkSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        links.ask_for_code(given.validated_data["token"])
        return Response(status=HTTPStatus.ACCEPTED)


class AnswerPackage(ByLink):
    """Fetching a package without account."""

    renderer_classes = (JSONRenderer, packages.ZipRenderer)

    @extend_schema(
        operation_id="answer_package",
        auth=[],
        parameters=BY_LINK,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, call: Call, pk: Any) -> HttpResponseBase:
        """Fetch the package that answers a request of the case. Each attempt takes a code of its own."""
        request, _actor = proved(call, pk)
        handing_over.permit(request)
        return serving.response(call._request, packages.latest(request), by=None)  # noqa: SLF001 - it streams.

    @extend_schema(
        operation_id="answer_package_renew",
        auth=[],
        parameters=BY_LINK,
        request=None,
        responses={202: shapes.RequestSerializer},
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Have a new package made in place of one that expired or was fetched as often as it may be."""
        request, _actor = proved(call, pk)
        return packages.renewed(request)


class Answer(ByLink):
    """Reading the answer."""

    @extend_schema(
        operation_id="answer_retrieve",
        auth=[],
        parameters=BY_LINK,
        responses=AnswerSerializer,
    )
    def get(self, call: Call) -> Response:
        """Read the letters and receipts of a case. The code works once; both stand in headers, not in addresses."""
        requester = opened(call)
        return Response(
            _read(get_object_or_404(Case, pk=requester.case)), headers={"Cache-Control": "no-store"}
        )


def opened(call: Call) -> Actor:
    """Whoever link and code show; raises ProblemError and LinkError."""
    token, code = (call.headers.get(name, "") for name in ("X-Link-Token", "X-Link-Code"))
    if not token or not code:
        raise ProblemError(
            status=400,
            code="link_or_code_missing",
            title="Link and code are needed",
            detail="Send the mailed link's token as X-Link-Token and the mailed code as X-Link-Code.",
        )
    return links.open_(token, code=code)


def proved(call: Call, pk: Any) -> tuple[Request, Actor]:
    """A request of the case that link and code open, proved to be the person's, and who calls; raises Http404 too."""
    actor = opened(call)
    own = Request.objects.select_related("case__key").filter(case__verified_at__isnull=False)
    return get_object_or_404(own, pk=pk, case=actor.case), actor


def _read(case: Case) -> dict[str, Any]:
    own = (
        Letter.objects.filter(case=case)
        .select_related("case__key", "request")
        .order_by("written_at")
    )
    return {
        "reference": case.reference,
        "requests": [
            {
                "right": request.right,
                "outcome": request.outcome or None,
                "receipts": request.result.get("receipts", []),
            }
            for request in case.requests.order_by("due_at", "id")
        ],
        "letters": [letters.read(letter) for letter in own],
    }
