"""Packages and the ledger in the admin: evidence, to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from dsar.cases import permissions
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag
from dsar.packages.models import Package
from dsar.staff.filters import Choice
from dsar.staff.reading import ReadingAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest


class Event(Choice):
    """By what happened; the choices are the events that the ledger knows, not those that were found in it."""

    title = "event"
    parameter_name = "tag"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """Every event."""
        return [(tag.value, tag.value) for tag in Tag]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """That event."""
        return Q(tag=value)


class PackageAdmin(ReadingAdmin[Package]):
    """Copies that were made; they are revoked from their request's page."""

    list_display = ("id", "state", "archive_bytes", "created_at", "expires_at", "ended_at")
    list_filter = ("state",)
    ordering = ("-created_at",)


class EntryAdmin(ReadingAdmin[Entry]):
    """The ledger, newest first."""

    needs = permissions.AUDIT
    list_display = ("id", "at", "tag", "request")
    list_filter = (Event,)
    # Any other order would have to read every entry there is.
    sortable_by = ("id",)
    ordering = ("-id",)
    search_fields = ("request__exact",)
    search_help_text = "The whole identifier of a request."
