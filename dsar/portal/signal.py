"""Honour Global Privacy Control: for whoever is logged in recorded once a session, for everybody said on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dsar.processing import signals

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SUPPORTED_SINCE = "2026-11-26"
_DONE = "gpc_honoured"


class GlobalPrivacyControl:
    """Stands after sessions and authentication. The record is made before the page, which may show it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Record the signal where it is new, and say on what the page depends."""
        if signal := signals.sent(request.headers):
            _record(request, signal)
        response = self._get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, [signals.HEADER])
        return response


def _record(request: HttpRequest, signal: str) -> None:
    if request.user.is_authenticated and _DONE not in request.session:
        person: Any = request.user.pk
        signals.honour(person, signal)
        request.session[_DONE] = True


@require_safe
def support(_request: HttpRequest) -> JsonResponse:
    """Tell anybody that the signal is honoured here (GPC specification, section 4)."""
    return JsonResponse({"gpc": True, "lastUpdate": SUPPORTED_SINCE})
