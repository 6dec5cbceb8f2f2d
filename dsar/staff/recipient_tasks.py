"""Telling recipients, in the admin: what is open, what was proved, and how somebody ends a task by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.dispatch import patience
from dsar.duties import notifying
from dsar.duties.notifying import TaskError
from dsar.staff.filters import Choice
from dsar.staff.forms import long_text
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

State = RecipientTask.State
_ASKED = [
    (State.SENT, "was asked in another way"),
    (State.CONFIRMED, "has answered: the person has got what they hold, or they hold nothing more"),
    (State.IMPOSSIBLE, "cannot be asked: impossible"),
    (State.DISPROPORTIONATE, "need not be asked: disproportionate effort"),
]
"""How it ends where a processor is asked what they hold."""


class FinishForm(forms.Form):
    """How a task ended, and the facts."""

    state = forms.ChoiceField(
        label="It",
        choices=[
            (State.SENT, "was told in another way"),
            (State.CONFIRMED, "was told, and confirmed that it acted"),
            (State.IMPOSSIBLE, "cannot be told: impossible"),
            (State.DISPROPORTIONATE, "need not be told: disproportionate effort"),
        ],
        widget=forms.RadioSelect,
    )
    facts = long_text(help_text="How, or why not. Sealed under the case's key.")

    def __init__(self, *args: Any, task: RecipientTask, **options: Any) -> None:
        super().__init__(*args, **options)
        if task.request.right == Right.ACCESS:
            self.fields["state"].choices = _ASKED  # type: ignore[attr-defined]  # a choice field.


class StandingFilter(Choice):
    """What needs somebody."""

    title = "needs somebody"
    parameter_name = "needs"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The kinds."""
        return [
            ("overdue", "overdue"),
            ("unsure", "tried, not known"),
            ("failed", "tried too often"),
        ]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Those tasks."""
        if value == "overdue":
            return Q(state=State.OPEN, due_at__lt=timezone.now())
        if value == "unsure":
            return notifying.unsure()
        return Q(state=State.OPEN, attempts__gte=patience.MOST_ATTEMPTS)


class RecipientTaskAdmin(ReadingAdmin[RecipientTask]):
    """Tasks, what is due first at the top; secret ones too, so only for whoever decides."""

    needs = permissions.DECIDE
    list_display = ("recipient", "about", "state", "due_at", "attempts", "stands", "secret")
    list_filter = (StandingFilter, "state", "recipient_code")
    list_select_related = ("request__case",)
    ordering = ("due_at", "id")
    change_form_template = "admin/dsar/recipienttask/page.html"
    fields = (
        "recipient",
        "about",
        "state",
        "stands",
        "due_at",
        "attempts",
        "tried_at",
        "next_try_at",
        "failure",
        "sent_at",
        "status",
        "digest",
        "ended_at",
        "secret",
        "facts_in_words",
    )
    readonly_fields = fields

    @admin.display(description="About")
    def about(self, task: RecipientTask) -> str:
        """The right and the case."""
        asked = "asked what they hold: " if task.request.right == Right.ACCESS else ""
        return f"{asked}{task.request.right.replace('_', ' ')} {task.request.case.reference}"

    @admin.display(description="Stands")
    def stands(self, task: RecipientTask) -> str:
        """How it stands, in words."""
        if task.state != State.OPEN:
            return "ended"
        if task.tried_at is not None:
            return "tried, not known whether it was taken"
        if task.attempts >= patience.MOST_ATTEMPTS:
            return "tried too often"
        return "not taken, tried again later" if task.failure else "waits"

    @admin.display(description="Facts")
    def facts_in_words(self, task: RecipientTask) -> str:
        """Why somebody ended it."""
        return notifying.facts_of(task) or "-"

    def get_urls(self) -> list[Any]:
        """Add ending a task and trying it again."""
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/finish/",
                view(require_POST(self.finish)),
                name="dsar_recipienttask_finish",
            ),
            path(
                "<int:pk>/again/", view(require_POST(self.again)), name="dsar_recipienttask_again"
            ),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, task: RecipientTask) -> dict[str, Any]:
        """With the form that ends it."""
        is_tried = task.tried_at is not None or task.attempts > 0
        return {
            "form": FinishForm(task=task),
            "title": f"{task.recipient}: {self.about(task)}",
            "subtitle": None,
            "may_finish": task.state in {State.OPEN, State.SENT},
            "may_try": task.state == State.OPEN and is_tried,
            "is_unsure": task.tried_at is not None,
        }

    def finish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a task by hand."""
        task = self._task(request, pk)
        form = FinishForm(request.POST, task=task)
        if not form.is_valid():
            messages.error(request, "Say how it ended, and why.")
            return redirect(page_of(task))
        said = form.cleaned_data
        return self._done(
            request,
            task,
            lambda: notifying.finish(
                task, state=State(said["state"]), facts=said["facts"], actor=acting(request)
            ),
        )

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it be tried once more."""
        task = self._task(request, pk)
        return self._done(request, task, lambda: notifying.try_again(task, actor=acting(request)))

    def _task(self, request: HttpRequest, pk: int) -> RecipientTask:
        demand(request, permissions.DECIDE)
        return get_object_or_404(RecipientTask, pk=pk)

    def _done(self, request: HttpRequest, task: RecipientTask, act: Any) -> HttpResponse:
        try:
            act()
        except TaskError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Done.")
        return redirect(page_of(task))
