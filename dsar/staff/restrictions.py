"""Restrictions in the admin: what stands, what is to be reviewed, and how one ends after its person was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import lifting, permissions
from dsar.cases.lifecycle import MoveError
from dsar.registers.models import Restriction
from dsar.staff.asking import Question, ask
from dsar.staff.filters import Choice
from dsar.staff.forms import long_text
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ReasonsForm(forms.Form):
    """Why it will end."""

    reasons = long_text(help_text="The person reads them in the letter.")


class KeepForm(forms.Form):
    """When to look again."""

    review_on = forms.DateField(label="Look again on", widget=AdminDateWidget)

    def clean_review_on(self) -> Any:
        """A day to come."""
        day = self.cleaned_data["review_on"]
        if day <= timezone.localdate():
            message = "Choose a day to come."
            raise forms.ValidationError(message)
        return day


class StandingFilter(Choice):
    """What stands, and what somebody has to look at."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The kinds."""
        return [("open", "stands"), ("review", "to be reviewed")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Those restrictions."""
        stands = Q(lifted_at__isnull=True)
        due = Q(review_on__isnull=True) | Q(review_on__lte=timezone.localdate())
        return stands & due if value == "review" else stands


class RestrictionAdmin(ReadingAdmin[Restriction]):
    """Whose data is only stored."""

    list_display = ("subject_id", "purpose", "ground", "restricted_at", "review_on", "lifted_at")
    list_filter = (StandingFilter, "ground")
    list_select_related = ("purpose",)
    ordering = ("-id",)
    change_form_template = "admin/dsar/restriction/page.html"

    def get_urls(self) -> list[Any]:
        """Add announcing the end, the end, and keeping."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/announce/", view(self.announce), name="dsar_restriction_announce"),
            path("<int:pk>/keep/", view(self.keep), name="dsar_restriction_keep"),
            path("<int:pk>/lift/", view(require_POST(self.lift)), name="dsar_restriction_lift"),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, restriction: Restriction) -> dict[str, Any]:
        """When the person was told, and what may be done."""
        may = acting(request).may(permissions.DECIDE)
        told = lifting.told_at(restriction)
        return {
            "told_at": told,
            "ends_from": told + lifting.NOTICE if told else None,
            "may_act": may and restriction.lifted_at is None,
        }

    def announce(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tell the person that it will end."""
        actor, found = demand(request, permissions.DECIDE), self._found(pk)
        form = ReasonsForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                lifting.announce(found, actor=actor, **form.cleaned_data)
                messages.success(
                    request, "A letter tells the person; it can end when the notice is over."
                )
            except MoveError as error:
                messages.error(request, str(error))
            return redirect(page_of(found))
        says = f"A letter tells the person why it ends, {lifting.NOTICE.days} days before it can be lifted."
        return self._ask(request, found, form, title="Announce the end", says=says)

    def keep(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say that it was reviewed and stays."""
        actor, found = demand(request, permissions.DECIDE), self._found(pk)
        form = KeepForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                lifting.keep(found, actor=actor, **form.cleaned_data)
                messages.success(request, "It stays; it is listed again on that day.")
            except MoveError as error:
                messages.error(request, str(error))
            return redirect(page_of(found))
        says = "You looked at it, and its ground still holds. Nothing ends by itself."
        return self._ask(request, found, form, title="Keep it", says=says)

    def lift(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it, once the person was told and had time."""
        actor, found = demand(request, permissions.DECIDE), self._found(pk)
        try:
            lifting.lift(found, actor=actor)
            messages.success(request, "It has ended; the data may be used again.")
        except MoveError as error:
            messages.error(request, str(error))
        return redirect(page_of(found))

    def _found(self, pk: int) -> Restriction:
        return get_object_or_404(Restriction.objects.select_related("purpose"), pk=pk)

    def _ask(
        self, request: HttpRequest, found: Restriction, form: Any, *, title: str, says: str
    ) -> HttpResponse:
        listing = ("Restrictions", reverse("admin:dsar_restriction_changelist"))
        way = [listing, (str(found), page_of(found))]
        question = Question(title=title, step=title, says=says, way=way, form=form, button=title)
        return ask(request, question, admin=self)
