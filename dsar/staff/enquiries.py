"""Enquiries in the admin: what waits for an answer first, entering what came by other ways, and answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format

from dsar.cases import enquiries, permissions
from dsar.cases.enquiries import EnquiryError
from dsar.cases.enquiry_models import Enquiry
from dsar.keys.box import KeyDestroyedError
from dsar.staff.asking import Question, ask
from dsar.staff.correspondence import CorrespondenceAdmin, StandingFilter
from dsar.staff.forms import BY_OTHER_WAYS, long_text
from dsar.staff.incident_forms import PastField
from dsar.staff.reading import acting, demand, page_of, way_to

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


class EntryForm(forms.Form):
    """What came by mail, post, telephone or in person."""

    kind = forms.ChoiceField(choices=Enquiry.Kind.choices, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label="It came by", choices=BY_OTHER_WAYS)
    received_at = PastField(
        label="Received", help_text="When it reached us; the date to answer by counts from then."
    )
    contact = forms.CharField(
        label="Answer to", max_length=254, help_text="An e-mail address, or a postal one."
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    text = long_text(help_text="What was asked. Sealed under a key of its own.")


class AnswerForm(forms.Form):
    """The answer."""

    text = long_text(
        help_text="Sent as a letter. Say nothing about the person's own data: nobody has proved who they are."
    )


class EnquiryAdmin(CorrespondenceAdmin[Enquiry]):
    """Questions and reports of errors, what is to be answered first at the top."""

    list_display = ("named", "kind", "received", "answer_by", "answered_at")
    list_filter = (StandingFilter, "kind")
    list_select_related = ("case",)
    change_list_template = "admin/dsar/enquiry/list.html"
    change_form_template = "admin/dsar/enquiry/page.html"
    fields = ("named", "person", "kind", "says", "received", "answer_by", "answered_at", "answered")
    readonly_fields = fields

    @admin.display(description="Received", ordering="case__received_at")
    def received(self, enquiry: Enquiry) -> str:
        """When it came in."""
        return date_format(timezone.localtime(enquiry.case.received_at), "DATETIME_FORMAT")

    @admin.display(description="Answered by")
    def answered(self, enquiry: Enquiry) -> str:
        """Who answered."""
        return enquiry.answered_by.get_username() if enquiry.answered_by else "-"

    def read(self, row: Enquiry) -> str:
        """What the person wrote."""
        return enquiries.read(row)

    def get_urls(self) -> list[Any]:
        """Add entering and answering."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_enquiry_enter"),
            path("<uuid:pk>/answer/", view(self.answer), name="dsar_enquiry_answer"),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, enquiry: Enquiry) -> dict[str, Any]:
        """The way to the answer and to the case; that somebody looked is recorded."""
        actor = acting(request)
        enquiries.look(enquiry, actor=actor)
        is_open = enquiry.answered_at is None
        return {
            "title": f"Enquiry {enquiry.case.reference}",
            "subtitle": None,
            "may_answer": is_open and actor.may(permissions.HANDLE),
        }

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter what came by another way, with when it arrived."""
        actor = demand(request, permissions.TAKE_IN)
        form = EntryForm(
            request.POST if request.method == "POST" else None,
            initial={"received_at": timezone.now()},
        )
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data | {"kind": Enquiry.Kind(form.cleaned_data["kind"])}
            enquiry = enquiries.file(actor=actor, **given)
            said = f"Entered as {enquiry.case.reference}; a letter says that we have it."
            messages.success(request, said)
            sees = self.has_view_permission(request)
            return redirect(page_of(enquiry) if sees else request.path)
        question = Question(
            title="Enter an enquiry",
            step="Enter",
            says=(
                "A question, or an error in the privacy policy, from somebody who asks for none of their rights. "
                "If they ask for a right, enter a request instead: the law sets its date."
            ),
            way=way_to(request, admin=self, list_of="Enquiries"),
            form=form,
            button="Enter",
        )
        return ask(request, question, admin=self)

    def answer(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Answer by letter."""
        actor = demand(request, permissions.HANDLE)
        enquiry = get_object_or_404(Enquiry.objects.select_related("case__key"), pk=pk)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                enquiries.answer(enquiry, text=form.cleaned_data["text"], actor=actor)
                messages.success(request, "Answered; a mail says that the letter is there.")
            except EnquiryError:
                messages.warning(request, "Somebody else has answered it already.")
            except KeyDestroyedError:
                messages.error(request, "Its content is destroyed; nobody can be written to.")
            return redirect(page_of(enquiry))
        question = Question(
            title=f"Answer: {enquiry.case.reference}",
            step="Answer",
            says=self.in_full(enquiry),
            way=[
                *way_to(request, admin=self, list_of="Enquiries"),
                (enquiry.case.reference, page_of(enquiry)),
            ],
            form=form,
            button="Send the answer",
        )
        return ask(request, question, admin=self)
