"""Kinds of records that a deletion leaves because the law lets them stay: decided kind by kind, on a ground (R85)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import covering, guards, variants, wording
from dsar.cases.decisions import DecisionError
from dsar.cases.models import Decision
from dsar.cases.states import Right
from dsar.contract.vocabulary import Row
from dsar.law import grounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.cases.models import Request

Kept = dict[str, dict[str, str]]
"""By declaration, the ground under each law: `{"orders.Order": {"SG": "legal_claims"}}`."""


def decide(request: Request, kept: Mapping[str, Mapping[str, str]], *, verdict: str) -> None:
    """Leave these kinds out of a deletion, in place of those of an earlier decision; the caller holds the row.

    Raises DecisionError for a kind that is not deleted, a ground that no law that applies knows or that its person
    may not read, a kind that hangs on rows that go, and where nothing or everything would go.
    """
    wanted = {label: dict(given) for label, given in kept.items()}
    if wanted and (request.right != Right.DELETION or verdict != Decision.Verdict.GRANTED_IN_PART):
        message = "Only a deletion that is granted in part leaves kinds of records."
        raise DecisionError(message)
    if wanted == request.kept:
        return
    request.kept = {}
    _check(request, wanted)
    request.kept = wanted
    if wanted and (hanging := covering.hanging_on_what_goes(request)):
        message = (
            f"These cannot stay without the records that they belong to: {', '.join(hanging)}."
        )
        raise DecisionError(message)
    request.save(update_fields=["kept"])


def _check(request: Request, wanted: Kept) -> None:
    going = {one.label for one in covering.of(request) if one.row is not Row.RETAINED}
    if unknown := sorted(set(wanted) - going):
        message = f"Not deleted by this request, so not to be kept: {', '.join(unknown)}."
        raise DecisionError(message)
    if wanted and going == set(wanted):
        message = "Everything would stay: refuse the request, with a ground under every law."
        raise DecisionError(message)
    for label, given in wanted.items():
        _check_grounds(request, label, given)


def _check_grounds(request: Request, label: str, given: dict[str, str]) -> None:
    missing = guards.groundless(request, given=given)
    silent = [code for code in given.values() if _is_silent(code)]
    if missing or silent or not set(given) <= set(request.case.regimes):
        message = (
            f"{label} stays only on a ground that every law that applies knows and that its person may read"
            f"{'; missing: ' if missing else ''}{', '.join(missing)}."
        )
        raise DecisionError(message)


def _is_silent(code: str) -> bool:
    known = grounds.all_grounds()
    return code in known and known[code].kind == grounds.SILENT


def reason(request: Request, label: str, *, language: str) -> str:
    """Why a kind stays, in words that its person may read; empty where the decision does not leave it."""
    given: dict[str, str] = request.kept.get(label, {})
    return " ".join(wording.reasons(given, language=language))


def choices(request: Request) -> list[dict[str, Any]]:
    """Each kind of which the plan deletes or overwrites rows, or that is left so far, with what was chosen for it."""
    return [
        {
            "label": step["declaration"],
            "title": step["title"],
            "ground": next(iter(request.kept.get(step["declaration"], {}).values()), ""),
        }
        for step in request.plan.document["steps"]
        if step["action"] in {"delete", "overwrite"} or step.get("declaration") in request.kept
    ]


def common(request: Request) -> list[tuple[str, str]]:
    """The grounds that every law that applies knows for leaving something, with their words."""
    right, regimes = variants.of(request), request.case.regimes
    knowing = grounds.knowing(right, regimes=regimes)
    known = [{one.code for one in grounds.applicable(right, regime=regime)} for regime in knowing]
    shared = set.intersection(*known) if known else set()
    every = grounds.all_grounds()
    return [(code, every[code].in_words("en")) for code in sorted(shared) if not _is_silent(code)]


def under_every_law(request: Request, code: str) -> dict[str, str]:
    """One ground, under each law that knows the right."""
    knowing = grounds.knowing(variants.of(request), regimes=request.case.regimes)
    return dict.fromkeys(knowing, code)
