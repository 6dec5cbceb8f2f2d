"""The copy of a person's data: fetched after a fresh log-in, in one go or in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer

from dsar.api import throttles
from dsar.api.callers import Own, must_be_fresh, own_request
from dsar.engine import handing_over
from dsar.packages import serving
from dsar.packages.models import Package

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request as Call
    from rest_framework.throttling import BaseThrottle


class ZipRenderer(BaseRenderer):
    """Lets a caller ask for `application/zip`; the archive itself is streamed past it."""

    media_type = "application/zip"
    format = "zip"
    render_style = "binary"

    def render(self, data: Any, *_context: Any, **_more: Any) -> bytes:
        """Render what stands in the archive's place, an error, as JSON."""
        return JSONRenderer().render(data)


class OnePackage(Own):
    """The package that answers one request."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (throttles.Downloads,)
    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(
        operation_id="packages_download",
        parameters=[
            OpenApiParameter(
                "Range", str, OpenApiParameter.HEADER, description="`bytes=1048576-` resumes there."
            )
        ],
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (206, "application/zip"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The range starts behind the end."),
        },
    )
    def get(self, call: Call, reference: str, pk: Any) -> HttpResponseBase:
        """Fetch the package. The log-in must be fresh: get a new token with your password where it is not."""
        request = own_request(call, reference=reference, pk=pk)
        must_be_fresh(call)
        handing_over.permit(request)
        made = Package.objects.filter(request_reference=request.pk).order_by("-created_at")
        ready = made.exclude(state=Package.State.WITHHELD)
        package = get_object_or_404(ready[:1])
        return serving.response(call._request, package, by=call.user)  # noqa: SLF001 - it streams.
