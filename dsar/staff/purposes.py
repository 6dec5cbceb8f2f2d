"""Purposes in the admin: what each rests on and gives, what it waits for, its assessments, and its start."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.law import bases
from dsar.registers import policies, purposes, starting
from dsar.registers.models import Purpose
from dsar.registers.purpose_models import Assessment, Signature
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting, demand, login_name, page_of

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse

_LONGEST = 10_000


def _in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


class AssessmentForm(forms.Form):
    """Why the interest outweighs what it does to people."""

    benefit = forms.CharField(
        label="Whose interest is it, and what is it good for?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=_LONGEST,
    )
    necessity = forms.CharField(
        label="Why can it not be reached with less data, or without?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=_LONGEST,
    )
    balance = forms.CharField(
        label="What does it do to people, what was done against that, and why is the rest outweighed?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=_LONGEST,
    )
    review_on = forms.DateField(
        label="To be looked at again on", widget=AdminDateWidget, initial=_in_a_year
    )

    def clean_review_on(self) -> date:
        """A day to come."""
        day: date = self.cleaned_data["review_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError("Choose a day to come.")
        return day


class PurposeAdmin(ReadingAdmin[Purpose]):
    """Why data is processed, as the apps declare it. Who decides assesses; who approves signs and starts."""

    list_display = ("code", "label", "basis", "marketing", "active_from", "state")
    list_filter = ("basis", "marketing", ("active_from", admin.EmptyFieldListFilter))
    ordering = ("code",)
    change_form_template = "admin/dsar/purpose/page.html"
    fields = ("code", "label", "basis", "marketing", "declared_at", "active_from", "told_in")

    @admin.display(description="stands")
    def state(self, purpose: Purpose) -> str:
        """Whether data may be used for it now."""
        if purpose.active_from is None:
            return "Waits"
        return "In use" if purpose.active_from <= timezone.now() else "Told of"

    def get_urls(self) -> list[Any]:
        """Add assessing, signing and starting."""
        view = self.admin_site.admin_view
        return [
            path("<slug:code>/assess/", view(self.assess), name="dsar_purpose_assess"),
            path("<slug:code>/start/", view(require_POST(self.start)), name="dsar_purpose_start"),
            path(
                "assessments/<int:pk>/sign/",
                view(require_POST(self.sign)),
                name="dsar_purpose_sign",
            ),
            *super().get_urls(),
        ]

    def assess(self, request: HttpRequest, code: str) -> HttpResponse:
        """Write an assessment."""
        demand(request, permissions.DECIDE)
        purpose = get_object_or_404(Purpose, pk=code)
        form = AssessmentForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            starting.assess(purpose, by=_member(request), **form.cleaned_data)
            messages.success(request, "The assessment is written. Three people sign it.")
            return redirect(page_of(purpose))
        question = Question(
            title=f"Assess: {purpose.label}",
            step="Assess",
            says="What is written is not changed any more; whoever thinks otherwise writes another assessment.",
            way=[
                ("Purposes", reverse("admin:dsar_purpose_changelist")),
                (purpose.label, page_of(purpose)),
            ],
            form=form,
            button="Keep the assessment",
        )
        return ask(request, question, admin=self)

    def sign(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one's name under an assessment."""
        demand(request, permissions.APPROVE)
        assessment = get_object_or_404(Assessment.objects.select_related("purpose"), pk=pk)
        office = request.POST.get("office", "")
        if office not in Signature.Office.values:
            messages.error(request, "Say in which office you sign.")
        else:
            try:
                starting.sign(assessment, by=_member(request), office=office)
            except starting.StartError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, "You have signed the assessment.")
        return redirect(page_of(assessment.purpose))

    def start(self, request: HttpRequest, code: str) -> HttpResponse:
        """Let the purpose be used, once the version of the policy that names it applies."""
        demand(request, permissions.APPROVE)
        purpose = get_object_or_404(Purpose, pk=code)
        policy = get_object_or_404(
            policies.published(), version=request.POST.get("told_in", "")[:20]
        )
        try:
            started = starting.start(purpose, by=_member(request), told_in=policy)
        except starting.StartError as error:
            messages.error(request, str(error))
        else:
            day = timezone.localdate(started.active_from)
            messages.success(request, f"Data may be used for it from {day:%d %B %Y} on.")
        return redirect(page_of(purpose))

    def shown(self, request: HttpRequest, purpose: Purpose) -> dict[str, Any]:
        """What the basis gives, what refusing costs, the assessments, and what is missing for a start."""
        return _shown(purpose, request=request)


def _member(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)


def _shown(purpose: Purpose, *, request: HttpRequest) -> dict[str, Any]:
    actor = acting(request)
    declared = purposes.find(purpose.pk)
    versions = list(policies.published())
    waits = purpose.active_from is None
    return {
        "declared": declared,
        "rights": bases.BASES[purpose.basis].rights,
        "must_be_assessed": declared is not None and purposes.needs_assessment(declared),
        "assessments": [_read(one, request=request) for one in _assessments(purpose)],
        "offices": Signature.Office.choices,
        "lacking": starting.lacking(purpose, told_in=versions[0] if versions else None)
        if waits
        else [],
        "versions": versions,
        "may_assess": actor.may(permissions.DECIDE),
        "may_start": waits and actor.may(permissions.APPROVE),
    }


def _assessments(purpose: Purpose) -> Any:
    return Assessment.objects.filter(purpose=purpose).prefetch_related("signatures__signed_by")


def _read(assessment: Assessment, *, request: HttpRequest) -> dict[str, Any]:
    """An assessment with its signatures, and the offices that have not signed."""
    signed = list(assessment.signatures.all())
    taken = {one.office for one in signed}
    by_me = any(one.signed_by_id == request.user.pk for one in signed)
    return {
        "row": assessment,
        "signed": [(one, login_name(one, "signed_by")) for one in signed],
        "open": [one for one in Signature.Office.choices if one[0] not in taken],
        "may_sign": not by_me and acting(request).may(permissions.APPROVE),
        "is_overdue": assessment.review_on < timezone.localdate(),
    }
