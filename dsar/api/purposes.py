"""Why data is used, and what the caller has said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import Own
from dsar.contract.vocabulary import LegalBasis
from dsar.processing import standing

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


class Purposes(Own):
    """The purposes."""

    @extend_schema(operation_id="purposes_list", responses=PurposeSerializer(many=True))
    def get(self, call: Call) -> Response:
        """List every purpose with your consent, objection or restriction, and what changing it costs you."""
        return Response(standing.of(call.user.pk))
