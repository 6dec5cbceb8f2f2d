"""Consents of the caller: giving one, and the receipt of each time that one was given or withdrawn."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import Own
from dsar.api.pages import PAGED, Newest, page_of
from dsar.api.purposes import PurposeSerializer
from dsar.api.strictness import Strict
from dsar.processing import standing
from dsar.registers import consents
from dsar.registers.receipts import STATES

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class ConsentSerializer(Strict):
    """Consent as it was asked for."""

    purpose = serializers.CharField(max_length=60)
    wording = serializers.CharField(
        max_length=5000, help_text="The words that the person said yes to; kept as evidence."
    )
    policy_version = serializers.CharField(max_length=40, required=False, default="")
    language = serializers.CharField(max_length=10, required=False, default="en")


class InformationSerializer(serializers.Serializer[Any]):
    """A category of data."""

    pii_type = serializers.CharField()
    pii_attribute_id = serializers.CharField()
    pii_optional = serializers.BooleanField()


class PartySerializer(serializers.Serializer[Any]):
    """Who answers for the processing, or receives data."""

    party_id = serializers.CharField()
    party_name = serializers.CharField()
    party_address = serializers.CharField(allow_blank=True)
    party_contact = serializers.CharField(allow_blank=True)
    party_email = serializers.CharField(allow_blank=True)
    party_phone = serializers.CharField(allow_blank=True)
    party_type = serializers.CharField()


class HappenedSerializer(serializers.Serializer[Any]):
    """What happened to the consent."""

    event_time = serializers.DateTimeField()
    event_type = serializers.CharField()
    event_state = serializers.ChoiceField(choices=list(STATES.values()))
    validity_duration = serializers.CharField()
    entity_id = serializers.CharField()
    method = serializers.CharField(allow_blank=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    """A receipt, its members named as in ISO/IEC TS 27560:2023. Those of a purpose are missing once it is gone."""

    schema_version = serializers.CharField()
    receipt_id = serializers.UUIDField()
    record_id = serializers.CharField()
    pii_principal_id = serializers.CharField()
    privacy_notice = serializers.CharField(allow_blank=True, help_text="The policy's version.")
    language = serializers.CharField(allow_blank=True)
    wording = serializers.CharField(allow_blank=True)
    purpose = serializers.CharField()
    purpose_type = serializers.CharField(required=False)
    lawful_basis = serializers.CharField(required=False)
    consequence = serializers.CharField(required=False)
    pii_information = InformationSerializer(many=True, required=False)
    pii_controllers = serializers.ListField(child=serializers.CharField(), required=False)
    recipient_third_parties = serializers.ListField(child=serializers.CharField(), required=False)
    storage_locations = serializers.ListField(child=serializers.CharField(), required=False)
    retention_period = serializers.ListField(child=serializers.CharField(), required=False)
    jurisdiction = serializers.ListField(child=serializers.CharField(), required=False)
    withdrawal_method = serializers.CharField(required=False)
    privacy_rights = serializers.ListField(child=serializers.CharField(), required=False)
    parties = PartySerializer(many=True)
    event = HappenedSerializer()


class NewestEvents(Newest):
    """What was said last comes first."""

    ordering = ("-happened_at", "-id")


class Consents(Own):
    """Consenting, and what was consented to."""

    @extend_schema(
        operation_id="consents_list",
        parameters=[
            *PAGED,
        ],
        responses=page_of(ReceiptSerializer),
    )
    def get(self, call: Call) -> Response:
        """List the receipts of every time you gave or withdrew a consent, newest first."""
        pages = NewestEvents()
        person: Any = call.user.pk
        page: Any = pages.paginate_queryset(consents.events(person), call, view=self)
        return pages.get_paginated_response([event.receipt for event in page])

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


class OneConsent(Own):
    """One receipt."""

    @extend_schema(operation_id="consents_retrieve", responses=ReceiptSerializer)
    def get(self, call: Call, pk: Any) -> Response:
        """Fetch one receipt of yours; it says what the consent meant when you gave or withdrew it."""
        person: Any = call.user.pk
        event = get_object_or_404(consents.events(person), pk=pk)
        return Response(event.receipt)
