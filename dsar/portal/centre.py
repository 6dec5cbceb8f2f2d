"""The privacy centre: what is held, what was agreed to, what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dsar.cases.asked import Asked
from dsar.cases.models import Case
from dsar.cases.states import ObjectionScope, Right
from dsar.contract import registry
from dsar.contract.vocabulary import Category, LegalBasis
from dsar.engine import foresight
from dsar.portal import filing, words
from dsar.processing import standing
from dsar.registers import consents, disclosures, purposes, received
from dsar.registers.models import Purpose

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from dsar.registers.models import ConsentEvent

_MOST_DISCLOSURES = 50
_MOST_EVENTS = 50


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What one can do here; whoever is logged in sees what is under way."""
    under_way = (
        Case.objects.filter(subject_id=request.user.pk, requests__closed_at__isnull=True)
        .distinct()
        .count()
        if request.user.is_authenticated
        else 0
    )
    return render(
        request, "dsar/portal/home.html", {"wishes": words.WISHES, "under_way": under_way}
    )


@never_cache
@login_required
def held(request: HttpRequest) -> HttpResponse:
    """What is held about the person, counted now: kinds, why, how long, who receives it."""
    person: Any = request.user.pk
    kinds = foresight.holdings(person)
    shown = {
        "reasons": _by_reason(kinds),
        "records": sum(kind["records"] for kind in kinds),
        "told": _told(person),
    }
    return render(request, "dsar/portal/held.html", shown)


def _told(person: Any) -> list[Any]:
    """What went to whom, latest first: what was noted, and who received single records."""
    told: list[Any] = [*disclosures.told_to(person)[:_MOST_DISCLOSURES], *received.of(person)]
    return sorted(told, key=lambda one: one.disclosed_at, reverse=True)[:_MOST_DISCLOSURES]


def _by_reason(kinds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The kinds of records under the purposes that they serve."""
    reasons: dict[str, dict[str, Any]] = {}
    for kind in kinds:
        kind["category_labels"] = [Category(one).label for one in kind["categories"]]
        reason = reasons.setdefault(
            kind["purpose"],
            {
                "why": kind["why"],
                "basis_label": words.BASES[kind["basis"]],
                "recipients": [],
                "kinds": [],
            },
        )
        new = [one for one in kind["recipients"] if one not in reason["recipients"]]
        reason["recipients"] += new
        reason["kinds"].append(kind)
    return sorted(reasons.values(), key=lambda one: str(one["why"]))


@never_cache
@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """What the person agreed to, each a switch, and the other uses with what can be said against them."""
    stands = standing.of(request.user.pk)
    asked = [one for one in stands if one["consented"] is not None]
    others = [one for one in stands if one["consented"] is None]
    person: Any = request.user.pk
    said = consents.events(person).select_related("consent__purpose")[:_MOST_EVENTS]
    shown = {"asked": asked, "others": others, "said": [_said(event) for event in said]}
    return render(request, "dsar/portal/choices.html", shown)


def _said(event: ConsentEvent) -> dict[str, Any]:
    return {
        "key": event.pk,
        "at": event.happened_at,
        "what": words.CONSENT_EVENTS[event.kind],
        "purpose": purposes.in_words(event.consent.purpose.label),
    }


@never_cache
@require_safe
@login_required
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt of one consent or withdrawal of the person's own, as a file."""
    person: Any = request.user.pk
    event = get_object_or_404(consents.events(person), pk=pk)
    answer = JsonResponse(event.receipt, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="consent-{event.pk}.json"'
    return answer


@require_POST
@login_required
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Give one consent or withdraw it; either takes effect with this click."""
    purpose = registry.current().purposes.get(code)
    if purpose is None or purpose.basis != LegalBasis.CONSENT:
        return get_object_or_404(Purpose, pk=None)  # type: ignore[return-value]  # it raises
    label = purposes.in_words(purpose.label)
    if request.POST.get("to") == "on":
        _give(request, code, wording=label)
        messages.success(request, _("Turned on: %(purpose)s.") % {"purpose": label})
    else:
        filing.file(request, [Asked(right=Right.CONSENT_WITHDRAWAL, scope={"purposes": [code]})])
        messages.success(request, _("Turned off: %(purpose)s.") % {"purpose": label})
    return redirect("dsar_portal:choices")


@require_POST
@login_required
def stop_marketing(request: HttpRequest) -> HttpResponse:
    """Stop all advertising, with this click."""
    scope = {"objection": ObjectionScope.MARKETING.value}
    filing.file(request, [Asked(right=Right.OBJECTION, scope=scope)])
    messages.success(request, _("All advertising has stopped."))
    return redirect("dsar_portal:choices")


def _give(request: HttpRequest, code: str, *, wording: str) -> None:
    person: Any = request.user.pk
    consents.give(person, code, wording=wording, language=get_language() or "", method="portal")
