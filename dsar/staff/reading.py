"""Admin pages that only show: every change goes through the engine and the rooms below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.utils.functional import cached_property

from dsar.cases.actors import Actor, ActorKind

if TYPE_CHECKING:
    from django.http import HttpRequest

_FARTHEST = 10_000

Shown = TypeVar("Shown", bound=Model)


class NearPages(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Pages that count no further than anybody leafs: a list costs the same however long it grows."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or the most that are counted."""
        rows: Any = self.object_list
        return int(rows.order_by()[:_FARTHEST].count())


class ReadingAdmin(admin.ModelAdmin[Shown]):
    """Lists and shows; adds, changes and deletes nothing. `needs` names the permission of dsar's that opens it."""

    needs = "view_request"
    actions = None
    paginator = NearPages
    show_full_result_count = False
    # A count beside each choice of a filter would be one over the whole table.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Shown | None = None) -> bool:
        """Whoever has the permission."""
        return request.user.has_perm(f"dsar.{self.needs}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Shown | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Shown | None = None) -> bool:
        """Nobody."""
        return False


def acting(request: HttpRequest) -> Actor:
    """Whoever sits before the screen, as staff."""
    user: Any = request.user
    return Actor(kind=ActorKind.STAFF, user=user)
