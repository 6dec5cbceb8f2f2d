"""Admin pages that only show: every change goes through the engine and the rooms below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.urls import reverse
from django.utils.http import content_disposition_header

from dsar.cases.actors import Actor, ActorKind
from dsar.staff.leafing import LeafedList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_OPAQUE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}

Shown = TypeVar("Shown", bound=Model)


class ReadingAdmin(admin.ModelAdmin[Shown]):
    """Lists and shows; adds, changes and deletes nothing. `needs` names the permission of dsar's that opens it."""

    needs = "view_request"
    actions = None
    show_full_result_count = False
    # A count beside each choice of a filter would be one over the whole table.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    accounts: tuple[str, ...] = ()
    """Fields that name somebody's account, of which the list shows whose it is; see `login_name`."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shown]:
        """With these accounts, in one statement a field however long the list."""
        return super().get_queryset(request).prefetch_related(*self.accounts)

    def has_view_permission(self, request: HttpRequest, obj: Shown | None = None) -> bool:
        """Whoever has the permission."""
        return request.user.has_perm(f"dsar.{self.needs}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.has_view_permission(request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """A list that costs the same however long it grows."""
        return LeafedList

    def shown(self, request: HttpRequest, row: Shown) -> dict[str, Any]:
        """What a row's page shows beside its fields, to somebody who may see it."""
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        """Add what is shown; Django has found the row by now, and asked who may see it."""
        shown = self.shown(request, options["obj"])
        context.update(shown, named=shown.get("title"))
        return super().render_change_form(request, context, *args, **options)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Shown | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Shown | None = None) -> bool:
        """Nobody."""
        return False


def login_name(row: Model, field: str) -> str:
    """The name by which somebody logs in whose account a row names, as long as the account is there."""
    try:
        found = getattr(row, field)
    except ObjectDoesNotExist:
        found = None
    return str(found.get_username()) if found else "No account (any more)"


def acting(request: HttpRequest) -> Actor:
    """Whoever sits before the screen, as staff."""
    user: Any = request.user
    return Actor(kind=ActorKind.STAFF, user=user)


def demand(request: HttpRequest, permission: str) -> Actor:
    """Whoever sits before the screen, who must have a permission of dsar's; raises PermissionDenied."""
    actor = acting(request)
    if not actor.may(permission):
        raise PermissionDenied
    return actor


def has_any(user: Any, permissions: Iterable[str]) -> bool:
    """Whether somebody has one of these permissions of dsar's."""
    return any(user.has_perm(f"dsar.{one}") for one in permissions)


def page_of(row: Model) -> str:
    """The address of a row's page."""
    name = f"{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(f"admin:{name}", args=[quote(row.pk)])


def opaque(name: str) -> dict[str, str]:
    """The headers of what somebody sent: kept by the browser under a name, and never opened as a page of ours."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return _OPAQUE | {"Content-Disposition": disposition or "attachment"}


def way_to(request: HttpRequest, *, admin: ModelAdmin[Any], list_of: str) -> list[tuple[str, str]]:
    """What stands above a form for something new: its list for whoever may open that, else the first page."""
    if admin.has_view_permission(request):
        name = f"{admin.opts.app_label}_{admin.opts.model_name}_changelist"
        return [(list_of, reverse(f"admin:{name}"))]
    return [("Privacy desk", reverse("admin:index"))]
