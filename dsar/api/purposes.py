"""Why data is used, and what the caller has said about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import Own
from dsar.contract.vocabulary import LegalBasis
from dsar.processing import standing
from dsar.registers import consents

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class PurposeSerializer(serializers.Serializer[Any]):
    """One purpose and where the caller stands with it."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member of that name
    basis = serializers.ChoiceField(choices=list(LegalBasis))
    marketing = serializers.BooleanField()
    consequence = serializers.CharField(allow_blank=True)
    consented = serializers.BooleanField(allow_null=True)
    objected = serializers.BooleanField()
    restricted = serializers.BooleanField()
    permitted = serializers.BooleanField()


class ConsentSerializer(serializers.Serializer[Any]):
    """Consent as it was asked for."""

    purpose = serializers.CharField(max_length=60)
    wording = serializers.CharField(
        max_length=5000, help_text="The words that the person said yes to; kept as evidence."
    )
    policy_version = serializers.CharField(max_length=40, required=False, default="")
    language = serializers.CharField(max_length=10, required=False, default="en")


class Purposes(Own):
    """The purposes."""

    @extend_schema(operation_id="purposes_list", responses=PurposeSerializer(many=True))
    def get(self, call: Call) -> Response:
        """List every purpose with your consent, objection or restriction, and what changing it costs you."""
        return Response(standing.of(call.user.pk))


class Consents(Own):
    """Consenting."""

    @extend_schema(
        operation_id="consents_create",
        request=ConsentSerializer,
        responses={201: PurposeSerializer},
        examples=[
            OpenApiExample(
                "News by e-mail",
                value={
                    "purpose": "marketing_email",
                    "wording": "Send me news and offers by e-mail.",
                },
                request_only=True,
            )
        ],
    )
    def post(self, call: Call) -> Response:
        """Consent to a purpose that rests on consent; withdraw it by filing `consent_withdrawal`."""
        given = ConsentSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        said = dict(given.validated_data)
        code = said.pop("purpose")
        person: Any = call.user.pk
        consents.give(person, code, method="api", **said)
        (now,) = [one for one in standing.of(call.user.pk) if one["code"] == code]
        return Response(now, status=HTTPStatus.CREATED)
