"""The register of incidents in the admin: the officer acts, auditors read, nobody else sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone

from dsar.cases import permissions
from dsar.duties import incident_closing, incident_letters, incidents
from dsar.duties.incidents import IncidentError
from dsar.law import incidents as law
from dsar.registers.incident_models import Incident
from dsar.staff import incident_acts
from dsar.staff.asking import Question, ask
from dsar.staff.incident_forms import OpenForm
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from datetime import timedelta

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_HOUR = 3600
_STEPS = {law.Step.ASSESS: "Assess", law.Step.AUTHORITY: "Tell the authority"}
_STARTS = {
    law.Event.AWARE: "the discovery",
    law.Event.GROUNDS: "credible grounds",
    law.Event.ASSESSED: "the assessment",
}


class IncidentAdmin(ReadingAdmin[Incident]):
    """Every incident, the latest first."""

    needs = permissions.AUDIT
    list_display = ("__str__", "kind", "in_laws", "discovered_at", "assessed_at", "closed_at")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    ordering = ("-discovered_at", "-id")
    change_list_template = "admin/dsar/incident/list.html"
    change_form_template = "admin/dsar/incident/page.html"
    fields = (
        "kind",
        "in_laws",
        "occurred_at",
        "discovered_at",
        "grounds_at",
        "assessed_at",
        "closed_at",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        """With the key, for everything sealed."""
        return super().get_queryset(request).select_related("key")

    @admin.display(description="Laws")
    def in_laws(self, incident: Incident) -> str:
        """The laws that apply."""
        return ", ".join(incident.laws) or "none of those whose rules are known"

    def get_urls(self) -> list[Any]:
        """Add entering an incident and what is done with one."""
        view = self.admin_site.admin_view
        return [
            path("open/", view(self.open), name="dsar_incident_open"),
            path("<int:pk>/act/<slug:name>/", view(self.act), name="dsar_incident_act"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever acts gets the button."""
        context = {"may_act": acting(request).may(permissions.APPROVE)}
        return super().changelist_view(request, context | (extra_context or {}))

    def shown(self, request: HttpRequest, incident: Incident) -> dict[str, Any]:
        """Its dates, its timeline and what can be done."""
        may_act = acting(request).may(permissions.APPROVE)
        return {
            "title": str(incident),
            "subtitle": None,
            "acts": incident_acts.open_to(incident) if may_act else [],
            **_shown(incident),
        }

    def open(self, request: HttpRequest) -> HttpResponse:
        """Enter an incident."""
        actor = demand(request, permissions.APPROVE)
        form = OpenForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data | {"kind": Incident.Kind(form.cleaned_data["kind"])}
            incident = incidents.open_(actor=actor, **said)
            messages.success(request, f"{incident} is in the register. Its clocks run.")
            return redirect(page_of(incident))
        says = "Enter it as soon as you know of it; what you do not know yet can be added."
        return self._form(request, form, title="Enter an incident", says=says, label="Enter")

    def act(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Ask before an act, and do it."""
        actor, act = demand(request, permissions.APPROVE), incident_acts.named(name)
        if act is None:
            raise PermissionDenied
        incident = get_object_or_404(Incident.objects.select_related("key"), pk=pk)
        if not act.is_open(incident):
            messages.error(request, f"“{act.label}” does not fit the incident as it stands.")
            return redirect(page_of(incident))
        given = (request.POST, request.FILES) if request.method == "POST" else ()
        form = act.form(*given, about=incident)
        if request.method == "POST" and form.is_valid():
            try:
                said = act.do(incident, form, actor)
            except IncidentError as error:
                form.add_error(None, str(error))
            else:
                told = said if isinstance(said, str) else f"Done: {act.label.lower()}."
                messages.success(request, told)
                return redirect(page_of(incident))
        return self._form(
            request,
            form,
            title=f"{act.label}: {incident}",
            says=act.says,
            label=act.label,
            incident=incident,
        )

    def _form(  # noqa: PLR0913 - what a page of one form shows.
        self,
        request: HttpRequest,
        form: Any,
        *,
        title: str,
        says: str,
        label: str,
        incident: Incident | None = None,
    ) -> HttpResponse:
        way = [("Incidents", reverse("admin:dsar_incident_changelist"))]
        if incident is not None:
            way.append((str(incident), page_of(incident)))
        question = Question(title=title, step=label, says=says, way=way, form=form, button=label)
        return ask(request, question, admin=self)


def _shown(incident: Incident) -> dict[str, Any]:
    told = incidents.authorities_told(incident)
    return {
        "clocks": [_clock(one, incident=incident, told=told) for one in incidents.dues(incident)],
        "proposals": incidents.proposals(incident),
        "decided": incidents.decided(incident),
        "owed": incident_closing.owed(incident),
        "letter": incident_letters.text(incident),
        "people": incident_letters.counted(incident),
        "timeline": incidents.timeline(incident),
    }


def _clock(due: law.Due, *, incident: Incident, told: set[str]) -> dict[str, Any]:
    is_done = incident.assessed_at is not None if due.step is law.Step.ASSESS else due.law in told
    decided = incident.decided.get(due.law)
    is_moot = due.step is law.Step.AUTHORITY and decided is not None and not decided["authority"]
    left = None if due.due is None else due.due - timezone.now()
    return {
        "law": due.law,
        "step": _STEPS[due.step],
        "from": _STARTS[due.event],
        "due": due.due,
        "zone": due.due.tzname() if due.due else "",
        "source": due.source,
        "stands": _standing(left, is_done=is_done, is_moot=is_moot),
        "is_late": bool(left and left.total_seconds() < 0 and not is_done and not is_moot),
    }


def _standing(left: timedelta | None, *, is_done: bool, is_moot: bool) -> str:
    """How a date stands, in words."""
    if is_done:
        return "done"
    if is_moot:
        return "not to be told, as decided"
    if left is None:
        return "not begun"
    hours = int(abs(left.total_seconds()) // _HOUR)
    spoken = f"{hours // 24} days {hours % 24} hours" if hours >= 48 else f"{hours} hours"  # noqa: PLR2004 - two days.
    return f"late by {spoken}" if left.total_seconds() < 0 else f"{spoken} left"
