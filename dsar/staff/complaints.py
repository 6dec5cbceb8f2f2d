"""Complaints in the admin: what waits for a second look, entering what came by other ways, taking it on, answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import complaints, permissions
from dsar.cases.complaint_models import Complaint
from dsar.cases.complaints import ComplaintError, OwnDecisionError
from dsar.engine import reception
from dsar.keys.box import KeyDestroyedError
from dsar.staff.asking import Question, ask
from dsar.staff.correspondence import CorrespondenceAdmin, StandingFilter
from dsar.staff.forms import BY_OTHER_WAYS, long_text, residence_field
from dsar.staff.incident_forms import PastField
from dsar.staff.reading import acting, demand, page_of, way_to

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


class EntryForm(forms.Form):
    """What came by mail, post, telephone or in person."""

    channel = forms.ChoiceField(label="It came by", choices=BY_OTHER_WAYS)
    received_at = PastField(
        label="Received", help_text="When it reached us; the dates to answer by count from then."
    )
    contact = forms.CharField(
        label="Answer to", max_length=254, help_text="An e-mail address, or a postal one."
    )
    residence = residence_field(
        help_text="Two letters, such as DE, or US-CA. Its laws may set an earlier date."
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


class ComplaintAdmin(CorrespondenceAdmin[Complaint]):
    """Complaints, what is to be answered first at the top."""

    list_display = ("named", "about", "received_at", "answer_by", "assignee", "outcome")
    list_filter = (StandingFilter, "outcome")
    list_select_related = ("case", "request", "assigned_to")
    change_list_template = "admin/dsar/complaint/list.html"
    change_form_template = "admin/dsar/complaint/page.html"
    fields = (
        *("named", "person", "about", "channel", "says", "received_at", "acknowledged_at"),
        *("answer_by", "assignee", "outcome", "answered_at"),
    )
    readonly_fields = fields

    @admin.display(description="About")
    def about(self, complaint: Complaint) -> str:
        """The request that it is about."""
        return complaint.request.right.replace("_", " ") if complaint.request else "no request"

    @admin.display(description="Assigned to", ordering="assigned_to")
    def assignee(self, complaint: Complaint) -> str:
        """Whoever of the staff looks at it, by name: not everybody may open an account."""
        return complaint.assigned_to.get_username() if complaint.assigned_to else "-"

    def read(self, row: Complaint) -> str:
        """What the person wrote."""
        return complaints.read(row)

    def get_urls(self) -> list[Any]:
        """Add entering, taking on and answering."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_complaint_enter"),
            path("<uuid:pk>/take/", view(require_POST(self.take)), name="dsar_complaint_take"),
            path("<uuid:pk>/answer/", view(self.answer), name="dsar_complaint_answer"),
            *super().get_urls(),
        ]

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
            filed = reception.take_in_complaint(actor=actor, **form.cleaned_data)
            messages.success(request, "Entered; a letter says that we have it.")
            return redirect(page_of(filed))
        question = Question(
            title="Enter a complaint",
            step="Enter",
            says=(
                "Somebody is not satisfied with what we do with their data. It is acknowledged at once. If they ask "
                "for a right, enter a request instead: the law sets its date."
            ),
            way=way_to(request, admin=self, list_of="Complaints"),
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
            says=self.in_full(complaint),
            way=[
                *way_to(request, admin=self, list_of="Complaints"),
                (complaint.case.reference, page_of(complaint)),
            ],
            form=form,
            button="Send the answer",
        )
        return ask(request, question, admin=self)


_OWN = "You decided what it is about: somebody else looks at it."
