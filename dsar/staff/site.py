"""The admin's front door: staff only, with a second factor, logged in where everybody logs in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import SimpleLazyObject
from rest_framework.throttling import BaseThrottle

from dsar.cases import permissions, second_factor
from dsar.cases.actors import Actor, ActorKind
from dsar.ledger import acting
from dsar.staff import (
    datamap,
    home,
    lonely,
    metrics,
    minors,
    noted,
    people,
    principles,
    retention,
    security,
    system,
)
from dsar.staff.reading import has_any

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_FORBIDDEN = 403
_PAGES = (
    ("System", "system", (permissions.WATCH,)),
    ("Data map", "datamap", datamap.NEEDS),
    ("Principles", "principles", principles.NEEDS),
    ("Figures", "figures", metrics.NEEDS),
    ("Staff", "staff", people.NEEDS),
)
"""The pages that are no model's: name, address, and the permissions any of which opens it."""


class StaffSite(AdminSite):
    """The admin. Its own log-in page would let a password alone through, so the portal's is used."""

    site_header = site_title = "Data-subject requests"
    index_title = "Privacy desk"
    index_template = "admin/desk.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff with whatever factors the settings ask for."""
        user: Any = request.user
        return super().has_permission(request) and not second_factor.is_missing(user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature.
        """A page of the desk; what is done on it is the act of whoever is logged in."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with acting.at_desk(_member(request)):
                found: HttpResponse = inner(request, *args, **kwargs)
                return found

        return page

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With what is noted beside the row that a page shows; asked only where the page says it."""
        return super().each_context(request) | {
            "noted_beside": SimpleLazyObject(lambda: noted.beside(request)),
            "restricted_beside": SimpleLazyObject(lambda: noted.restricted(request)),
        }

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what needs somebody above the list of everything."""
        user = request.user
        context: dict[str, Any] = {
            "desk": home.of(user),
            "lonely": lonely.of_house(user),
            "minors": minors.waiting(user),
            "reviews": people.overdue(user),
            "retention": retention.waiting(user),
        }
        return super().index(request, context | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        """Add the pages that are no model's."""
        view = self.admin_view
        return [
            path("system/", view(self.system), name="system"),
            path("figures/", view(self.figures), name="figures"),
            path("staff/", view(self.staff), name="staff"),
            path("principles/", view(self.principles), name="principles"),
            path("datamap/", view(self.datamap), name="datamap"),
            path("datamap/security/", view(self.security), name="datamap_security"),
            path("datamap/<str:name>", view(self.datamap_file), name="datamap_file"),
            *super().get_urls(),
        ]

    def system(self, request: HttpRequest) -> HttpResponse:
        """Show how the house stands."""
        return system.page(request, site=self)

    def staff(self, request: HttpRequest) -> HttpResponse:
        """Show who works here, and what is to be reviewed."""
        return people.page(request, site=self)

    def figures(self, request: HttpRequest) -> HttpResponse:
        """Show how requests went."""
        return metrics.page(request, site=self)

    def principles(self, request: HttpRequest) -> HttpResponse:
        """Show what stands against the principles."""
        return principles.page(request, site=self)

    def security(self, request: HttpRequest) -> HttpResponse:
        """Describe how data is protected, for the record of processing."""
        return security.page(request, site=self)

    def datamap(self, request: HttpRequest) -> HttpResponse:
        """Show what is held about people, why, until when, and who receives it."""
        return datamap.page(request, site=self)

    def datamap_file(self, request: HttpRequest, name: str) -> HttpResponse:
        """The same as a file."""
        return datamap.download(request, name)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """List those pages before the models, for whoever may open them."""
        listed = super().get_app_list(request, app_label)
        own = [] if app_label else self._own_pages(request)
        return own + listed

    def _own_pages(self, request: HttpRequest) -> list[dict[str, Any]]:
        pages = [
            {
                "name": name,
                "object_name": name.title().replace(" ", ""),
                "perms": {"view": True},
                "admin_url": reverse(f"admin:{address}", current_app=self.name),
                "add_url": None,
                "view_only": True,
            }
            for name, address, needs in _PAGES
            if has_any(request.user, needs)
        ]
        if not pages:
            return []
        return [
            {
                "name": "The house",
                "app_label": "house",
                "app_url": reverse("admin:index", current_app=self.name),
                "has_module_perms": True,
                "models": pages,
            }
        ]

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


def _member(request: HttpRequest) -> acting.Member:
    user: Any = request.user
    return acting.Member(
        account=user.pk,
        role=lambda: Actor(kind=ActorKind.STAFF, user=user).role,
        address=str(BaseThrottle().get_ident(request)),  # type: ignore[arg-type]  # It reads META only.
    )
