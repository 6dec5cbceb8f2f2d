"""Read the regimes from their files in `regimes`, each checked against the schema before anybody counts with it."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from dsar.law.terms import (
    Bookkeeping,
    Counts,
    Extension,
    PauseKind,
    PauseRule,
    Period,
    Regime,
    Roll,
    Rule,
    Start,
    Status,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).with_name("regimes")
_SCHEMA = Path(__file__).with_name("regime.schema.json")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema that each file of a regime fits."""
    found: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return found


def read(folder: Path = FOLDER) -> Mapping[str, tuple[Regime, ...]]:
    """Every edition of every regime, oldest first; raises jsonschema.ValidationError for a file that does not fit."""
    return {path.stem: editions(_said(path)) for path in sorted(folder.glob("*.json"))}


def editions(said: dict[str, Any]) -> tuple[Regime, ...]:
    """One regime's editions from what its file says."""
    jsonschema.validate(said, schema())
    found = [_regime(said, edition) for edition in said["editions"]]
    return tuple(sorted(found, key=lambda one: one.received_from))


def _said(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return said


def _regime(said: dict[str, Any], edition: dict[str, Any]) -> Regime:
    breach, complaint = edition.get("breach", {}), edition.get("complaint", {})
    kept = edition.get("accounting_records")
    return Regime(
        code=said["code"],
        name=said["name"],
        law=said["law"],
        authority=said["authority"],
        remedy=said["remedy"],
        country=said["calendar"]["country"],
        part=said["calendar"].get("part", ""),
        residences=frozenset(said["residences"]),
        edition=edition["edition"],
        received_from=date.fromisoformat(edition["received_from"]),
        enabled=edition["enabled"],
        checked=edition["checked"],
        start=Start(edition["start"]),
        acknowledge=_period(edition.get("acknowledge")),
        preserve_refused=_period(edition.get("preserve_refused")),
        assess_breach=_period(breach.get("assess")),
        notify_breach=_period(breach.get("authority")),
        acknowledge_complaint=_period(complaint.get("acknowledge")),
        answer_complaint=_period(complaint.get("answer")),
        accounting_records=Bookkeeping(**kept) if kept else None,
        rights={right: _rule(rule, edition) for right, rule in edition["rights"].items()},
    )


def _rule(said: dict[str, Any], edition: dict[str, Any]) -> Rule:
    clock = edition["clocks"][said["clock"]]
    longer = clock.get("extension", {})
    return Rule(
        period=_length(clock["answer"]),
        status=Status(said["status"]),
        source=said["source"],
        act=_period(clock.get("act")),
        house=_period(clock.get("house")),
        hard_stop=_period(clock.get("hard_stop")),
        extension=_extension(longer) if longer.get("kind") == "once" else None,
        promises=longer.get("kind") == "promise",
        pauses={
            PauseKind(kind): _pause(edition["pauses"][kind]) for kind in said.get("pauses", ())
        },
        refusable=said.get("refusable", True),
        verifiable=said.get("verifiable", True),
        guideline=said.get("guideline", False),
    )


def _extension(said: dict[str, Any]) -> Extension:
    return Extension(total=_length(said["total"]), grounds=frozenset(said["grounds"]))


def _pause(said: dict[str, Any]) -> PauseRule:
    return PauseRule(
        statutory=said["basis"] == "statute",
        source=said["source"],
        counts=Counts(said["counts"]),
        only_if=said.get("only_if", ""),
        ask_within_days=said.get("ask_within_days"),
    )


def _period(said: dict[str, Any] | None) -> Period | None:
    return _length(said) if said else None


def _length(said: dict[str, Any]) -> Period:
    return Period(
        value=said["value"],
        unit=Unit(said["unit"]),
        roll=frozenset(Roll(day) for day in said["roll"]),
    )
