"""Writing to staff in a case and complaining about it: the same pages for who logged in and who came by link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsar.cases import complaints, messages
from dsar.cases.lifecycle import MoveError
from dsar.cases.message_models import Message
from dsar.cases.states import State
from dsar.portal import answer, filing, opened, words
from dsar.portal.reading import living
from dsar.portal.writing_forms import CASE, ComplaintForm, MessageForm

if TYPE_CHECKING:
    from django.http import HttpRequest

    from dsar.cases.models import Case, Request
    from dsar.portal.opened import Opened


@never_cache
@login_required
@living
def correspond(request: HttpRequest, reference: str) -> HttpResponse:
    """Read what was written in a case of one's own, and write."""
    return _correspond(request, opened.own(request, reference))


@never_cache
@living
def correspond_by_link(request: HttpRequest) -> HttpResponse:
    """The same by link and code; where no code has opened the case, one is asked for."""
    found = answer.opened(request)
    return _correspond(request, found) if found else redirect("dsar_portal:answer")


@never_cache
@require_safe
@login_required
@living
def attachment(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Fetch a file that was sent with a message in a case of one's own."""
    return _file(opened.own(request, reference).case, pk)


@never_cache
@require_safe
@living
def attachment_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same by link and code."""
    return _file(answer.came(request).case, pk)


@never_cache
@login_required
@living
def complain(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask that somebody else looks again."""
    return _complain(request, opened.own(request, reference))


@never_cache
@living
def complain_by_link(request: HttpRequest) -> HttpResponse:
    """The same by link and code; where no code has opened the case, one is asked for."""
    found = answer.opened(request)
    return _complain(request, found) if found else redirect("dsar_portal:answer")


def _correspond(request: HttpRequest, found: Opened) -> HttpResponse:
    form = MessageForm(filing.posted(request), request.FILES or None)
    if form.is_valid():
        if refused := opened.too_often(request, found):
            return refused
        try:
            said = form.cleaned_data
            messages.reply(
                found.case, text=said["text"], actor=found.actor, attached=said["attached"]
            )
        except MoveError:
            form.add_error(None, _("This case stands still while we look into it."))
        else:
            notices.success(request, _("Your message has been sent."))
            return redirect(found.to("messages"))
    context = {
        "form": form,
        "reference": found.case.reference,
        "back": found.to("case"),
        "thread": [_said(one, found) for one in messages.of(found.case)],
    }
    return render(request, "dsar/portal/messages.html", context)


def _said(message: dict[str, Any], found: Opened) -> dict[str, Any]:
    """The message with whose it is and where its files are fetched."""
    message["own"] = message["sender"] == Message.Sender.REQUESTER
    for one in message["attachments"]:
        one["address"] = found.to("attachment", pk=one["id"])
    return message


def _file(case: Case, pk: Any) -> HttpResponse:
    """A file to keep. What somebody uploaded is never shown as a page of ours."""
    found = messages.attachment(case, pk)
    if found is None:
        raise Http404
    name, media_type, content = found
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _complain(request: HttpRequest, found: Opened) -> HttpResponse:
    about = {str(one.pk): one for one in _closed(found.case)}
    form = ComplaintForm(
        filing.posted(request),
        closed=[(key, _called(one)) for key, one in about.items()],
        initial={"about": request.GET.get("about")},
    )
    if form.is_valid():
        if refused := opened.too_often(request, found):
            return refused
        said = form.cleaned_data
        chosen = about[said["about"]] if said["about"] != CASE else None
        try:
            complaints.file(found.case, text=said["text"], actor=found.actor, request=chosen)
        except MoveError:
            # Somebody pressed the button twice: the first one is being looked at.
            form.add_error(None, _("We have this complaint already, and are looking at it."))
        else:
            notices.success(request, _("We have received your complaint. A letter confirms it."))
            return redirect(found.to("case"))
    context = {
        "form": form,
        "reference": found.case.reference,
        "back": found.to("case"),
        "complaints": opened.complaints(found.case),
    }
    return render(request, "dsar/portal/complain.html", context)


def _closed(case: Case) -> list[Request]:
    """What can be complained about: it is closed, and nobody is looking at it again already."""
    closed = case.requests.filter(state=State.CLOSED)
    looked_at = case.complaints.filter(answered_at__isnull=True, request__isnull=False)
    open_to = closed.exclude(pk__in=looked_at.values("request")).order_by("due_at", "pk")
    return sorted(open_to, key=lambda one: words.place(one.right))


def _called(request: Request) -> str:
    """The request as a choice: what was asked, and what came of it."""
    standing = words.standing({"outcome": request.outcome, "state": request.state})
    return f"{words.title(request.right)} ({standing})"
