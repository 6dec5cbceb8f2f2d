"""Deputies in the admin: who is away in which role and until when, and who stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import colleagues, deputies, permissions
from dsar.cases.deputy_models import Deputyship
from dsar.staff.asking import Question, ask
from dsar.staff.forms import ColleagueField
from dsar.staff.reading import ReadingAdmin, demand, has_any, login_name, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_SAYS = (
    "The deputy may do what the role may, from the first day to the last, and acts in their own name: what they "
    "decided themselves they never sign. The right to appoint deputies is not handed on. Whoever is away is not "
    "counted as a second person meanwhile."
)


class DeputyForm(forms.Form):
    """Who is away, in which role, when, and who stands in."""

    role = forms.ChoiceField(choices=[(name, name) for name in permissions.GROUPS])
    first_on = forms.DateField(
        label="From", widget=AdminDateWidget, initial=timezone.localdate, help_text="This day too."
    )
    last_on = forms.DateField(label="Until", widget=AdminDateWidget, help_text="This day too.")

    field_order = ("absent", "role", "deputy", "first_on", "last_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        staff = colleagues.staff()
        self.fields["absent"] = ColleagueField(staff, label="Who is away")
        self.fields["deputy"] = ColleagueField(
            staff, label="Who stands in", required=False, empty_label="Nobody"
        )
        self.order_fields(self.field_order)


class DeputyshipAdmin(ReadingAdmin[Deputyship]):
    """Every deputyship, the latest first; whoever appoints and auditors read them."""

    needs = permissions.APPOINT
    accounts = ("absent", "deputy", "appointed_by")
    list_display = ("role", "who", "stands_in", "first_on", "last_on", "ended_at")
    list_filter = ("role",)
    ordering = ("-first_on", "-id")
    change_list_template = "admin/dsar/deputyship/list.html"
    change_form_template = "admin/dsar/deputyship/page.html"
    fields = ("role", "who", "stands_in", "first_on", "last_on", "by", "appointed_at", "ended_at")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Deputyship | None = None) -> bool:
        """Whoever appoints, and auditors."""
        return has_any(request.user, (permissions.APPOINT, permissions.AUDIT))

    @admin.display(description="Who is away")
    def who(self, entered: Deputyship) -> str:
        """By the name they log in with."""
        return login_name(entered, "absent")

    @admin.display(description="Who stands in")
    def stands_in(self, entered: Deputyship) -> str:
        """By the name they log in with, or nobody."""
        return login_name(entered, "deputy") if entered.deputy_id else "Nobody"

    @admin.display(description="Entered by")
    def by(self, entered: Deputyship) -> str:
        """By the name they log in with."""
        return login_name(entered, "appointed_by")

    def get_urls(self) -> list[Any]:
        """Add entering and ending."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_deputyship_enter"),
            path("<int:pk>/end/", view(require_POST(self.end)), name="dsar_deputyship_end"),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, entered: Deputyship) -> dict[str, Any]:
        """Whether it can be ended here."""
        may = request.user.has_perm(f"dsar.{permissions.APPOINT}")
        is_open = entered.ended_at is None and entered.last_on >= timezone.localdate()
        return {"may_end": may and is_open}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the way to entering, for whoever may appoint."""
        may = request.user.has_perm(f"dsar.{permissions.APPOINT}")
        return super().changelist_view(request, {"may_enter": may} | (extra_context or {}))

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter that somebody is away, and who stands in."""
        actor = demand(request, permissions.APPOINT)
        form = DeputyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                entered = deputies.appoint(**form.cleaned_data, actor=actor)
            except deputies.DeputyError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Entered.")
                return redirect(page_of(entered))
        question = Question(
            title="Enter an absence or a deputy",
            step="Enter",
            says=_SAYS,
            way=[("Deputies", reverse("admin:dsar_deputyship_changelist"))],
            form=form,
            button="Enter",
        )
        return ask(request, question, admin=self)

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it before its time."""
        actor = demand(request, permissions.APPOINT)
        entered = get_object_or_404(Deputyship, pk=pk)
        if deputies.end(entered, actor=actor):
            messages.success(request, "It has ended; nobody stands in by it any more.")
        else:
            messages.warning(request, "It had ended before.")
        return redirect(page_of(entered))
