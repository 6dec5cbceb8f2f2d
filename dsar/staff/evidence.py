"""Packages and the ledger in the admin: evidence, to be read."""

from __future__ import annotations

from dsar.cases import permissions
from dsar.ledger.models import Entry
from dsar.packages.models import Package
from dsar.staff.reading import ReadingAdmin


class PackageAdmin(ReadingAdmin[Package]):
    """Copies that were made; they are revoked from their request's page."""

    list_display = ("id", "state", "archive_bytes", "created_at", "expires_at", "ended_at")
    list_filter = ("state",)
    ordering = ("-created_at",)


class EntryAdmin(ReadingAdmin[Entry]):
    """The ledger, newest first."""

    needs = permissions.AUDIT
    list_display = ("id", "at", "tag", "request")
    list_filter = ("tag",)
    ordering = ("-id",)
    search_fields = ("request__exact",)
    search_help_text = "The whole identifier of a request."
