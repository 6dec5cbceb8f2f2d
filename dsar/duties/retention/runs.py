"""The nightly run: count, stop where that looks wrong, then batch by batch, each a transaction with its counts.

Whoever dies in it loses nothing: what is committed is counted in the run's own row, the next tick goes on from there,
and a row that is gone is not found again. Files follow the transaction that noted them.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from dsar import conf
from dsar.cases import ending, permissions
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case
from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.duties.retention import due, schedule, statements, stretches, survey
from dsar.duties.retention.models import RetentionRun
from dsar.engine import removals, turns
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import Any
    from uuid import UUID

    from dsar.cases.actors import Actor
    from dsar.contract.compiler import Fragment
    from dsar.duties.retention.due import Day
    from dsar.duties.retention.schedule import Unit

TASK = "dsar.retain"
_COMMIT_WITHOUT_WAITING = RawSQL("set_config('synchronous_commit', 'off', true)", ())

logger = logging.getLogger(__name__)


class ChangedError(Exception):
    """What would go is no longer what was shown; look again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class _MoreThanCountedError(Exception):
    """More rows are due on some pages by now than were counted; none of them went."""


class OvertakenError(Exception):
    """Another worker has this run in hand, or it has ended."""


def tick() -> None:
    """Go on with the run that is open; in the hour of the night that is set, begin the one of this day."""
    run = opened()
    if run is None or run.state == RetentionRun.State.WAITING:
        run = _tonights()
    if run is not None and run.state == RetentionRun.State.RUNNING:
        go_on(run)


def opened() -> RetentionRun | None:
    """The run that has not ended; there is one at most."""
    return RetentionRun.objects.filter(ended_at__isnull=True).first()


def _tonights() -> RetentionRun | None:
    today = due.today()
    if timezone.localtime().hour != conf.get("RETENTION_HOUR"):
        return None
    return None if RetentionRun.objects.filter(day=today).exists() else begin(on=today)


def counted(*, on: date) -> list[dict[str, Any]]:
    """What a run would do and what would stay: the dry run."""
    return survey.survey(schedule.units(), of=due.day(on))


def begin(*, on: date) -> RetentionRun:
    """Count for a day, and open its run; one that waits is counted anew and stands for this day from now on.

    A run that looks wrong waits for a person. One that is running is left as it is.
    """
    ending.note()
    found = counted(on=on)
    against = survey.objections(found)
    said = {
        "day": on,
        "state": RetentionRun.State.WAITING if against else RetentionRun.State.RUNNING,
        "counted": found,
        "digest": survey.digest(found, on=on),
        "objections": against,
    }
    with effect("retention.begin"), transaction.atomic():
        run, is_new = RetentionRun.objects.select_for_update().get_or_create(
            ended_at=None, defaults=said
        )
        if not is_new:
            if run.state == RetentionRun.State.RUNNING:
                return run
            _write(run, said)
        if against:
            log.append(
                Tag.RETENTION_STOPPED,
                run=str(run.pk),
                day=on.isoformat(),
                digest=run.digest,
                rows=run.rows_due,
                objections=[f"{one['because']}:{one['unit']}" for one in against],
            )
    return run


def approve(run: RetentionRun, *, actor: Actor, shown: str) -> RetentionRun:
    """Let a run that waits go on, by somebody who may approve and saw what goes; counted once more.

    Raises NotPermittedError, and ChangedError where what was shown is not what would be done.
    """
    if not actor.may(permissions.APPROVE) or actor.user is None:
        raise NotPermittedError
    found = counted(on=run.day)
    digest = survey.digest(found, on=run.day)
    with effect("retention.approve"), transaction.atomic():
        waiting = RetentionRun.objects.select_for_update().filter(
            pk=run.pk, state=RetentionRun.State.WAITING, day=run.day
        )
        held = waiting.first()
        if held is None or shown != digest:
            raise ChangedError
        _write(
            held,
            {
                "state": RetentionRun.State.RUNNING,
                "counted": found,
                "digest": digest,
                "approved_by_id": actor.user.pk,
                "approved_at": timezone.now(),
            },
        )
        log.append(Tag.RETENTION_APPROVED, run=str(held.pk), digest=digest, rows=held.rows_due)
        outbox.wake(TASK)
    return held


def _write(run: RetentionRun, said: dict[str, Any]) -> None:
    for name, value in said.items():
        setattr(run, name, value)
    run.save(update_fields=[*said])


def go_on(run: RetentionRun) -> bool:
    """Carry a run on for its slice of time; whether it ended."""
    since, of = time.monotonic(), due.day(run.day)
    # Those that a dead worker left.
    removals.carry_out(run.pk)
    counts = {one["unit"] for one in run.counted if one["due"]}
    try:
        for unit in schedule.units():
            if unit.label in counts and not _finish(unit, run=run, of=of, since=since):
                return False
        _shred(of)
        _end(run.pk, of=of)
    except OvertakenError:
        return False
    return True


def _finish(unit: Unit, *, run: RetentionRun, of: Day, since: float) -> bool:
    """Have all of one kind go, and its files; False where the slice was over before."""
    is_over = False
    try:
        for _ in _batches(unit, run=run, of=of):
            is_over = turns.is_stopping() or _seconds(since) > conf.get("RETENTION_SLICE_SECONDS")
            if is_over:
                break
    except OperationalError:
        # The server is away or stops: the next look goes on from here.
        raise
    except DatabaseError as error:
        # Somebody began to refer to one of these rows meanwhile, or a trigger forbids it. One table does not stop the
        # others; the next night looks again.
        logger.warning("%s waits for the next night: %s", unit.label, type(error).__name__)
    removals.carry_out(run.pk)
    return not is_over


def _shred(of: Day) -> None:
    """Destroy the keys of cases of which only the skeleton is left."""
    declared = registry.current().get(Case._meta.label)
    over = Case.objects.filter(due.began(declared, of=of))
    ending.shred(over.filter(subject__isnull=True, identifiers__isnull=True))


def _seconds(since: float) -> float:
    return time.monotonic() - since


def _batches(unit: Unit, *, run: RetentionRun, of: Day) -> Iterator[None]:
    """Batch after batch; whoever asks may stop between two of them.

    Where rows that are due lie close together they go page by page; what is then still due is picked.
    """
    most = conf.get("BATCH_ROWS")
    left = _remaining(run, unit)
    stretch = stretches.find(unit, of=of, most=most) if left > most else None
    if stretch is not None:
        with suppress(_MoreThanCountedError):
            for pages in stretch.parts(most):
                where = statements.between(unit, pages, where=stretch.where)
                left -= _batch(unit, where, run=run.pk, of=of)
                if left <= 0:
                    return
                yield
    while left > 0 and (rows := _batch(unit, None, run=run.pk, of=of)) == most:
        left -= rows
        yield


def _remaining(run: RetentionRun, unit: Unit) -> int:
    """How many of the rows that were counted may still go."""
    (was_due,) = (one["due"] for one in run.counted if one["unit"] == unit.label)
    return int(was_due - run.done.get(unit.label, 0))


def _batch(unit: Unit, where: Fragment | None, *, run: UUID, of: Day) -> int:
    """One batch and its count in one transaction: the rows of a condition, or without one those that are picked.

    How many went. Raises OvertakenError where another worker has the run. No hold is placed meanwhile: one that stands
    is seen, and whoever places the next waits for the end of the batch.
    """
    with effect("retention.batch"), transaction.atomic():
        # What a power cut takes back, it takes with its count; a file would be gone already.
        held = _locked(run, is_durable=statements.has_files(unit))
        remaining = _remaining(held, unit)
        most: int = min(remaining, conf.get("BATCH_ROWS"))
        if most <= 0:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE dsar_registers_hold IN SHARE MODE")
        chosen = where or statements.picked(unit, of=of, most=most)
        rows = statements.carry_out(unit, where=chosen, reference=run)
        if rows > remaining:
            raise _MoreThanCountedError
        held.done[unit.label] = held.done.get(unit.label, 0) + rows
        held.save(update_fields=["done"])
    return rows


def _locked(run: UUID, *, is_durable: bool = True) -> RetentionRun:
    """The run's row, locked; unless it is durable, the transaction's commit does not wait for the disk."""
    running = RetentionRun.objects.filter(pk=run, state=RetentionRun.State.RUNNING)
    if not is_durable:
        running = running.annotate(commit=_COMMIT_WITHOUT_WAITING)
    held = running.select_for_update(skip_locked=True).first()
    if held is None:
        raise OvertakenError
    return held


def _end(run: UUID, *, of: Day) -> None:
    with effect("retention.end"), transaction.atomic():
        held = _locked(run)
        left = _left(held, of)
        RetentionRun.objects.filter(pk=run).update(
            state=RetentionRun.State.DONE, ended_at=Now(), left=left
        )
        log.append(
            Tag.RETENTION_ENDED,
            run=str(run),
            day=held.day.isoformat(),
            rows={label: rows for label, rows in held.done.items() if rows},
            left={
                reason: sum(one[reason] for one in left)
                for reason in ("due", *(reason.value for reason in due.Reason))
            },
        )


def _left(run: RetentionRun, of: Day) -> list[dict[str, Any]]:
    """What is left of what was counted. Where less went than was due it is counted again; else nothing is read."""
    left = survey.rest(run.counted, done=run.done)
    waits = any(one["due"] for one in left)
    return survey.survey(schedule.units(), of=of) if waits else left
