"""Taking a package back at once: the wrong person's data must not be fetched once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import ForStaff, staff
from dsar.cases import permissions
from dsar.engine import review
from dsar.packages.models import Package

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class RevokedSerializer(serializers.Serializer[Any]):
    """Whether this call took it back, or it had ended before."""

    revoked = serializers.BooleanField()


class Revocation(ForStaff):
    """Revoking a package."""

    needs = permissions.DECIDE

    @extend_schema(operation_id="staff_packages_revoke", request=None, responses=RevokedSerializer)
    def post(self, call: Call, pk: Any) -> Response:
        """Revoke a package; nobody can open it from this moment on."""
        package = get_object_or_404(Package, pk=pk)
        return Response({"revoked": review.revoke(package, actor=staff(call))})
