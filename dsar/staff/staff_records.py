"""Undertakings, training and reviews in the admin: entered and signed by the officer, read by auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import colleagues, permissions
from dsar.duties.retention import reviewing
from dsar.registers import staffing
from dsar.registers.staff_models import HouseReview, StaffRecord
from dsar.staff import people
from dsar.staff.asking import Question, ask
from dsar.staff.forms import ColleagueField, long_text
from dsar.staff.reading import ReadingAdmin, acting, demand, login_name, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class RecordForm(forms.Form):
    """Whose, what, when, until when, and where the paper is."""

    kind = forms.ChoiceField(choices=StaffRecord.Kind.choices, widget=forms.RadioSelect)
    done_on = forms.DateField(label="Signed or held on", widget=AdminDateWidget)
    valid_until = forms.DateField(
        widget=AdminDateWidget, help_text="Until then it counts; renew it before."
    )
    evidence = forms.CharField(
        max_length=200, help_text="Where the signed paper or the certificate is."
    )

    field_order = ("member", "kind", "done_on", "valid_until", "evidence")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"] = ColleagueField(colleagues.staff(), label="Member of staff")
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """It took place, and counts from then on."""
        said = super().clean() or {}
        done, until = said.get("done_on"), said.get("valid_until")
        if done and done > timezone.localdate():
            self.add_error("done_on", "This day is still to come.")
        if done and until and until < done:
            self.add_error("valid_until", "It cannot end before it began.")
        return said


class StaffRecordAdmin(ReadingAdmin[StaffRecord]):
    """Every undertaking and training, the newest first."""

    needs = permissions.AUDIT
    accounts = ("member",)
    list_display = ("who", "kind", "done_on", "valid_until", "ended_at", "evidence")
    list_filter = ("kind",)
    ordering = ("-entered_at", "-id")
    change_list_template = "admin/dsar/staffrecord/list.html"
    change_form_template = "admin/dsar/staffrecord/page.html"
    fields = ("who", "kind", "done_on", "valid_until", "evidence", "entered_at", "ended_at")
    readonly_fields = fields

    @admin.display(description="Member of staff")
    def who(self, record: StaffRecord) -> str:
        """By the name they log in with, as long as the account is there."""
        return login_name(record, "member")

    def get_urls(self) -> list[Any]:
        """Add entering and ending."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_staffrecord_enter"),
            path("<int:pk>/end/", view(require_POST(self.end)), name="dsar_staffrecord_end"),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, record: StaffRecord) -> dict[str, Any]:
        """Whether it can be ended here."""
        may = acting(request).may(permissions.APPROVE)
        return {"may_end": may and record.ended_at is None}

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter an undertaking or a training."""
        actor = demand(request, permissions.APPROVE)
        today = timezone.localdate()
        initial = {"member": request.GET.get("member"), "done_on": today}
        form = RecordForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data | {"kind": StaffRecord.Kind(form.cleaned_data["kind"])}
            staffing.enter(given.pop("member"), by=actor.user, **given)
            messages.success(request, "Entered.")
            return redirect(reverse("admin:staff"))
        question = Question(
            title="Enter an undertaking or a training",
            step="Enter",
            says="Nobody can be given requests, or take one, without a valid undertaking and a valid training.",
            way=[("Staff", reverse("admin:staff"))],
            form=form,
            button="Enter",
        )
        return ask(request, question, admin=self)

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it back before its time."""
        demand(request, permissions.APPROVE)
        record = get_object_or_404(StaffRecord, pk=pk)
        if staffing.end(record):
            messages.success(request, "It counts no more.")
        else:
            messages.warning(request, "It had ended before.")
        return redirect(page_of(record))


class FindingsForm(forms.Form):
    """What was looked at, and what was found."""

    findings = long_text(
        help_text="What you looked at, what was wrong, what was changed. Nobody's personal data."
    )


class HouseReviewAdmin(ReadingAdmin[HouseReview]):
    """Every review that was signed, the newest first."""

    needs = permissions.AUDIT
    accounts = ("signed_by",)
    list_display = ("kind", "signed_at", "who", "next_on")
    list_filter = ("kind",)
    ordering = ("-signed_at", "-id")
    fields = ("kind", "findings", "who", "signed_at", "next_on")
    readonly_fields = fields

    @admin.display(description="Signed by")
    def who(self, review: HouseReview) -> str:
        """By the name they log in with."""
        return login_name(review, "signed_by")

    def get_urls(self) -> list[Any]:
        """Add signing."""
        sign = self.admin_site.admin_view(self.sign)
        return [path("sign/<slug:kind>/", sign, name="dsar_housereview_sign"), *super().get_urls()]

    def sign(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show what is to be looked at, and take the signature."""
        actor = demand(request, permissions.APPROVE)
        if kind not in HouseReview.Kind:
            raise Http404
        chosen = HouseReview.Kind(kind)
        form = FindingsForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            signed = reviewing.sign(chosen, by=actor.user, **form.cleaned_data)
            messages.success(request, f"Signed; the next one is due on {signed.next_on}.")
            return redirect(reverse("admin:staff"))
        question = Question(
            title=f"Review: {chosen.label}",
            step="Review",
            says=_SAYS[chosen],
            way=[("Staff", reverse("admin:staff"))],
            form=form,
            button="Sign",
            template="admin/dsar/housereview/sign.html",
        )
        shown = people.members() if chosen is HouseReview.Kind.ACCESS else []
        return ask(request, question, admin=self, members=shown)


_SAYS = {
    HouseReview.Kind.ACCESS: (
        "Go through everybody below: does each still need these groups, has each a second factor, a valid "
        "undertaking and training? Change what is wrong first, then sign what you found."
    ),
    HouseReview.Kind.SECURITY: (
        "Look at the system page, at keys and their age, at backups and whether one was restored, at open incidents "
        "and at updates that wait. Set right what is wrong first, then sign what you found."
    ),
    HouseReview.Kind.RETENTION: (
        "Go through every line of the retention schedule: is it still kept for this purpose, is the period what the "
        "law or the policy says, is it as short as can be? A line that is new, or changes, is due at once. Have the "
        "declarations corrected first, then sign what you found."
    ),
    HouseReview.Kind.OVERWRITTEN: (
        "Look at what stays of records that were overwritten instead of deleted, on the retention schedule and in the "
        "tables: can anybody be found in it again, from what is left, together with what others know by now? Have the "
        "declarations corrected first, then sign what you found."
    ),
}
