"""Stopping mails from the mail itself: opening the address changes nothing, one POST stops them, without log-in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from dsar.cases.asked import CHANNELS, Asked
from dsar.cases.states import ObjectionScope, Right
from dsar.contract.vocabulary import Channel, LegalBasis
from dsar.portal import filing
from dsar.processing import unsubscribing
from dsar.registers import consents, objections, purposes

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from dsar.contract.declarations import Purpose

_ALL = "all"


# The signature in the address is the permission: a mail program sends no cookie that could be forged.
@csrf_exempt
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the buttons; where one was pressed, or a mail program sent RFC 8058's word, stop it at once."""
    found = unsubscribing.read(token)
    purpose = purposes.find(found[1]) if found else None
    if found is None or purpose is None:
        raise Http404
    shown: dict[str, Any] = {
        "purpose": purposes.in_words(purpose.label),
        "is_done": request.method == "POST",
        "is_agreed": _is_agreed(purpose),
    }
    if request.method == "POST":
        is_all = request.POST.get("stop") == _ALL
        shown["is_all"] = is_all
        _stop(found[0], _everything() if is_all else _by_mail(purpose))
    return render(request, "dsar/portal/unsubscribe.html", shown)


def _is_agreed(purpose: Purpose) -> bool:
    """Whether the consent to it is one to e-mails and nothing else, so that its withdrawal stops nothing else."""
    return purpose.basis == LegalBasis.CONSENT and purpose.channels == (Channel.EMAIL,)


def _everything() -> Asked:
    return Asked(right=Right.OBJECTION, scope={"objection": ObjectionScope.MARKETING.value})


def _by_mail(purpose: Purpose) -> Asked:
    """What a mail is unsubscribed from is e-mail, and no other channel (R113)."""
    if _is_agreed(purpose):
        return Asked(right=Right.CONSENT_WITHDRAWAL, scope={"purposes": [purpose.code]})
    everything = _everything()
    return replace(everything, scope={**everything.scope, CHANNELS: [Channel.EMAIL.value]})


def _stop(key: str, asked: Asked) -> None:
    """Withdraw the consent, or object to advertising; once, however often it is pressed."""
    user = get_user_model()._default_manager.filter(pk=key).first()  # noqa: SLF001 - any user model has one.
    if user is None:
        return
    if asked.right is Right.CONSENT_WITHDRAWAL:
        is_stopped = not consents.is_open(user, asked.scope["purposes"][0])
    else:
        channel = Channel.EMAIL if CHANNELS in asked.scope else None
        is_stopped = objections.is_open(user, None, channel=channel)
    if not is_stopped:
        filing.file_for(user, [asked])
