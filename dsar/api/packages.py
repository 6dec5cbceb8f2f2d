"""The copy of a person's data: fetched after a fresh log-in, in one go or in parts."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from dsar.api import shapes, throttles
from dsar.api.callers import Own, must_be_fresh, own_request
from dsar.engine import following, handing_over, renewing
from dsar.packages import fetched, serving

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request as Call
    from rest_framework.throttling import BaseThrottle

    from dsar.cases.models import Request
    from dsar.packages.models import Package


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
        package = latest(request)
        return serving.response(call._request, package, by=call.user)  # noqa: SLF001 - it streams.

    @extend_schema(
        operation_id="packages_renew", request=None, responses={202: shapes.RequestSerializer}
    )
    def post(self, call: Call, reference: str, pk: Any) -> Response:
        """Have a new package made in place of one that expired or was fetched as often as it may be.

        It shows what is held today. The log-in must be fresh. `renewal` in the answer says how it stands: poll the case
        until it is null and `package` is there.
        """
        request = own_request(call, reference=reference, pk=pk)
        must_be_fresh(call)
        return renewed(request)


def latest(request: Request) -> Package:
    """The newest package that answers a request; raises Http404 where there is none."""
    found = fetched.latest_of([request.pk]).first()
    if found is None:
        raise Http404
    return found


def renewed(request: Request) -> Response:
    """Ask for a new package, and say how the request stands then."""
    renewing.ask(request)
    return Response(following.shown_request(request.pk), status=HTTPStatus.ACCEPTED)
