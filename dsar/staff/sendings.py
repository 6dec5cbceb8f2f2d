"""Copies for other services, in the admin: how each stands, and what was heard of it last."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from dsar.cases import permissions
from dsar.cases.sending_models import Sending
from dsar.duties import sending as duty
from dsar.staff.filters import Choice
from dsar.staff.reading import ReadingAdmin

State = Sending.State


class NeedsFilter(Choice):
    """What somebody should look at."""

    title = "needs somebody"
    parameter_name = "needs"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The kinds."""
        return [("late", "tried, not taken yet")]

    def condition(self, request: Any, value: str) -> Any:
        """Those sendings."""
        return duty.is_late()


class SendingAdmin(ReadingAdmin[Sending]):
    """Copies, the latest first. Whoever it is about stands in the case alone."""

    needs = permissions.DECIDE
    list_display = ("case", "service", "state", "stands", "attempts", "next_try_at", "ended_at")
    list_filter = (NeedsFilter, "state", "reason")
    list_select_related = ("request__case", "destination__recipient")
    ordering = ("-opened_at", "id")
    fields = (
        *("case", "service", "state", "stands", "opened_at", "confirmed_at", "attempts"),
        *("next_try_at", "failure", "status", "digest", "ended_at"),
    )
    readonly_fields = fields

    @admin.display(description="Case")
    def case(self, sending: Sending) -> str:
        """The case by its public reference."""
        return sending.request.case.reference

    @admin.display(description="Service")
    def service(self, sending: Sending) -> str:
        """Where it goes."""
        return sending.destination.service if sending.destination else "not listed"

    @admin.display(description="Stands")
    def stands(self, sending: Sending) -> str:
        """How it stands, in words."""
        if sending.reason:
            return Sending.Reason(sending.reason).label
        if sending.state == State.CONFIRMED and sending.failure:
            return f"not taken yet ({sending.failure}), tried again"
        return State(sending.state).label
