"""Anonymous data sets in the admin: entered, tested with the file itself, shared, and taken out of use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.registers import anonymous, relinking
from dsar.registers.anonymous_models import AnonymousSet
from dsar.registers.recipient_models import RecipientRecord
from dsar.staff.asking import Question, ask
from dsar.staff.forms import long_text
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse


def _in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


class EnterForm(forms.Form):
    """What the set is."""

    name = forms.CharField(max_length=200)
    content = long_text(label="What it says, and of how many")
    method = long_text(label="How it was made", help_text="What was left out, coarsened, counted.")

    def clean_name(self) -> str:
        """A name that no other set has."""
        name: str = self.cleaned_data["name"]
        if AnonymousSet.objects.filter(name=name).exists():
            raise forms.ValidationError("Another data set has this name.")
        return name


class TestForm(forms.Form):
    """The file, and what a person thinks of it."""

    file = forms.FileField(
        help_text="The whole set as CSV with a line of headings, UTF-8. It is looked at and not kept."
    )
    weighed = long_text(
        label="With what other data could somebody be found again, and why not?",
        help_text="Think of somebody who tries, with what is public and what a buyer may have.",
    )
    review_on = forms.DateField(
        label="To be looked at again on", widget=AdminDateWidget, initial=_in_a_year
    )

    def clean_file(self) -> bytes:
        """What can be read as a table."""
        sent = self.cleaned_data["file"]
        if sent.size > relinking.MOST_BYTES:
            raise forms.ValidationError(relinking.UnreadableError.__doc__ or "")
        found: bytes = sent.read()
        return found

    def clean_review_on(self) -> date:
        """A day to come."""
        day: date = self.cleaned_data["review_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError("Choose a day to come.")
        return day


class ShareForm(forms.Form):
    """Who gets it."""

    recipient = forms.ModelChoiceField(RecipientRecord.objects.order_by("name"))


class AnonymousSetAdmin(ReadingAdmin[AnonymousSet]):
    """Data sets in which nobody can be found again."""

    needs = permissions.DECIDE
    list_display = ("name", "state", "review_on")
    ordering = ("name",)
    change_list_template = "admin/dsar/anonymousset/list.html"
    change_form_template = "admin/dsar/anonymousset/page.html"
    fields = ("name", "content", "method", "state", "review_on", "retired_at")

    @admin.display(description="stands")
    def state(self, dataset: AnonymousSet) -> str:
        """Whether it is free."""
        if dataset.retired_at:
            return "Out of use"
        return "Free to use and share" if anonymous.is_free(dataset) else "Treated as personal data"

    def get_urls(self) -> list[Any]:
        """Add entering, testing, sharing and taking out of use."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_anonymousset_enter"),
            path("<int:pk>/test/", view(self.test), name="dsar_anonymousset_test"),
            path("<int:pk>/share/", view(self.share), name="dsar_anonymousset_share"),
            path(
                "<int:pk>/retire/",
                view(require_POST(self.retire)),
                name="dsar_anonymousset_retire",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever may enter one gets the button."""
        return super().changelist_view(request, _acts(request) | (extra_context or {}))

    def shown(self, request: HttpRequest, dataset: AnonymousSet) -> dict[str, Any]:
        """Its tests and who got it."""
        return _acts(request) | {
            "tests": dataset.tests.all(),
            "shares": dataset.shares.select_related("recipient"),
            "least": relinking.LEAST_ALIKE,
        }

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter a data set."""
        demand(request, permissions.APPROVE)
        form = EnterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            entered = anonymous.enter(**form.cleaned_data, by=request.user)
            messages.success(request, "It is entered. Test it before it is used.")
            return redirect(page_of(entered))
        says = "Until a test found nobody in it, it is treated as personal data."
        return self._ask(request, form, title="Enter a data set", says=says)

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try to find people in it."""
        dataset = self._found(request, pk)
        form = TestForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                kept = anonymous.test(dataset, **form.cleaned_data, by=request.user)
            except relinking.UnreadableError as error:
                form.add_error("file", str(error))
            else:
                told = "Nobody was found." if kept.passed else "Somebody can be found in it."
                (messages.success if kept.passed else messages.warning)(request, told)
                return redirect(page_of(dataset))
        says = (
            "Every value is compared with the addresses, names and facts by which people are known here, and rows are "
            f"counted that are alike: fewer than {relinking.LEAST_ALIKE} stand out."
        )
        return self._ask(request, form, title="Test", says=says, dataset=dataset)

    def share(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note who gets it."""
        dataset = self._found(request, pk)
        form = ShareForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                anonymous.share(dataset, **form.cleaned_data, by=request.user)
            except anonymous.NotAnonymousError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "It is noted.")
                return redirect(page_of(dataset))
        says = "No person is named with it: nobody can be found in the set."
        return self._ask(request, form, title="Share", says=says, dataset=dataset)

    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it out of use."""
        dataset = self._found(request, pk)
        if anonymous.retire(dataset):
            messages.success(request, "It is out of use.")
        return redirect(page_of(dataset))

    def _found(self, request: HttpRequest, pk: int) -> AnonymousSet:
        demand(request, permissions.APPROVE)
        return get_object_or_404(AnonymousSet, pk=pk)

    def _ask(
        self,
        request: HttpRequest,
        form: Any,
        *,
        title: str,
        says: str,
        dataset: AnonymousSet | None = None,
    ) -> HttpResponse:
        way = [("Anonymous data sets", reverse("admin:dsar_anonymousset_changelist"))]
        if dataset is not None:
            way.append((dataset.name, page_of(dataset)))
        question = Question(title=title, step=title, says=says, way=way, form=form)
        return ask(request, question, admin=self)


def _acts(request: HttpRequest) -> dict[str, Any]:
    return {"may_act": acting(request).may(permissions.APPROVE)}
