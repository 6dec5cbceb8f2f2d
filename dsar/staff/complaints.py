"""Complaints in the admin: what waits for a second look, entering what came by other ways, taking it on, answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from dsar.cases import complaints, permissions, pseudonyms
from dsar.cases.complaint_models import Complaint
from dsar.cases.complaints import ComplaintError, OwnDecisionError
from dsar.engine import reception
from dsar.keys.box import KeyDestroyedError
from dsar.staff import casefile, clearance
from dsar.staff.asking import Question, ask
from dsar.staff.filters import Choice
from dsar.staff.forms import long_text
from dsar.staff.incident_forms import PastField
from dsar.staff.intake_forms import BY_OTHER_WAYS
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

OPEN = Q(answered_at__isnull=True)


class EntryForm(forms.Form):
    """What came by mail, post, telephone or in person."""

    channel = forms.ChoiceField(label="It came by", choices=BY_OTHER_WAYS)
    received_at = PastField(
        label="Received", help_text="When it reached us; the dates to answer by count from then."
    )
    contact = forms.CharField(
        label="Answer to", max_length=254, help_text="An e-mail address, or a postal one."
    )
    residence = forms.RegexField(
        r"^[A-Z]{2}(-[A-Z]{2})?$",
        label="Country where they live",
        required=False,
        help_text="Two letters, such as DE, or US-CA. Its laws may set an earlier date.",
        error_messages={"invalid": "Write two letters, such as DE, or US-CA."},
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    text = long_text(help_text="What is wrong, in their words. Sealed under a key of its own.")


class AnswerForm(forms.Form):
    """What was found, and what follows."""

    outcome = forms.ChoiceField(choices=Complaint.Outcome.choices, widget=forms.RadioSelect)
    finding = long_text(help_text="What you found. It goes into the letter.")
    reasons = long_text(help_text="Why, a line each. They go into the letter.")

    def clean_reasons(self) -> list[str]:
        """Each line a reason."""
        return [one.strip() for one in self.cleaned_data["reasons"].splitlines() if one.strip()]


class StandingFilter(Choice):
    """What waits."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The kinds."""
        return [("open", "to be answered"), ("late", "late")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Those complaints."""
        return OPEN & Q(answer_by__lt=timezone.now()) if value == "late" else OPEN


class ComplaintAdmin(ReadingAdmin[Complaint]):
    """Complaints, what is to be answered first at the top."""

    list_display = ("named", "about", "received_at", "answer_by", "assigned_to", "outcome")
    list_filter = (StandingFilter, "outcome")
    list_select_related = ("case", "request", "assigned_to")
    ordering = ("-answered_at", "answer_by")
    change_list_template = "admin/dsar/complaint/list.html"
    change_form_template = "admin/dsar/complaint/page.html"
    fields = (
        *("named", "person", "about", "channel", "says", "received_at", "acknowledged_at"),
        *("answer_by", "assigned_to", "outcome", "answered_at"),
    )
    readonly_fields = fields

    @admin.display(description="Reference", ordering="case__reference")
    def named(self, complaint: Complaint) -> str:
        """The case's public name, on one line."""
        return format_html('<span class="desk-reference">{}</span>', complaint.case.reference)

    @admin.display(description="About")
    def about(self, complaint: Complaint) -> str:
        """The request that it is about."""
        return complaint.request.right.replace("_", " ") if complaint.request else "no request"

    @admin.display(description="Person")
    def person(self, complaint: Complaint) -> str:
        """By pseudonym: who it is stands on the case's page."""
        return pseudonyms.of(complaint.case)

    @admin.display(description="Says")
    def says(self, complaint: Complaint) -> str:
        """What the person wrote, for whoever may see it."""
        return _asked(complaint) if getattr(complaint, "in_clear", False) else clearance.HIDDEN

    def get_urls(self) -> list[Any]:
        """Add entering, taking on and answering."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_complaint_enter"),
            path("<uuid:pk>/take/", view(require_POST(self.take)), name="dsar_complaint_take"),
            path("<uuid:pk>/answer/", view(self.answer), name="dsar_complaint_answer"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With the way to enter one, for whoever handles requests."""
        may_enter = acting(request).may(permissions.HANDLE)
        return super().changelist_view(request, {"may_enter": may_enter} | (extra_context or {}))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Complaint | None:
        """With whether whoever looks may read it."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.in_clear = clearance.sees(request, found.case)  # type: ignore[attr-defined]  # for the column above
        return found

    def shown(self, request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
        """What can be done with it; that somebody looked is recorded."""
        actor = acting(request)
        complaints.look(complaint, actor=actor)
        return {
            "title": f"Complaint in {complaint.case.reference}",
            "subtitle": None,
            "may_answer": complaint.answered_at is None and actor.may(permissions.DECIDE),
        }

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter what came by another way, of somebody who has no case, with when it arrived."""
        actor = demand(request, permissions.HANDLE)
        form = EntryForm(
            request.POST if request.method == "POST" else None,
            initial={"received_at": timezone.now()},
        )
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            known = complaints.account_at(said["contact"])
            filed = complaints.file_alone(subject=known, actor=actor, **said)
            messages.success(request, "Entered; a letter says that we have it.")
            return redirect(page_of(filed))
        question = Question(
            title="Enter a complaint",
            step="Enter",
            says=(
                "Somebody is not satisfied with what we do with their data. It is acknowledged at once. If they ask "
                "for a right, enter a request instead: the law sets its date."
            ),
            way=_way(),
            form=form,
            button="Enter",
        )
        return ask(request, question, admin=self)

    def take(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Take it on; whoever decided what it is about cannot."""
        actor = demand(request, permissions.DECIDE)
        complaint = get_object_or_404(Complaint, pk=pk)
        try:
            complaints.take(complaint, actor=actor)
            messages.success(request, "It is yours.")
        except OwnDecisionError:
            messages.error(request, _OWN)
        return redirect(page_of(complaint))

    def answer(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Answer by letter; one that was right about a request opens it again."""
        actor = demand(request, permissions.DECIDE)
        complaint = get_object_or_404(Complaint.objects.select_related("case__key"), pk=pk)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data | {"outcome": Complaint.Outcome(form.cleaned_data["outcome"])}
            try:
                reception.answer_complaint(complaint, actor=actor, **said)
                messages.success(request, "Answered; a mail says that the letter is there.")
            except OwnDecisionError:
                messages.error(request, _OWN)
            except ComplaintError:
                messages.warning(request, "Somebody else has answered it already.")
            except KeyDestroyedError:
                messages.error(request, "Its content is destroyed; nobody can be written to.")
            return redirect(page_of(complaint))
        question = Question(
            title=f"Answer the complaint: {complaint.case.reference}",
            step="Answer",
            says=_asked(complaint),
            way=[*_way(), (complaint.case.reference, page_of(complaint))],
            form=form,
            button="Send the answer",
        )
        return ask(request, question, admin=self)


_OWN = "You decided what it is about: somebody else looks at it."


def _way() -> list[tuple[str, str]]:
    return [("Complaints", reverse("admin:dsar_complaint_changelist"))]


def _asked(complaint: Complaint) -> str:
    try:
        return complaints.read(complaint)
    except KeyDestroyedError:
        return casefile.GONE
