"""The copy of a person's data, fetched and made anew: the same for who logged in and who came by link."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsar.cases import identity, sessions
from dsar.engine import following, handing_over, renewing
from dsar.engine.handing_over import HeldBackError
from dsar.engine.renewing import NotRenewableError, Renewal
from dsar.packages import fetched, serving
from dsar.packages.vault import PackageUnavailableError
from dsar.portal import answer, proving
from dsar.portal.opened import own_request

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from dsar.cases.models import Request
    from dsar.portal.opened import Opened


@never_cache
@require_safe
@login_required
def package(request: HttpRequest, reference: str, pk: Any) -> HttpResponseBase:
    """Fetch the copy, after a fresh log-in; an interrupted download resumes."""
    found, came = own_request(request, reference=reference, pk=pk)
    if not identity.fresh(sessions.authenticated_at(request)):
        return proving.first(request, then="dsar_portal:case", reference=reference)
    return _fetch(request, found, came, by=request.user)


@never_cache
@require_safe
def package_by_link(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """The same by link and code."""
    found, came = answer.request_by_link(request, pk)
    return _fetch(request, found, came, by=None)


@never_cache
@login_required
def renew(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Have a new copy made in place of one that can be fetched no more, after the same log-in as it takes to fetch."""
    found, came = own_request(request, reference=reference, pk=pk)
    if not identity.fresh(sessions.authenticated_at(request)):
        return proving.first(request, then="dsar_portal:renew", reference=reference, pk=pk)
    return _renew(request, found, came)


@never_cache
def renew_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same by link and code."""
    return _renew(request, *answer.request_by_link(request, pk))


def _fetch(request: HttpRequest, found: Request, came: Opened, *, by: Any) -> HttpResponseBase:
    latest = fetched.latest_of([found.pk]).first()
    if latest is None:
        raise Http404
    try:
        handing_over.permit(found)
        return serving.response(request, latest, by=by)
    except HeldBackError:
        return _stands_still(request, came)
    except PackageUnavailableError:
        return _gone(request, found, came, status=HTTPStatus.GONE)


def _renew(request: HttpRequest, found: Request, came: Opened) -> HttpResponse:
    if request.method != "POST":
        return _gone(request, found, came)
    try:
        renewing.ask(found)
    except HeldBackError:
        return _stands_still(request, came)
    except NotRenewableError as error:
        return _gone(request, found, came, why=error.why, status=HTTPStatus.GONE)
    return redirect(came.to("case"))


def _gone(
    request: HttpRequest,
    found: Request,
    came: Opened,
    *,
    why: Any = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page that says how a copy stands, and what there is in its place."""
    shown = following.shown_request(found.pk)
    came.offer(shown)
    if why:
        shown["renewal"] = Renewal.ASK_ANEW
    context = {"one": shown, "why": why, "back": came.to("case"), "reference": came.case.reference}
    return render(request, "dsar/portal/package_gone.html", context, status=status)


def _stands_still(request: HttpRequest, came: Opened) -> HttpResponse:
    messages.error(request, _("This case stands still while we look into it."))
    return redirect(came.to("case"))
