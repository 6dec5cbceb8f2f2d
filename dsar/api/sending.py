"""Sending a portable copy to another service: which services there are, the mailed code, and the person's word."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api import shapes, throttles
from dsar.api.answers import BY_LINK, proved
from dsar.api.callers import ByLink, Own, must_be_fresh, own_request, requester
from dsar.api.strictness import Strict
from dsar.cases import sendings
from dsar.engine import following, handing_over
from dsar.registers import destinations

if TYPE_CHECKING:
    from rest_framework.request import Request as Call
    from rest_framework.throttling import BaseThrottle

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

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


class SendingCodeByLink(ByLink):
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
        request, actor = proved(call, pk)
        return _ask(request, actor=actor)


class ConfirmSendingByLink(ByLink):
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
        request, actor = proved(call, pk)
        return _confirm(call, request, actor=actor)


def _ask(request: Request, *, actor: Actor) -> Response:
    sendings.ask_for_code(request, actor=actor)
    return Response(status=HTTPStatus.ACCEPTED)


def _confirm(call: Call, request: Request, *, actor: Actor) -> Response:
    given = CodeSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    handing_over.permit(request)
    sendings.confirm(request, code=given.validated_data["code"], actor=actor)
    return Response(following.shown_request(request.pk))
