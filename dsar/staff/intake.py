"""Taking a request in at the desk: a message is dropped and read, what it says is put right by staff, and filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils import timezone

from dsar.cases import mail_reading, permissions, uploads
from dsar.cases.asked import IntakeError
from dsar.cases.identity_models import Claim
from dsar.engine import reception
from dsar.staff import mail_held
from dsar.staff.asking import Question, ask
from dsar.staff.intake_forms import MailForm, TakeInForm, filled_in
from dsar.staff.reading import demand, page_of, way_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest, HttpResponse

    from dsar.cases.actors import Actor
    from dsar.cases.mail_reading import Attached
    from dsar.cases.models import Case

_READ_SAYS = (
    "The sender, the text, the files and the time of arrival are filled in for you to look at. Nothing is filed before "
    "you say so. For what came by post, by telephone or in person, enter it by hand."
)
_ENTER_SAYS = (
    "A receipt goes out at once, and whoever asked proves who they are as if they had asked on the portal. "
    "Due dates count from the day on which it arrived."
)
_LOOK = "This was read from the message. Look at each line: a sender can write anything into it. "
_NO_TIME = "The message does not say when it arrived: set the time yourself. "
_GONE = (
    "The message is no longer here: it was filed already, or an hour is over. Look among the cases, and drop it again "
    "if it is not there."
)


def urls(admin: ModelAdmin[Any]) -> list[Any]:
    """The addresses of these pages."""
    wrap = admin.admin_site.admin_view

    def read_page(request: HttpRequest) -> HttpResponse:
        return read(request, admin=admin)

    def enter_page(request: HttpRequest) -> HttpResponse:
        return enter(request, admin=admin)

    return [
        path("read/", wrap(read_page), name="dsar_case_read"),
        path("enter/", wrap(enter_page), name="dsar_case_enter"),
    ]


def read(request: HttpRequest, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Ask for a message, and show the form as it fills it in."""
    demand(request, permissions.TAKE_IN)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = MailForm(*given)
    if request.method == "POST" and form.is_valid():
        found: mail_reading.Message = form.cleaned_data["message"]
        initial = filled_in(found, ticket=mail_held.keep(form.raw))
        says = _LOOK + ("" if found.received_at else _NO_TIME) + _ENTER_SAYS
        return _form(request, TakeInForm(initial=initial), found.files, says=says, admin=admin)
    question = Question(
        title="Take in a message",
        step="Take in a message",
        says=_READ_SAYS,
        way=way_to(request, admin=admin, list_of="Cases"),
        form=form,
        button="Read the message",
    )
    return ask(request, question, admin=admin)


def enter(request: HttpRequest, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Ask what came, by hand or as a message filled it in, and file it."""
    actor = demand(request, permissions.TAKE_IN)
    if request.method != "POST":
        form = TakeInForm(initial={"received_at": timezone.now()})
        return _form(request, form, (), says=_ENTER_SAYS, admin=admin)
    form = TakeInForm(request.POST)
    files = _files(form)
    if form.is_valid():
        case = _take_in(form, files, actor=actor)
        if case is not None:
            _tell(request, case, files)
            sees = admin.has_view_permission(request)
            return redirect(page_of(case) if sees else request.path)
    return _form(request, form, files, says=_ENTER_SAYS, admin=admin)


def _files(form: TakeInForm) -> Sequence[Attached]:
    """The files of the message that filled the form in; where it is gone, the form says so."""
    ticket = str(form.data.get("ticket", ""))
    if not ticket:
        return ()
    raw = mail_held.find(ticket)
    if raw is None:
        form.add_error(None, _GONE)
        return ()
    return mail_reading.read(raw).files


def _take_in(form: TakeInForm, files: Sequence[Attached], *, actor: Actor) -> Case | None:
    """File it with its files, everything or nothing; None where the form now says what is wrong."""
    try:
        with transaction.atomic():
            case = reception.take_in(
                form.said(), asked=form.asked(), actor=actor, **form.submission()
            )
            for one in filter(_fits, files):
                uploads.keep(case, name=one.name, media_type=one.media_type, content=one.content)
    except IntakeError as error:
        form.add_error(None, list(error.errors.values()))
        return None
    mail_held.forget(form.cleaned_data["ticket"])
    return case


def _fits(one: Attached) -> bool:
    return len(one.content) <= uploads.MOST_BYTES


def _tell(request: HttpRequest, case: Case, files: Sequence[Attached]) -> None:
    """Say what was filed, and what somebody should look at."""
    messages.success(request, f"Filed as {case.reference}; the receipt goes out.")
    for one in files:
        if not _fits(one):
            messages.warning(request, f"Not kept, because it is larger than 10 MB: {one.name}")
    if alike := sorted(reception.looks_like(case)):
        messages.warning(request, f"It looks like what was asked before: {', '.join(alike)}")
    for flag in Claim.objects.get(case=case).flags:
        messages.warning(request, f"Look at it: {flag.replace('_', ' ')}.")


def _form(
    request: HttpRequest,
    form: TakeInForm,
    files: Sequence[Attached],
    *,
    says: str,
    admin: ModelAdmin[Any],
) -> HttpResponse:
    question = Question(
        title="Enter a request",
        step="Enter a request",
        says=says,
        way=way_to(request, admin=admin, list_of="Cases"),
        form=form,
        button="File",
        hidden=[("ticket", str(form["ticket"].value() or ""))],
        target=reverse("admin:dsar_case_enter"),
        template="admin/dsar/case/enter.html",
    )
    shown = [
        {"name": one.name, "size": filesizeformat(len(one.content)), "fits": _fits(one)}
        for one in files
    ]
    return ask(request, question, admin=admin, files=shown)
