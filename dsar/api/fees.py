"""A fee: staff say what an answer would cost and note its payment, the person agrees or drops the request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api import shapes
from dsar.api.answers import BY_LINK, proved
from dsar.api.callers import ByLink, Own, own_request, requester, staff
from dsar.api.queue import InFullSerializer, OnOne, in_full
from dsar.api.strictness import Strict
from dsar.cases import fees, permissions
from dsar.engine import following

if TYPE_CHECKING:
    from rest_framework.request import Request as Call

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

_LONGEST = 10_000


class ChoiceSerializer(Strict):
    """What the person says to an estimate."""

    accept = serializers.BooleanField(
        help_text="True: you agree to pay. False: you take the request back, at no cost."
    )


class EstimateSerializer(Strict):
    """What an answer would cost."""

    amount = serializers.RegexField(
        r"^(0\.(0[1-9]|[1-9][0-9]?)|[1-9][0-9]{0,6}(\.[0-9]{1,2})?)\Z",
        help_text="More than nothing, with two decimal places at most: `20.00`.",
    )
    currency = serializers.RegexField(r"^[A-Z]{3}\Z")
    why = serializers.CharField(
        max_length=_LONGEST, help_text="How the amount comes about; the person reads it."
    )
    reason = serializers.CharField(
        max_length=_LONGEST,
        required=False,
        default="",
        help_text="For the file, where a law asks it: why the request is manifestly unfounded or excessive.",
    )

    def validate_amount(self, value: str) -> Decimal:
        """The amount as a number."""
        return Decimal(value)


class PaymentSerializer(Strict):
    """Where the payment stands in the books."""

    payment = serializers.CharField(max_length=200)


class Choose(Own):
    """Saying yes or no to an estimate."""

    @extend_schema(
        operation_id="requests_fee", request=ChoiceSerializer, responses=shapes.RequestSerializer
    )
    def post(self, call: Call, reference: str, pk: Any) -> Response:
        """Agree to what an answer would cost, or drop the request; we begin when you have paid."""
        return _chosen(call, own_request(call, reference=reference, pk=pk), actor=requester(call))


class ChooseByLink(ByLink):
    """Saying yes or no without account."""

    @extend_schema(
        operation_id="answer_fee",
        auth=[],
        parameters=BY_LINK,
        request=ChoiceSerializer,
        responses=shapes.RequestSerializer,
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Agree to what an answer would cost, or drop the request, by the mailed link and a mailed code."""
        request, actor = proved(call, pk)
        return _chosen(call, request, actor=actor)


class Estimate(OnOne):
    """Announcing a fee."""

    needs = permissions.HANDLE

    @extend_schema(
        operation_id="staff_requests_fee", request=EstimateSerializer, responses=InFullSerializer
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Announce a fee by letter, where all laws allow one; the request waits until it is paid."""
        request = self.request_of(pk)
        given = EstimateSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        fees.announce(request, actor=staff(call), **given.validated_data)
        return Response(in_full(self.request_of(pk)))


class Payment(OnOne):
    """Noting that a fee was paid."""

    needs = permissions.HANDLE

    @extend_schema(
        operation_id="staff_requests_payment", request=PaymentSerializer, responses=InFullSerializer
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Note that the fee was paid, and where that stands in the books; the request goes on."""
        request = self.request_of(pk)
        given = PaymentSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        fees.record_payment(request, actor=staff(call), **given.validated_data)
        return Response(in_full(self.request_of(pk)))


def _chosen(call: Call, request: Request, *, actor: Actor) -> Response:
    given = ChoiceSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    if given.validated_data["accept"]:
        fees.accept(request, actor=actor)
    else:
        fees.drop(request, actor=actor)
    return Response(following.shown_request(request.pk))
