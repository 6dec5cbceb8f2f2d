"""Requests in the admin: the queue, one request with all that is known of it, and the pages of its acts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from dsar.cases import decisions, extending, human_review, permissions
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Decision, Request
from dsar.cases.states import Right
from dsar.engine import review
from dsar.engine.models import Plan
from dsar.engine.review import PlanChangedError
from dsar.engine.rights import correction
from dsar.packages.models import Package
from dsar.staff import (
    acts,
    casefile,
    clearance,
    failures,
    gone,
    redacted_files,
    redactions,
    rehearsing,
)
from dsar.staff.asking import Question, ask
from dsar.staff.reading import acting, demand, page_of
from dsar.staff.worklist import Worklist

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from dsar.staff.acts import Act


class RequestAdmin(Worklist):
    """The queue, and one request on a page of its own."""

    change_form_template = "admin/dsar/request/page.html"
    fields = (
        "reference",
        "right_asked",
        "scope",
        "standing",
        "due",
        "statutory_due_at",
        "adjusted_due_at",
        "under_each_law",
        "promised",
        "lateness",
        "owner",
        "not_before",
        "received",
        "is_verified",
        "laws",
        "attempts",
    )
    readonly_fields = fields

    @admin.display(description="Under each law")
    def under_each_law(self, request: Request) -> str:
        """The strict date under each law that applies, and what moved it."""
        return "; ".join(
            f"{one['regime']} {_day(one['strict'])}"
            + (", extended" if one["extended"] else "")
            + (f", promised {_day(one['promised'])}" if one["promised"] else "")
            for one in request.clocks
        )

    @admin.display(description="Promised")
    def promised(self, request: Request) -> str:
        """Each day that was promised, and whether the answer came by it."""
        said = {True: "kept", False: "not kept", None: "open"}
        found = request.promises.select_related("request").order_by("until")
        return "; ".join(f"{one.until}: {said[extending.was_kept(one)]}" for one in found) or "-"

    @admin.display(description="Late")
    def lateness(self, request: Request) -> str:
        """By how many days the answer was late; that stays for ever."""
        return f"{request.days_late} days" if request.was_overdue else "no"

    def get_urls(self) -> list[Any]:
        """Add the pages of the acts."""
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/act/<str:name>/", wrap(self.act), name="dsar_request_act"),
            path(
                "<uuid:pk>/revoke/<uuid:package>/",
                wrap(require_POST(self.revoke)),
                name="dsar_request_revoke",
            ),
            *redactions.urls(self),
            *redacted_files.urls(self),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, found: Request) -> dict[str, Any]:
        """What can be done, and all that is known; that somebody looked is recorded."""
        actor = acting(request)
        review.look(found, actor=actor)
        return {
            "title": f"{found.right.replace('_', ' ').capitalize()} {found.case.reference}",
            "subtitle": None,
            "offered": acts.offered(found, actor),
            "may_revoke": actor.may(permissions.DECIDE),
            "may_redact": redactions.may_review(found, actor),
            **_known(found, in_clear=clearance.sees(request, found.case)),
        }

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Request | None:
        """With its case and key, which everything sealed needs."""
        found = super().get_object(request, object_id, from_field)
        return found and Request.objects.select_related("case__key").get(pk=found.pk)

    def act(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        """Ask before an act, do it, and say what came of it."""
        about = get_object_or_404(Request.objects.select_related("case__key"), pk=pk)
        act, actor = acts.named(name), acting(request)
        if act is None or not actor.may(act.needs):
            raise PermissionDenied
        if not act.is_open(about, actor):
            messages.error(request, f"“{act.label}” does not fit the request as it stands.")
            return redirect(_above(request, about))
        form = act.form(request.POST if request.method == "POST" else None, about=about)
        if request.method == "POST" and form.is_valid():
            if "rehearse" in request.POST and act.writes:
                return self._rehearsed(request, act, about, form)
            return self._done(request, act, about, form)
        return self._asked(request, act, about, form)

    def _rehearsed(self, request: HttpRequest, act: Act, about: Request, form: Any) -> HttpResponse:
        """Show the letters as they would be sent, and ask again."""
        try:
            found = rehearsing.letters_of(act, about, form, actor=acting(request))
        except (MoveError, PlanChangedError) as error:
            messages.error(request, str(error) or error.__doc__ or "This is not possible.")
            return redirect(request.get_full_path())
        return self._asked(request, act, about, form, rehearsed=found)

    def _done(self, request: HttpRequest, act: Act, about: Request, form: Any) -> HttpResponse:
        try:
            act.do(about, form, acting(request))
        except (MoveError, PlanChangedError) as error:
            messages.error(request, str(error) or error.__doc__ or "This is not possible.")
            return redirect(request.get_full_path())
        messages.success(request, f"Done: {act.label.lower()}. {_stands(about)}")
        return redirect(_above(request, about))

    def _asked(
        self, request: HttpRequest, act: Act, about: Request, form: Any, **more: Any
    ) -> HttpResponse:
        planned = self._planned(request, act, about)
        digest = planned.pop("digest", "")
        question = Question(
            title=f"{act.label}: {about.right.replace('_', ' ')} {about.case.reference}",
            step=act.label,
            says=act.says(about),
            way=_way(request, about),
            form=form if act.does else None,
            button=act.label,
            hidden=[("shown", digest)] if digest else [],
            second=("rehearse", "Show the letter first") if act.writes else None,
            template="admin/dsar/request/act.html",
        )
        shown = {"act": act, "digest": digest, "changes": _changes(about)}
        return ask(request, question, admin=self, **shown, **planned, **more)

    def _planned(self, request: HttpRequest, act: Act, about: Request) -> dict[str, Any]:
        """The plan as it would run now, or for a signature the one that was decided on."""
        if act.signs:
            return {"steps": _rows(Plan.objects.get(request=about).document["steps"])}
        if not act.plans:
            return {}
        planned = review.preview(about, actor=acting(request))
        return {"digest": planned.digest, "steps": _rows(planned.steps)}

    def revoke(self, request: HttpRequest, pk: UUID, package: UUID) -> HttpResponse:
        """Take a package back at once."""
        actor = demand(request, permissions.DECIDE)
        about = get_object_or_404(Request, pk=pk)
        found = get_object_or_404(Package, pk=package, request_reference=about.pk)
        if review.revoke(found, actor=actor):
            messages.success(request, "The package is revoked; nobody can open it any more.")
        else:
            messages.warning(request, "The package had ended before.")
        return redirect(page_of(about))


def _way(request: HttpRequest, about: Request) -> list[tuple[str, str]]:
    """The pages above an act: those of the case where it was opened from there, else the request's."""
    if request.GET.get("from") == "case":
        case = about.case
        return [("Cases", reverse("admin:dsar_case_changelist")), (case.reference, page_of(case))]
    queue = reverse("admin:dsar_request_changelist")
    return [("Requests", queue), (about.case.reference, page_of(about))]


def _above(request: HttpRequest, about: Request) -> str:
    """The page that an act was opened from."""
    return _way(request, about)[-1][1]


def _stands(about: Request) -> str:
    """How the request stands after an act, in a sentence."""
    about.refresh_from_db(fields=["state", "outcome"])
    outcome = f", {about.get_outcome_display().lower()}" if about.outcome else ""
    right = about.right.replace("_", " ")
    return f"The {right} request is now: {about.get_state_display().lower()}{outcome}."


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso))


def _known(about: Request, *, in_clear: bool) -> dict[str, Any]:
    """What the page shows beside the request's own fields."""
    plan = Plan.objects.filter(request=about).first()
    decision = Decision.objects.filter(request=about).select_related("request__case__key").first()
    return {
        "steps": _rows(plan.document["steps"]) if plan else [],
        "plan": plan,
        "gone": gone.told(plan),
        "failure": failures.of(about, now=timezone.now()),
        "decision": decision,
        "reason": _reason(decision, in_clear=in_clear),
        "review_reason": human_review.read_reason(decision) if decision and in_clear else "",
        "changes": _changes(about, in_clear=in_clear),
        "in_clear": in_clear,
        "entries": casefile.entries([about]),
        "letters": about.letters.defer("content").order_by("written_at"),
        "packages": Package.objects.filter(request_reference=about.pk).order_by("created_at"),
    }


def _reason(decision: Decision | None, *, in_clear: bool) -> str:
    if decision is None or decision.reason is None:
        return ""
    return decisions.read_reason(decision) if in_clear else clearance.HIDDEN


def _changes(about: Request, *, in_clear: bool = True) -> list[dict[str, Any]]:
    if about.right != Right.CORRECTION:
        return []
    found = correction.shown(about)
    hidden = {"old": clearance.HIDDEN, "new": clearance.HIDDEN}
    return found if in_clear else [one | hidden for one in found]


def _rows(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps as rows of a table: fields grouped by what happens to them."""
    return [
        {
            "what": step.get("title") or step.get("declaration") or step.get("purpose") or "",
            "action": step["action"].replace("_", " "),
            "rows": step.get("expected"),
            "fields": _grouped(step.get("fields", {})),
            "reason": step.get("reason", ""),
        }
        for step in steps
    ]


def _grouped(fields: dict[str, str]) -> list[tuple[str, str]]:
    groups: dict[str, list[str]] = {}
    for name, happens in fields.items():
        groups.setdefault(happens, []).append(name.replace("_", " "))
    return [(happens, ", ".join(names)) for happens, names in groups.items()]
