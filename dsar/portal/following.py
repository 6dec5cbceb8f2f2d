"""Following what was asked: the list, one case, its letters, taking a request back."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsar.cases import identity, sessions, withdrawal
from dsar.cases.identity import EarlierAddressNeededError
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Case, Letter
from dsar.cases.sending_models import Sending
from dsar.cases.states import UNDECIDED, State
from dsar.engine import following, reception
from dsar.engine.renewing import Renewal
from dsar.portal import filing, opened, proving, reading, words
from dsar.portal.opened import Opened

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

_A_PAGE = 20
_STOP_POLLING = 286
"""The status by which htmx is told that nothing more will change."""

_BEFORE_EXECUTION = UNDECIDED | {State.APPROVED}


@never_cache
@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Everything the person ever asked, newest first."""
    own = following.with_requests(_own(request).order_by("-received_at", "-id"))
    page = Paginator(own, _A_PAGE).get_page(request.GET.get("page"))
    shown = [_shown(following.case(one)) for one in following.prepared(page)]
    return render(request, "dsar/portal/requests.html", {"cases": shown, "page": page})


@never_cache
@require_safe
@login_required
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case with all there is to know and to do about it."""
    own = opened.counted(following.with_requests(_own(request)))
    found = get_object_or_404(own, reference=reference)
    came = Opened(case=found, actor=filing.requester(request))
    return render(request, "dsar/portal/case.html", _context(came) | opened.beside(came))


@never_cache
@require_safe
@login_required
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The part of a case's page that changes while workers work; 204 where it has not."""
    found = get_object_or_404(following.with_requests(_own(request)), reference=reference)
    context = _context(Opened(case=found, actor=filing.requester(request)))
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    answer = render(request, "dsar/portal/case_requests.html", context)
    if not context["moving"]:
        answer.status_code = _STOP_POLLING
    return answer


@never_cache
@login_required
def confirm_identity(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm by a fresh log-in that a case is one's own; what waited for it goes on."""
    found = get_object_or_404(_own(request).select_related("key"), reference=reference)
    at = sessions.authenticated_at(request)
    if not identity.fresh(at):
        return proving.first(request, then="dsar_portal:confirm_identity", reference=reference)
    if request.method == "POST":
        try:
            reception.verify(found, actor=filing.requester(request), authenticated_at=at)
            messages.success(request, _("Thank you. Your request goes on."))
        except EarlierAddressNeededError:
            messages.error(
                request,
                _("Your account changed lately, so we have asked at its earlier address."),
            )
        return redirect("dsar_portal:case", reference=reference)
    return render(request, "dsar/portal/confirm_identity.html", {"reference": reference})


@never_cache
@login_required
def withdraw(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Take one request back: asked once more first."""
    found, came = opened.own_request(request, reference=reference, pk=pk)
    if request.method != "POST":
        context = {"reference": reference, "title": words.title(found.right)}
        return render(request, "dsar/portal/withdraw.html", context)
    try:
        withdrawal.withdraw(found, actor=came.actor)
        messages.success(request, _("You have withdrawn this request."))
    except MoveError:
        messages.error(request, _("This request is being carried out and cannot be withdrawn."))
    return redirect("dsar_portal:case", reference=reference)


@never_cache
@require_safe
@login_required
@reading.living
def letter(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Read a letter; that it was read is recorded."""
    found = _own_letter(request, reference=reference, pk=pk)
    return reading.show(request, found, reference=reference)


@never_cache
@require_safe
@login_required
@reading.living
def letter_pdf(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Fetch a letter to keep or to print."""
    return reading.as_file(_own_letter(request, reference=reference, pk=pk))


def _own(request: HttpRequest) -> QuerySet[Case]:
    return Case.objects.filter(subject_id=request.user.pk)


def _own_letter(request: HttpRequest, *, reference: str, pk: Any) -> Letter:
    own = Letter.objects.select_related("case__key", "request").filter(case__in=_own(request))
    return get_object_or_404(own, pk=pk, case__reference=reference)


def _context(came: Opened) -> dict[str, Any]:
    (prepared,) = following.prepared([came.case])
    shown = _shown(following.followed(prepared))
    for one in shown["requests"]:
        came.offer(one)
    moving = any(_moves(one) for one in shown["requests"])
    return {"case": shown, "moving": moving, "seen": _seen(shown)}


def _moves(one: dict[str, Any]) -> bool:
    """Whether workers still have something to do about a request."""
    going = one["sending"] and one["sending"]["state"] == Sending.State.CONFIRMED
    return bool(going or one["renewal"] == Renewal.UNDER_WAY or one["state"] != State.CLOSED)


def _shown(said: dict[str, Any]) -> dict[str, Any]:
    """The case with each request's words and what can be done with it now, in the order of the questions."""
    said["requests"].sort(key=lambda one: words.place(one["right"]))
    for one in said["requests"]:
        one["title"] = words.title(one["right"])
        one["standing"] = words.standing(one)
        for whom in one["recipients"]:
            whom["standing"] = words.RECIPIENTS[whom["state"]]
        if one["sending"]:
            one["sending"]["standing"] = words.sending(one["sending"])
        one["is_closed"] = one["state"] == State.CLOSED
        one["can_withdraw"] = one["state"] in _BEFORE_EXECUTION
        one["must_prove"] = one["state"] == State.AWAITING_VERIFICATION
        one["must_answer"] = one["state"] == State.AWAITING_REQUESTER
    for one in said["letters"]:
        one["title"] = words.letter(one["kind"])
    return said


def _seen(shown: dict[str, Any]) -> str:
    """A digest of what is shown, so that a page that shows it already is left in peace."""
    plain = json.dumps(shown, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
