"""The principles as a report that staff can open: what was looked at now, and what stands against each (R199)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone

from dsar.contract import principles, registry
from dsar.contract.checking.inspection import inspect, installed_models
from dsar.staff import datamap
from dsar.staff.reading import has_any

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse

NEEDS = datamap.NEEDS
"""Who opens the data map opens this: it says nothing about anybody either."""


def page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Look at the declarations as they are now, and show what was found."""
    if not has_any(request.user, NEEDS):
        raise PermissionDenied
    found = principles.report(inspect(registry.current(), models=installed_models()))
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "Principles",
        "subtitle": None,
        "read_at": timezone.now(),
        "principles": found,
        "amiss": sum(len(one.findings) for one in found),
    }
    return TemplateResponse(request, "admin/dsar/principles.html", context)
