"""Letting a portable copy go to another service: a mailed code confirms it, for who logged in and who came by link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dsar.cases import identity, sendings, sessions
from dsar.cases.lifecycle import MoveError
from dsar.cases.sendings import CodeError, NothingWaitsError
from dsar.engine import handing_over
from dsar.portal import answer, filing, forms, opened, proving

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from dsar.cases.models import Request
    from dsar.portal.opened import Opened


@never_cache
@login_required
def send(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Show where a copy would go, and let it go by the code from the mail; after a fresh log-in."""
    found, of = opened.own_request(request, reference=reference, pk=pk)
    if not identity.fresh(sessions.authenticated_at(request)):
        return proving.first(request, then="dsar_portal:send", reference=reference, pk=pk)
    return _send(request, found, of=of)


@require_POST
@login_required
def send_code(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Have the code mailed."""
    found, of = opened.own_request(request, reference=reference, pk=pk)
    return _mail_code(request, found, of=of)


@never_cache
def send_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same by link and code."""
    found, of = answer.request_by_link(request, pk)
    return _send(request, found, of=of)


@require_POST
def send_code_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same."""
    found, of = answer.request_by_link(request, pk)
    return _mail_code(request, found, of=of)


def _send(request: HttpRequest, found: Request, *, of: Opened) -> HttpResponse:
    form = forms.CodeForm(filing.posted(request))
    try:
        if form.is_valid():
            handing_over.permit(found)
            sendings.confirm(found, code=form.cleaned_data["code"], actor=of.actor)
            messages.success(request, _("Thank you. We are sending your copy."))
            return redirect(of.to("case"))
        waiting = sendings.waiting(found)
    except CodeError:
        form.add_error("code", _("This code does not work. Have a new one sent and try again."))
        waiting = sendings.waiting(found)
    except MoveError as error:
        return _gone(request, error, of=of)
    context = {
        "form": form,
        "to": waiting.destination,
        "package": sendings.available(waiting).first(),
        "to_code": of.to("send_code", pk=found.pk),
        "back": of.to("case"),
        "reference": found.case.reference,
    }
    return render(request, "dsar/portal/send.html", context)


def _mail_code(request: HttpRequest, found: Request, *, of: Opened) -> HttpResponse:
    if refused := opened.too_often(request, of):
        return refused
    try:
        sendings.ask_for_code(found, actor=of.actor)
    except MoveError as error:
        return _gone(request, error, of=of)
    messages.success(request, _("A code is on its way to the address we know."))
    return redirect(of.to("send", pk=found.pk))


def _gone(request: HttpRequest, error: MoveError, *, of: Opened) -> HttpResponse:
    """Nothing can be confirmed now; the case's page says how it stands."""
    said = (
        _("Nothing waits to be sent any more.")
        if isinstance(error, NothingWaitsError)
        else _("This case stands still while we look into it.")
    )
    messages.error(request, said)
    return redirect(of.to("case"))
