"""A case without account: the mailed link finds the case, a mailed code opens it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dsar import conf
from dsar.cases import links
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Case, Letter, Request
from dsar.cases.states import State
from dsar.engine import following
from dsar.portal import forms, reading, words
from dsar.portal.filing import posted
from dsar.portal.opened import Opened, beside, counted

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_TOKEN, _OPENED = "dsar_link", "dsar_opened"


@never_cache
@require_safe
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Take the link's token out of the address at once, so that it ends in no history and no log."""
    request.session[_TOKEN] = token
    request.session.pop(_OPENED, None)
    return redirect("dsar_portal:answer")


@never_cache
def answer(request: HttpRequest) -> HttpResponse:
    """Ask for the code, or show what it has opened."""
    if (found := opened(request)) is not None:
        return _show(request, found)
    if _TOKEN not in request.session:
        return render(request, "dsar/portal/answer_lost.html")
    form = forms.CodeForm(posted(request))
    if form.is_valid():
        try:
            actor = links.open_(request.session[_TOKEN], code=form.cleaned_data["code"])
        except links.LinkError:
            form.add_error("code", _("This code does not work. Have a new one sent and try again."))
        else:
            until = timezone.now() + timedelta(seconds=conf.get("FRESH_LOGIN_SECONDS"))
            # A new session key: whoever knew the old one must not see what is opened now.
            request.session.cycle_key()
            request.session[_OPENED] = [str(actor.case), until.isoformat()]
            return redirect("dsar_portal:answer")
    return render(request, "dsar/portal/answer_code.html", {"form": form})


@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    """Have a code mailed. The page says the same whether the link is any good or not."""
    if token := request.session.get(_TOKEN):
        links.ask_for_code(token)
    messages.success(
        request, _("If this link is good, a code is on its way to the address we know.")
    )
    return redirect("dsar_portal:answer")


@never_cache
@require_safe
@reading.living
def letter(request: HttpRequest, pk: Any) -> HttpResponse:
    """Read a letter of the case that was opened."""
    return reading.show(request, _letter(request, pk))


@never_cache
@require_safe
@reading.living
def letter_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """Fetch a letter of the case that was opened, to keep or to print."""
    return reading.as_file(_letter(request, pk))


def opened(request: HttpRequest) -> Opened | None:
    """The case that a code opened in this session, for as long as a log-in stays fresh."""
    kept = request.session.get(_OPENED)
    if not kept or timezone.now().isoformat() > kept[1]:
        return None
    case = Case.objects.select_related("key").filter(pk=UUID(kept[0])).first()
    if case is None:
        return None
    return Opened(case=case, actor=Actor(kind=ActorKind.REQUESTER, case=case.pk))


def came(request: HttpRequest) -> Opened:
    """The same; raises Http404 where no code has opened a case."""
    found = opened(request)
    if found is None:
        raise Http404
    return found


def request_by_link(request: HttpRequest, pk: Any) -> tuple[Request, Opened]:
    """A request of the case that a code opened, and that was proved to be the person's; raises Http404."""
    by = came(request)
    proved = Request.objects.select_related("case__key").filter(case__verified_at__isnull=False)
    return get_object_or_404(proved, pk=pk, case=by.case), by


def _letter(request: HttpRequest, pk: Any) -> Letter:
    own = Letter.objects.select_related("case__key", "request")
    found = opened(request)
    return get_object_or_404(own.filter(case=found.case) if found else own.none(), pk=pk)


def _show(request: HttpRequest, came: Opened) -> HttpResponse:
    own = Case.objects.filter(pk=came.case.pk)
    (found,) = following.prepared(counted(following.with_requests(own)))
    shown = following.followed(found)
    shown["requests"].sort(key=lambda one: words.place(one["right"]))
    for one in shown["requests"]:
        one["title"], one["standing"] = words.title(one["right"]), words.standing(one)
        if one["sending"]:
            one["sending"]["standing"] = words.sending(one["sending"])
        one["must_answer"] = one["state"] == State.AWAITING_REQUESTER
        came.offer(one)
    for one in shown["letters"]:
        one["title"] = words.letter(one["kind"])
    return render(
        request, "dsar/portal/answer.html", {"case": shown} | beside(replace(came, case=found))
    )
