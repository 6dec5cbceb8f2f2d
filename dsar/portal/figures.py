"""How requests went last year, for everybody to read, where the house publishes it (R184; 11 CCR 7102)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.cache import cache
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsar import conf
from dsar.audit import metrics
from dsar.cases import deadlines, wording
from dsar.portal import words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_KEPT: Final = 3600
"""Seconds for which the figures stand: whoever asks for the page again has nothing counted anew."""
_SHOWN: Final = ("received", "complied", "partly", "denied", "open", "median_days", "mean_days")


@never_cache
@require_safe
def last_year(request: HttpRequest) -> HttpResponse:
    """What was received in the last whole year, by right and law; 404 where the house does not publish it."""
    if not conf.get("PUBLISH_FIGURES"):
        raise Http404
    year = deadlines.day_of(timezone.now()).year - 1
    rows = cache.get_or_set(f"dsar:figures:{year}", lambda: _counted(year), _KEPT) or []
    context = {"year": year, "rows": [_said(one) for one in rows]}
    return render(request, "dsar/portal/figures.html", context)


def _counted(year: int) -> list[dict[str, Any]]:
    """In plain values, since they are kept beyond a change of the code."""
    named = ("right", "regime", *_SHOWN)
    counted = metrics.of(date(year, 1, 1), date(year, 12, 31))
    return [{name: getattr(one, name) for name in named} for one in counted]


def _said(one: dict[str, Any]) -> dict[str, Any]:
    law = wording.regime(one["regime"], language=get_language() or "en")["law"]
    return one | {"title": words.title(one["right"]), "law": law}
