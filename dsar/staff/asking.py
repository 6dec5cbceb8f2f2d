"""The page that asks before something is done: what follows from it, a form, one button, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.response import TemplateResponse
from django.urls import reverse

from dsar.staff.reading import page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest

    from dsar.cases.models import Case


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. `way` are the pages above, each with name and address; the last one is where "Back" leads."""

    title: str
    step: str
    says: str
    way: Sequence[tuple[str, str]]
    form: Any = None
    """None where there is only something to be read."""
    button: str = "Save"
    hidden: Sequence[tuple[str, str]] = ()
    second: tuple[str, str] | None = None
    """Another button, by name and label."""
    target: str = ""
    """Where the form is sent, if not to the page itself."""
    template: str = "admin/dsar/asking.html"


def of_case(case: Case, *, title: str, says: str, form: Any) -> Question:
    """A question about a case, with the way there."""
    return Question(
        title=f"{title}: {case.reference}",
        step=title,
        says=says,
        way=[("Cases", reverse("admin:dsar_case_changelist")), (case.reference, page_of(case))],
        form=form,
    )


def ask(
    request: HttpRequest, question: Question, *, admin: ModelAdmin[Any], **more: Any
) -> TemplateResponse:
    """Show a question in the frame of the admin; `more` is for a template with a part of its own."""
    context = {
        **admin.admin_site.each_context(request),
        "title": question.title,
        "opts": admin.model._meta,
        "step": question.step,
        "says": question.says,
        "way": question.way,
        "back": question.way[-1][1],
        "form": question.form,
        "button": question.button,
        "hidden": question.hidden,
        "target": question.target,
        "second": question.second,
        **more,
    }
    return TemplateResponse(request, question.template, context)
