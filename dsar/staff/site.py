"""The admin's front door: staff only, with a second factor, logged in where everybody logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse

from dsar.cases import second_factor
from dsar.staff import home

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_FORBIDDEN = 403


class StaffSite(AdminSite):
    """The admin. Its own log-in page would let a password alone through, so the portal's is used."""

    site_header = site_title = "Data-subject requests"
    index_title = "Privacy desk"
    index_template = "admin/desk.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff with whatever factors the settings ask for."""
        user: Any = request.user
        return super().has_permission(request) and not second_factor.is_missing(user)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what needs somebody above the list of everything."""
        context = {"desk": home.of(request.user)}
        return super().index(request, context | (extra_context or {}))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send whoever is not logged in to the log-in page, and say to the others what is missing."""
        wanted = request.GET.get("next", "")
        if self.has_permission(request):
            return redirect(reverse("admin:index", current_app=self.name))
        if not request.user.is_authenticated:
            return redirect_to_login(wanted or reverse("admin:index"), resolve_url("account_login"))
        context = {
            "title": "You cannot enter here",
            "needs_second_factor": request.user.is_staff,
            "site_header": self.site_header,
        }
        return TemplateResponse(request, "admin/kept_out.html", context, status=_FORBIDDEN)
