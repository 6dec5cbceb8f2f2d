"""What somebody wrote and is owed an answer to: what complaints and enquiries share in the admin."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html

from dsar.cases import pseudonyms
from dsar.cases.complaint_models import Complaint
from dsar.cases.enquiry_models import Enquiry
from dsar.keys.box import KeyDestroyedError
from dsar.staff import casefile, clearance
from dsar.staff.filters import Choice
from dsar.staff.reading import ReadingAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest

OPEN = Q(answered_at__isnull=True)

Written = TypeVar("Written", bound=Complaint | Enquiry)


class StandingFilter(Choice):
    """What waits."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The kinds."""
        return [("open", "to be answered"), ("late", "late")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Those that wait so."""
        return OPEN & Q(answer_by__lt=timezone.now()) if value == "late" else OPEN


class CorrespondenceAdmin(ReadingAdmin[Written]):
    """A list in which what is to be answered first is at the top, and pages that show the words to whoever may."""

    ordering = ("-answered_at", "answer_by")

    @abstractmethod
    def read(self, row: Written) -> str:
        """What the person wrote; raises KeyDestroyedError."""

    @admin.display(description="Reference", ordering="case__reference")
    def named(self, row: Written) -> str:
        """The case's public name, on one line."""
        return format_html('<span class="desk-reference">{}</span>', row.case.reference)

    @admin.display(description="Person")
    def person(self, row: Written) -> str:
        """By pseudonym: who it is stands on the case's page."""
        return pseudonyms.of(row.case)

    @admin.display(description="Says")
    def says(self, row: Written) -> str:
        """What the person wrote, for whoever may see it."""
        return self.in_full(row) if getattr(row, "in_clear", False) else clearance.HIDDEN

    def in_full(self, row: Written) -> str:
        """The same for whoever has to answer it."""
        try:
            return self.read(row)
        except KeyDestroyedError:
            return casefile.GONE

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Written | None:
        """With whether whoever looks may read it."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.in_clear = clearance.sees(request, found.case)  # type: ignore[union-attr]  # for the column above
        return found
