"""Sending a portable copy to another service: which services there are, the mailed code, and the person's word."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from dsar.api import shapes, throttles
from dsar.api.answers import BY_LINK, opened
from dsar.api.callers import Own, must_be_fresh, own_request, requester
from dsar.api.strictness import Strict
from dsar.cases import sendings
from dsar.cases.models import Request
from dsar.engine import following, handing_over
from dsar.registers import destinations

if TYPE_CHECKING:
    from rest_framework.request import Request as Call
    from rest_framework.throttling import BaseThrottle

    from dsar.cases.actors import Actor

_ON_ITS_WAY = OpenApiResponse(description="A code is on its way to the address of the case.")


class DestinationSerializer(serializers.Serializer[Any]):
    """A service to which we can send a portable copy."""

    code = serializers.CharField(help_text="What `scope.send_to` of a portability names.")
    name = serializers.CharField()
    host = serializers.CharField()


class CodeSerializer(Strict):
    """The code from the mail."""

    code = serializers.CharField(max_length=20)


class Destinations(Own):
    """The services."""

    @extend_schema(operation_id="destinations_list", responses=DestinationSerializer(many=True))
    def get(self, call: Call) -> Response:
        """List the services to which we can send a portable copy; an officer approved each."""
        return Response(
            [
                {"code": one.recipient_id, "name": one.recipient.name, "host": one.host}
                for one in destinations.standing()
            ]
        )


class SendingCode(Own):
    """Having the code mailed that lets a copy go."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (throttles.Codes,)

    @extend_schema(operation_id="sending_code", request=None, responses={202: _ON_ITS_WAY})
    def post(self, call: Call, reference: str, pk: Any) -> Response:
        """Have a code mailed that lets the copy of a request go to the service you chose."""
        request = own_request(call, reference=reference, pk=pk)
        must_be_fresh(call)
        return _ask(request, actor=requester(call))


class ConfirmSending(Own):
    """Letting a copy go."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (throttles.Codes,)

    @extend_schema(
        operation_id="sending_confirm",
        request=CodeSerializer,
        responses=shapes.RequestSerializer,
    )
    def post(self, call: Call, reference: str, pk: Any) -> Response:
        """Confirm, by the mailed code, that the copy goes to the service you chose. The log-in must be fresh."""
        request = own_request(call, reference=reference, pk=pk)
        must_be_fresh(call)
        return _confirm(call, request, actor=requester(call))


class _ByLink(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (throttles.Codes,)


class SendingCodeByLink(_ByLink):
    """The same without account."""

    @extend_schema(
        operation_id="answer_sending_code",
        auth=[],
        parameters=BY_LINK,
        request=None,
        responses={202: _ON_ITS_WAY},
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Have a code mailed that lets a copy go. The mailed link's own code is another one."""
        actor = opened(call)
        return _ask(_of_link(actor, pk), actor=actor)


class ConfirmSendingByLink(_ByLink):
    """The same without account."""

    @extend_schema(
        operation_id="answer_sending_confirm",
        auth=[],
        parameters=BY_LINK,
        request=CodeSerializer,
        responses=shapes.RequestSerializer,
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Confirm that a copy goes to the service you chose. Each attempt takes a code of the link's own too."""
        actor = opened(call)
        return _confirm(call, _of_link(actor, pk), actor=actor)


def _of_link(actor: Actor, pk: Any) -> Request:
    own = Request.objects.select_related("case__key").filter(case__verified_at__isnull=False)
    return get_object_or_404(own, pk=pk, case=actor.case)


def _ask(request: Request, *, actor: Actor) -> Response:
    sendings.ask_for_code(request, actor=actor)
    return Response(status=HTTPStatus.ACCEPTED)


def _confirm(call: Call, request: Request, *, actor: Actor) -> Response:
    given = CodeSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    handing_over.permit(request)
    sendings.confirm(request, code=given.validated_data["code"], actor=actor)
    return Response(following.shown_request(request.pk))
