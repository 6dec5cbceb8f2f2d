"""Letting a portable copy go to another service: a mailed code confirms it, for who logged in and who came by link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dsar.cases import identity, sendings, sessions
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Request
from dsar.cases.sendings import CodeError, NothingWaitsError
from dsar.engine import handing_over
from dsar.portal import answer, filing, forms, opened, proving
from dsar.portal.opened import Opened

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@login_required
def send(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Show where a copy would go, and let it go by the code from the mail; after a fresh log-in."""
    found = _own(request, reference=reference, pk=pk)
    if not identity.fresh(sessions.authenticated_at(request)):
        return proving.first(request, then="dsar_portal:send", reference=reference, pk=pk)
    return _send(request, found, of=_opened(request, found))


@require_POST
@login_required
def send_code(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Have the code mailed."""
    found = _own(request, reference=reference, pk=pk)
    return _mail_code(request, found, of=_opened(request, found))


@never_cache
def send_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same by link and code."""
    came = _came(request)
    return _send(request, _of_link(came, pk), of=came)


@require_POST
def send_code_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same."""
    came = _came(request)
    return _mail_code(request, _of_link(came, pk), of=came)


def _own(request: HttpRequest, *, reference: str, pk: Any) -> Request:
    own = Request.objects.select_related("case__key").filter(case__subject_id=request.user.pk)
    return get_object_or_404(own, case__reference=reference, pk=pk)


def _opened(request: HttpRequest, found: Request) -> Opened:
    return Opened(case=found.case, actor=filing.requester(request))


def _came(request: HttpRequest) -> Opened:
    found = answer.opened(request)
    if found is None:
        raise Http404
    return found


def _of_link(came: Opened, pk: Any) -> Request:
    own = Request.objects.select_related("case__key").filter(case__verified_at__isnull=False)
    return get_object_or_404(own, pk=pk, case=came.case)


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
