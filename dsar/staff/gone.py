"""Records that went while a copy of them was owed: which kinds, how many, and what staff can do (R72)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from dsar.contract import registry
from dsar.engine.models import Plan

if TYPE_CHECKING:
    from datetime import datetime

LATELY = timedelta(days=30)
"""So long it stands on the first page, also once the copy went out."""

ADVICE = (
    "No deletion, correction or retention run of this system explains it. Ask whoever looks after that part of the "
    "site who removed them and why. Records that should be in the copy are put back from a backup before it is made, "
    "or given afterwards. Write down as a note what you found: to erase what was asked for so that it is not given can "
    "be an offence (in the United Kingdom DPA 2018 s 173)."
)


def lately(now: datetime, *, of: str = "") -> Q:
    """That it was noticed in the last days; `of` leads from the rows to their plan."""
    return Q(**{f"{of}gone_at__gte": now - LATELY})


def count() -> int:
    """How many requests it concerns, open or not."""
    return Plan.objects.filter(lately(timezone.now())).count()


def told(plan: Plan | None) -> dict[str, Any] | None:
    """What the page of a request or of its case says; None where nothing went."""
    if plan is None or plan.gone_at is None:
        return None
    known = {
        one.label: str(one.model._meta.verbose_name_plural) for one in registry.current().all()
    }
    kinds = [(known.get(label, label), rows) for label, rows in sorted(plan.gone.items())]
    return {"kinds": kinds, "at": plan.gone_at, "advice": ADVICE}
