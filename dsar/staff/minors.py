"""Reports about minors at the desk: what is to be looked at today, and the page that asks what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dsar.cases import permissions
from dsar.cases.authority import Authority
from dsar.cases.identity_models import Claim
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Case
from dsar.duties import minors as duty
from dsar.registers import minors
from dsar.registers.minors import Finding
from dsar.staff.asking import Question, ask, of_case
from dsar.staff.forms import long_text
from dsar.staff.reading import acting, page_of

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest, HttpResponse

    from dsar.registers.minor_models import MinorReport

_SHOWN = {
    Authority.PARENTAL: "They are a parent or guardian of the child",
    Authority.COURT: "A court's order",
    Authority.MINORITY: "The person is a minor, whoever reports it",
}
_MOST = 50


class TriageForm(forms.Form):
    """What was found, on what it rests, and why."""

    finding = forms.ChoiceField(choices=Finding.choices, widget=forms.RadioSelect)
    shown = forms.ChoiceField(
        label="What was shown",
        choices=[("", "nothing"), *((kind.value, said) for kind, said in _SHOWN.items())],
        required=False,
        help_text="As little as shows it. No copy is kept; a guardian shows that they are one.",
    )
    reason = long_text(help_text="For the file, sealed: what you saw, and what the holder said.")

    def clean(self) -> dict[str, Any]:
        """What is confirmed rests on something."""
        said = super().clean() or {}
        if said.get("finding") == Finding.CONFIRMED and not said.get("shown"):
            self.add_error("shown", "Say what was shown.")
        return said


class LiftForm(forms.Form):
    """Why the lock ends."""

    reason = long_text(help_text="For the file, sealed.")


def waiting(user: Any) -> list[dict[str, Any]]:
    """The reports for the first page, those to be looked at first; two statements."""
    if not user.has_perm(f"dsar.{permissions.HANDLE}"):
        return []
    found = list(minors.unended()[:_MOST])
    pks = [one.case_reference for one in found]
    references = dict(Case.objects.filter(pk__in=pks).values_list("pk", "reference")) if pks else {}
    return [
        {
            "reference": references[one.case_reference],
            "url": reverse("admin:dsar_case_change", args=[one.case_reference]),
            "report": one,
            "late": _is_late(one),
        }
        for one in sorted(found, key=lambda one: (bool(one.finding), one.reported_at))
        if one.case_reference in references
    ]


def may_be_one(case: Case) -> bool:
    """Whether a case can have come with a report at all."""
    return case.subject_relation in {Claim.Relation.GUARDIAN, Claim.Relation.MINOR_REPORT}


def _is_late(report: MinorReport) -> bool:
    day = report.target_on if report.finding else report.triage_on
    return day < timezone.localdate()


def page(request: HttpRequest, case: Case, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Ask what was found; of what was confirmed, whether that was a mistake."""
    report = minors.of(case.pk)
    if report is None or (report.finding and report.ended_at):
        raise Http404
    form: Any = (LiftForm if report.finding else TriageForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = _do(request, case, report, form.cleaned_data)
        except (MoveError, minors.TriagedError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(page_of(case))
    return ask(request, _question(case, report, form), admin=admin)


def _do(request: HttpRequest, case: Case, report: MinorReport, said: dict[str, Any]) -> str:
    actor, reason = acting(request), said["reason"]
    if report.finding:
        duty.lift(case, reason=reason, actor=actor)
        return "The lock is lifted. Set the request aside, or refuse it."
    if said["finding"] == Finding.UNFOUNDED:
        duty.dismiss(case, reason=reason, actor=actor)
        return "Nothing is locked. Set the request aside, or refuse it."
    found = duty.confirm(case, shown=Authority(said["shown"]), reason=reason, actor=actor)
    locked = "The account is locked" if found.subject_id is not None else "No account to lock"
    return (
        f"{locked}; the deletion is under review. It should be gone by {found.target_on:%d %B %Y}."
    )


def _question(case: Case, report: MinorReport, form: Any) -> Question:
    if report.finding:
        title, says = "Lift the lock", "If it was a mistake: data of the account is used again."
    else:
        has_account = duty.account(case) is not None
        title = "Look at the report about a minor"
        says = (
            "Nothing has changed so far. If you confirm it, nothing new is done with the data from then on but what a "
            "law demands, and the deletion goes to review, where two people decide it as ever; it then waits for no "
            "period. "
            + ("An account has the address." if has_account else "No account has the address.")
        )
    return of_case(case, title=title, says=says, form=form)
