"""Asking without account: the same page, answer and mail for everybody, known or unknown (R16)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsar.cases import claims, confirmations
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.intake import IntakeError
from dsar.cases.links import LinkError
from dsar.cases.models import Case
from dsar.engine import reception
from dsar.portal.filing import posted
from dsar.portal.open_forms import OpenForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_TOKEN = "dsar_confirmation"  # noqa: S105 - the name of a place in a session.
_LIMIT = "dsar_open_filing"
"""The action in ACCOUNT_RATE_LIMITS that says how often one network address and one mailbox may file."""


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask who somebody is and what they want, and file it."""
    form = OpenForm(posted(request))
    if form.is_valid():
        key = claims.digest(form.cleaned_data["email"])
        if not ratelimit.consume(request, action=_LIMIT, key=key):
            return render(
                request, "dsar/portal/too_often.html", status=HTTPStatus.TOO_MANY_REQUESTS
            )
        if _filed(form):
            return redirect("dsar_portal:open_sent")
    return render(request, "dsar/portal/open.html", {"form": form})


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next."""
    return render(request, "dsar/portal/open_sent.html")


@never_cache
@require_safe
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Take the link's token out of the address at once; opening a link does nothing else."""
    request.session[_TOKEN] = token
    return redirect("dsar_portal:confirm")


@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Show the button, and do what the link is for once it is pressed."""
    if request.method != "POST":
        return render(request, "dsar/portal/confirm.html", {"known": _TOKEN in request.session})
    try:
        confirmations.press(request.session.pop(_TOKEN, ""))
    except LinkError:
        return render(request, "dsar/portal/confirm_failed.html", status=HTTPStatus.NOT_FOUND)
    return render(request, "dsar/portal/confirmed.html")


def _filed(form: OpenForm) -> bool:
    """File it; False where the form now says what is wrong."""
    try:
        reception.file_openly(
            form.said(),
            asked=form.asked(),
            actor=Actor(kind=ActorKind.REQUESTER),
            channel=Case.Channel.PORTAL,
            language=get_language() or "en",
            residence=form.cleaned_data["residence"],
            number=form.cleaned_data["number"],
        )
    except IntakeError as error:
        form.add_error(None, list(error.errors.values()))
        return False
    return True
