"""Which history in the second place the database must follow, and what is wrong with those that it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from dsar.ledger import elsewhere, places, reading, restores
from dsar.ledger.elsewhere import DamagedError, History
from dsar.ledger.findings import Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.ledger.notes import Verifier
    from dsar.ledger.places import Place


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The history to compare with; None where the second place says nothing."""

    history: History | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What stands in the second place. Read it before the database: what comes there later is in neither."""

    place: Place | None
    histories: list[History] = field(default_factory=list)
    placed: int = 0
    """Up to where the database said that it carried, when the place was asked."""
    findings: list[Finding] = field(default_factory=list)


def read(place: Place | None, known: Sequence[Verifier]) -> Listed:
    """List the second place. Raises PlaceError where it cannot be asked."""
    if place is None:
        return Listed(place=None)
    placed = _placed() if place == _configured() else 0
    try:
        return Listed(place=place, histories=elsewhere.histories(place, known), placed=placed)
    except DamagedError as error:
        return Listed(place=None, findings=[_damaged(str(error))])


def choose(listed: Listed) -> Expected:
    """The history that the database must follow."""
    if listed.place is None:
        return Expected(findings=listed.findings)
    try:
        return _chosen(listed.place, listed)
    except DamagedError as error:
        return Expected(findings=[_damaged(str(error))])


def believed(difference: Finding, history: History | None) -> Finding:
    """The difference, unless the second place's own hashes do not lead to what was signed there."""
    if history is None:
        return difference
    try:
        for _ in history.checked():
            pass
    except DamagedError as error:
        return _damaged(str(error))
    return difference


def _chosen(place: Place, listed: Listed) -> Expected:
    found = listed.histories
    lost, findings = _restored(found)
    going_on = [history for history in found if history not in lost]
    if len(going_on) > 1:
        sizes = " and ".join(str(history.head.size) for history in going_on)
        says = f"the second place holds histories that exclude each other, of {sizes} entries."
        findings.append(Finding(kind=Kind.FORK, index=_parting(going_on), says=says))
    # What the database does not know of is what it departed from.
    unknown = [history for history in going_on if not _is_known(history)]
    history = next(iter([*unknown, *going_on[::-1]]), None) or _before(place, lost)
    findings += _missing(listed.placed, history)
    return Expected(history=history, findings=findings)


def _restored(found: list[History]) -> tuple[list[History], list[Finding]]:
    """The histories that a recorded restore ended, and a finding for each."""
    lost, findings = [], []
    for restore in restores.told():
        for history in found:
            if restores.explains(restore, history):
                says = (
                    f"a restore lost the entries from here to index {history.head.size - 1};"
                    f" entry {restore.entry} records it."
                )
                findings.append(Finding(kind=Kind.RESTORED, index=restore.sealed, says=says))
                lost.append(history)
    return lost, findings


def _before(place: Place, lost: list[History]) -> History | None:
    """After a restore, while nothing new was carried: what the lost history and the database share."""
    shared = [
        record
        for history in lost[-1:]
        for record in history.records
        if reading.has_checkpoint(record.mark.size, record.mark.root)
    ]
    return History(place, shared) if shared else None


def _parting(histories: list[History]) -> int:
    """The size up to which two histories hold the same checkpoints."""
    one, two = ({record.mark for record in history.records} for history in histories[-2:])
    return max((mark.size for mark in one & two), default=0)


def _is_known(history: History) -> bool:
    return reading.has_checkpoint(history.head.size, history.head.root)


def _missing(placed: int, history: History | None) -> list[Finding]:
    """Files that were carried to this place and are not there."""
    if history and history.start:
        return [_damaged(f"The files before {history.start} entries are missing.")]
    if placed > (history.head.size if history else 0):
        return [_damaged(f"The checkpoint of {placed} entries was carried there, and is missing.")]
    return []


def _placed() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(size), 0) FROM dsar_ledger_placement WHERE place = %s",
            [places.reference()],
        )
        return int(cursor.fetchone()[0])


def _configured() -> Place | None:
    try:
        return places.current()
    except places.PlaceError:
        return None


def _damaged(says: str) -> Finding:
    return Finding(kind=Kind.PLACE_DAMAGED, says=says)
