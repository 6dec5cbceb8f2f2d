"""Retention in the admin: the schedule, what is overdue and why, the runs, and the approval of one that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path

from dsar.cases import permissions
from dsar.duties.retention import due, reviewing, runs, schedule, survey
from dsar.duties.retention.models import RetentionRun
from dsar.registers import holds
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_MOST_HOLDS = 200
_WHY = {
    "share": "Too large a share of this table would go: ",
    "rows": "The run is too large as a whole.",
}


class RetentionRunAdmin(ReadingAdmin[RetentionRun]):
    """Every run, newest first. One that waits is approved by who may approve, after a look at what would go."""

    needs = permissions.DECIDE
    list_display = ("day", "state", "due_before", "went", "begun_at", "ended_at", "approved_by")
    list_select_related = ("approved_by",)
    ordering = ("-begun_at",)
    change_list_template = "admin/dsar/retentionrun/list.html"
    change_form_template = "admin/dsar/retentionrun/page.html"
    fields = ("day", "state", "begun_at", "ended_at", "approved_by", "approved_at", "digest")

    @admin.display(description="rows due")
    def due_before(self, run: RetentionRun) -> int:
        """How many it counted."""
        return run.rows_due

    @admin.display(description="rows gone")
    def went(self, run: RetentionRun) -> int:
        """How many went."""
        return run.rows_done

    def get_urls(self) -> list[Any]:
        """Add the schedule, what is overdue, and the approval."""
        view = self.admin_site.admin_view
        return [
            path("schedule/", view(self.schedule), name="dsar_retention_schedule"),
            path("overdue/", view(self.overdue), name="dsar_retention_overdue"),
            path("<uuid:pk>/approve/", view(self.approve), name="dsar_retention_approve"),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, run: RetentionRun) -> dict[str, Any]:
        """What was counted before it and what is left."""
        return _shown(run, request=request)

    def schedule(self, request: HttpRequest) -> HttpResponse:
        """What is kept, why, from when, how long, by which law, what happens then, and when that is looked at again."""
        days = reviewing.days()
        lines = [one | {"look_again": days[one["declaration"]]} for one in schedule.lines()]
        return self._page(request, "schedule", title="Retention schedule", lines=lines)

    def overdue(self, request: HttpRequest) -> HttpResponse:
        """What should be gone and is not, since when and why, as the last run counted it."""
        last = RetentionRun.objects.first()
        return self._page(
            request,
            "overdue",
            title="Overdue",
            run=last,
            lines=[] if last is None else _lines(_latest(last), run=last),
            holds=holds.to_review(due.today())[:_MOST_HOLDS],
        )

    def approve(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what would go now; with the digest of what was shown, let it go on."""
        actor = demand(request, permissions.APPROVE)
        run = get_object_or_404(RetentionRun, pk=pk, state=RetentionRun.State.WAITING)
        if request.method == "POST":
            try:
                runs.approve(run, actor=actor, shown=request.POST.get("shown", ""))
            except runs.ChangedError as error:
                messages.error(request, str(error))
                return redirect(request.path)
            messages.success(request, "The run is approved and goes on now.")
            return redirect(page_of(run))
        counted = runs.counted(on=run.day)
        return self._page(
            request,
            "approve",
            title="Approve a retention run",
            run=run,
            lines=_lines(counted, run=run),
            rows=sum(one["due"] for one in counted),
            digest=survey.digest(counted, on=run.day),
        )

    def _page(self, request: HttpRequest, name: str, **said: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.model._meta, **said}
        return TemplateResponse(request, f"admin/dsar/retentionrun/{name}.html", context)


def waiting(user: Any) -> RetentionRun | None:
    """The run that waits, for whoever may approve it."""
    if not user.has_perm(f"dsar.{permissions.APPROVE}"):
        return None
    return RetentionRun.objects.filter(state=RetentionRun.State.WAITING).first()


def _shown(run: RetentionRun, *, request: HttpRequest) -> dict[str, Any]:
    is_waiting = run.state == RetentionRun.State.WAITING
    return {
        "before": _lines(run.counted, run=run),
        "after": _lines(run.left, run=run),
        "objections": [
            {"unit": one["unit"], "why": _WHY[one["because"]]} for one in run.objections
        ],
        "may_approve": is_waiting and acting(request).may(permissions.APPROVE),
        "is_waiting": is_waiting,
    }


def _latest(run: RetentionRun) -> list[dict[str, Any]]:
    """What is overdue by this run: what it left, or while it has not ended, what it counted less what went."""
    if run.state == RetentionRun.State.DONE:
        return list(run.left)
    return survey.rest(run.counted, done=run.done)


def _lines(counted: list[dict[str, Any]], *, run: RetentionRun) -> list[dict[str, Any]]:
    """Counts as a page shows them, those first of which most rows are due."""
    stopped = {one["unit"] for one in run.objections}
    return [
        one
        | {
            "went": run.done.get(one["unit"], 0),
            "percent": round(100 * one["due"] / one["total"]) if one["total"] else 0,
            "is_stopped": one["unit"] in stopped,
        }
        for one in sorted(counted, key=lambda one: (-one["due"], one["unit"]))
    ]
