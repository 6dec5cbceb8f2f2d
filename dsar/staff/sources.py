"""People whose data came from elsewhere, in the admin: who waits to be told, and noting that they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminDateWidget
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone

from dsar.cases import permissions
from dsar.registers import sources
from dsar.registers.source_models import SourceNotice
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting, demand

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class NoteForm(forms.Form):
    """Which records, and that the people in them were told, or why not."""

    kind = forms.ChoiceField(label="Records", widget=forms.RadioSelect)
    rows = forms.CharField(
        label="Their numbers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Parted by spaces or commas; or leave it out and say a day below.",
    )
    until = forms.DateField(
        label="Or all obtained until",
        required=False,
        widget=AdminDateWidget,
        help_text="Those that wait still.",
    )
    told_on = forms.DateField(label="Told on", required=False, widget=AdminDateWidget)
    exception = forms.ChoiceField(
        label="Or why they need not be told",
        required=False,
        choices=[("", "no exception"), *SourceNotice.Exempt.choices],
    )
    reason = forms.CharField(
        label="Why the exception holds here",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Name nobody.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds: Any = self.fields["kind"]
        kinds.choices = [(one.label, f"{one.describe} ({one.label})") for one in sources.kinds()]

    def clean(self) -> dict[str, Any]:
        """Either some records or all until a day; either a day in the past or an exception with its reason."""
        said = super().clean() or {}
        said["rows"] = said.get("rows", "").replace(",", " ").split()
        if bool(said["rows"]) == bool(said.get("until")):
            self.add_error("rows", "Say which records: their numbers, or a day.")
        told, why = said.get("told_on"), said.get("exception") and said.get("reason", "").strip()
        if bool(told) == bool(why) or (told and told > timezone.localdate()):
            self.add_error("told_on", str(sources.SourceError()))
        return said


class SourceNoticeAdmin(ReadingAdmin[SourceNotice]):
    """Who was told that a record about them came from elsewhere."""

    needs = permissions.DECIDE
    list_display = ("declaration", "row", "told_on", "exception", "entered_at")
    list_filter = ("declaration", "exception")
    ordering = ("-id",)
    change_list_template = "admin/dsar/sourcenotice/list.html"
    fields = ("declaration", "row", "told_on", "exception", "reason", "entered_at")

    def get_urls(self) -> list[Any]:
        """Add noting."""
        view = self.admin_site.admin_view
        return [path("note/", view(self.note), name="dsar_sourcenotice_note"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With what waits."""
        shown = {
            "waiting": sources.waiting(),
            "may_act": acting(request).may(permissions.DECIDE),
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def note(self, request: HttpRequest) -> HttpResponse:
        """Note that people were told, or why not."""
        demand(request, permissions.DECIDE)
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            found = sources.kind(said.pop("kind"))
            # The form offers these kinds only.
            number = sources.note(found, **said, by=request.user) if found else 0
            messages.success(request, f"Noted for {number} more.")
            return redirect(reverse("admin:dsar_sourcenotice_changelist"))
        question = Question(
            title="Note who was told",
            step="Note",
            says=(
                "People in these records did not give us the data themselves. They are told within a month, unless an "
                "exception holds. What is noted already stays as it is."
            ),
            way=[("Source notices", reverse("admin:dsar_sourcenotice_changelist"))],
            form=form,
            button="Note it",
        )
        return ask(request, question, admin=self)
