"""What a request will do, decided before anything is done: read-only, deterministic, kept as it was approved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import rfc8785
from django.db import transaction

from dsar.cases import subjects
from dsar.cases.states import Right, State
from dsar.contract import reach, registry
from dsar.contract.vocabulary import Row
from dsar.crashpoints import effect
from dsar.engine import discovery, grounding, redacted, retaining, vanished
from dsar.engine.models import Plan, Step
from dsar.engine.rights import (
    access,
    consent_withdrawal,
    correction,
    deletion,
    objection,
    portability,
    restriction,
)
from dsar.law import erasures

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from dsar.cases.models import Request

_EUROPE = ("EU",)
"""Staff are told where a ground stands in the law after which all of them are numbered."""

STEPS: dict[str, Callable[[Request, dict[str, int]], list[dict[str, Any]]]] = {
    Right.ACCESS: access.steps,
    Right.PORTABILITY: portability.steps,
    Right.CORRECTION: correction.steps,
    Right.DELETION: deletion.steps,
    Right.OBJECTION: objection.steps,
    Right.RESTRICTION: restriction.steps,
    Right.CONSENT_WITHDRAWAL: consent_withdrawal.steps,
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan that nobody has approved yet."""

    document: dict[str, Any]
    digest: str
    """SHA-256 of what the plan does to which kinds of data: what was shown is what is approved."""

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps in the order in which they are done."""
        return list(self.document["steps"])

    @property
    def size(self) -> int:
        """How many rows it will touch, as far as is known."""
        return sum(step.get("expected", 0) for step in self.steps)


def plan(request: Request) -> Planned:
    """Look at what is held and say what this request would do; changes nothing.

    The same rows and the same declarations give the same plan, byte for byte. A copy for the person is planned
    without the rows that the person must never learn of; a deletion covers them.
    """
    person = subjects.of(request.case)
    counts = discovery.discover(person, concealed=request.right == Right.DELETION)
    steps = grounding.grounded(request, _dated(STEPS[request.right](request, counts), person))
    document = {"version": 1, "right": request.right, "steps": steps + _left_out(request)}
    return Planned(document=document, digest=digest(document))


def _left_out(request: Request) -> list[dict[str, Any]]:
    """Passages are marked once a request is under review; what was just filed has none."""
    return [] if request.state == State.SUBMITTED else redacted.steps(request)


def _dated(steps: list[dict[str, Any]], person: object) -> list[dict[str, Any]]:
    """The steps with the day until which their records stay, ISO 8601, where any do and it is known."""
    staying = [one["declaration"] for one in steps if one["action"] in {"overwrite", "retain"}]
    # A kind may stay by decision whose rows would go otherwise: it stays as long as its retention says.
    declarations = [replace(reach.get(person, label), row=Row.RETAINED) for label in staying]
    until = retaining.until(declarations, person, concealed=True)
    return [
        _with_day(step, until) if step.get("declaration") in staying else step for step in steps
    ]


def _with_day(step: dict[str, Any], until: dict[str, date]) -> dict[str, Any]:
    day = until.get(step["declaration"])
    return step | {"until": day.isoformat() if day else ""}


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of a plan's shape in RFC 8785 form; how many rows there are may change while a plan waits."""
    steps = [
        [action, label, [list(pair) for pair in fields]]
        for action, label, fields in shape(document)
    ]
    return hashlib.sha256(rfc8785.dumps(steps)).hexdigest()


def outdated(request: Request) -> bool:
    """Whether the code would by now treat an approved kind of data otherwise than the approved plan says.

    How many rows there are may change, and so may kinds that came to hold something since; what happens to a kind
    that was approved may not. The marks of a copy are compared where the copy is made.
    """
    approved = [step for step in shape(request.plan.document) if step[0] != redacted.ACTION]
    counts = {label: 1 for _, label, _ in approved if label}
    declared = {one.label: 0 for one in reach.declarations(subjects.of(request.case))} | counts
    now = shape({"steps": STEPS[request.right](request, declared)})
    return any(step not in now for step in approved)


def shape(document: dict[str, Any]) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """What a plan does, without how many rows it does it to: compared when the code may have changed since."""
    return [
        (step["action"], step.get("declaration", ""), tuple(sorted(step.get("fields", {}).items())))
        for step in document["steps"]
    ]


@effect("plan.keep")
@transaction.atomic
def keep(request: Request, planned: Planned) -> Plan:
    """Store the plan and its steps with the request, in place of an earlier one that was not begun.

    What the first one counted stays: it says what there was when a copy was asked for (R72).
    """
    made = {"document": planned.document, "digest": planned.digest}
    counted = vanished.counted(request, planned.steps)
    kept, _ = Plan.objects.update_or_create(
        request=request, defaults=made, create_defaults=made | {"counted": counted}
    )
    request.size = planned.size
    request.save(update_fields=["size"])
    Step.objects.filter(request=request).delete()
    concealing = {one.label for one in registry.current().all() if one.concealed}
    Step.objects.bulk_create(
        Step(
            request=request,
            position=position,
            action=step["action"],
            declaration=step.get("declaration", ""),
            hidden=step.get("declaration") in concealing,
            expected=step.get("expected", 0),
        )
        for position, step in enumerate(planned.steps)
    )
    return kept


def explain(document: dict[str, Any]) -> list[str]:
    """The plan in plain sentences, one a step, for staff and in previews."""
    return [_sentence(step) for step in document["steps"]]


def _sentence(step: dict[str, Any]) -> str:
    what = step.get("title") or step.get("declaration") or ""
    rows = step.get("expected", 0)
    match step["action"]:
        case "delete":
            return f"Delete {rows} of {what}.{_because(step)}"
        case "overwrite":
            changed = ", ".join(n for n, done in step["fields"].items() if done == "overwritten")
            return f"Overwrite {changed} in {rows} of {what}.{_because(step)} {_kept(step)}".strip()
        case "retain":
            return f"Keep {rows} of {what}. {_kept(step)}".strip()
        case _:
            return str(step.get("reason") or step["action"]).strip()


def _because(step: dict[str, Any]) -> str:
    """Why a kind goes, for staff; a plan of earlier code does not say."""
    code = step.get("ground")
    return f" {erasures.in_words(code, regimes=_EUROPE, language='en')}" if code else ""


def _kept(step: dict[str, Any]) -> str:
    until = f" Until {step['until']}." if step.get("until") else ""
    return f"{step.get('reason', '')}{until}"
