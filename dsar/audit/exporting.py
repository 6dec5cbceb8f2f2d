"""An export for audit: asked for, written by a worker in one moment of the database, handed out as a package is.

Whoever dies on the way leaves a sealed file that nobody has a use for; the sweep wakes the task again, and it
begins anew.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, connections, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from dsar.audit import ledger_sql
from dsar.audit.members import Contents, UnreadableEntryError
from dsar.audit.models import Export
from dsar.cases import permissions
from dsar.cases.lifecycle import NotPermittedError
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import sources
from dsar.ledger import log, reading, sealing
from dsar.ledger.tags import Tag
from dsar.packages import archive, vault
from dsar.packages.models import Package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from uuid import UUID

    from dsar.cases.actors import Actor
    from dsar.packages.archive import Written

TASK = "dsar.export"
MOST_SAMPLE = 1_000
_BATCH = 100
MOST_ATTEMPTS = 3
_LOST_AFTER = timedelta(seconds=60)
_BEAT_SECONDS = 2.0
_TIMES = 2
"""How often the entries are read: for the rows, and as they are."""

logger = logging.getLogger(__name__)


class PeriodError(ValueError):
    """The first day lies behind the last."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def ask(  # noqa: PLR0913 - what an auditor may ask for.
    *,
    actor: Actor,
    by: str = Export.By.RECEIVED,
    first_day: date | None = None,
    last_day: date | None = None,
    seed: str = "",
    sample_size: int = 0,
    request: UUID | None = None,
) -> Export:
    """Ask for the history, or for the evidence of one request; a worker writes it.

    Raises NotPermittedError, PeriodError.
    """
    if not actor.may(permissions.AUDIT):
        raise NotPermittedError
    with effect("export.ask"), transaction.atomic():
        export = new(
            asked_by=actor.user,
            by=by,
            first_day=first_day,
            last_day=last_day,
            seed=seed,
            sample_size=sample_size,
            request_reference=request,
        )
        log.append(
            Tag.EXPORT_ASKED,
            request=request,
            export=str(export.pk),
            kind="evidence" if request else "history",
        )
        outbox.wake(TASK, str(export.pk))
    return export


def new(**asked: Any) -> Export:
    """Make the row of an export in the caller's transaction; raises PeriodError."""
    first, last = asked.get("first_day"), asked.get("last_day")
    if first is not None and last is not None and first > last:
        raise PeriodError
    export = Export(**asked)
    export.sample_size = min(export.sample_size, MOST_SAMPLE)
    export.save(force_insert=True)
    return export


def run(export_id: UUID) -> bool:
    """Write an export that waits, or that another worker left; False where there is nothing to do."""
    claimed = claim(export_id)
    if claimed is None:
        return False
    try:
        _write(claimed)
    except UnreadableEntryError:
        logger.exception("Export %s stopped.", export_id)
        _end(claimed, state=Export.State.FAILED)
    return True


def sweep() -> int:
    """Wake whatever a lost worker may have left; how many were woken. One that is still at work loses nothing by it."""
    lost = timezone.now() - _LOST_AFTER
    left = Export.objects.filter(
        Q(state=Export.State.WAITING, asked_at__lt=lost)
        | Q(state=Export.State.WRITING, beat_at__lt=lost)
    )
    found = list(left.values_list("pk", flat=True)[:_BATCH])
    for pk in found:
        with effect("export.wake"), transaction.atomic():
            outbox.wake(TASK, str(pk))
    return len(found)


def package(export: Export) -> Package | None:
    """The archive of an export that is ready and not yet expired."""
    found = Package.objects.filter(request_reference=export.pk, state=Package.State.READY)
    return found.filter(expires_at__gt=timezone.now()).first()


def claim(export_id: UUID) -> Export | None:
    """Take an export that nobody is at work on; None where there is none, or where it failed too often.

    Whoever writes holds a lock that goes with their session, however long the database is silent.
    """
    free = Q(state=Export.State.WAITING) | Q(
        state=Export.State.WRITING, beat_at__lt=Now() - _LOST_AFTER
    )
    with effect("export.claim"), transaction.atomic():
        if not _lock(export_id):
            return None
        own = Export.objects.filter(free, pk=export_id)
        if own.filter(attempts__gte=MOST_ATTEMPTS).update(state=Export.State.FAILED):
            return None
        taken = own.update(
            state=Export.State.WRITING,
            token=F("token") + 1,
            attempts=F("attempts") + 1,
            beat_at=Now(),
        )
        return Export.objects.get(pk=export_id) if taken else None


def _lock(export_id: UUID) -> bool:
    """Keep others from an export until the transaction ends; False where somebody else does."""
    with connection.cursor() as cursor:
        number = int.from_bytes(export_id.bytes[:8], signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _write(export: Export) -> None:
    # What has happened until now shall lie under the checkpoint.
    sealing.seal()
    name = "evidence" if export.request_reference else "history"
    with effect("export.begin"), transaction.atomic():
        begun = vault.begin(export.pk, filename=f"{name}-{export.asked_at:%Y-%m-%d}.zip")
    with _beating(export) as progress, sources.snapshot(), vault.writing(begun) as to:
        if not _lock(export.pk):
            return
        contents = gather(export, progress=progress)
        recipient = vault.recipient(begun)
        written = archive.write(contents.members(), to=to, recipient=recipient, at=contents.at)
    with effect("export.finish"), transaction.atomic():
        if _end(export, state=Export.State.READY, contents=contents):
            vault.ready(begun, written)
            witness(export, contents, written)


def gather(export: Export, *, progress: Callable[[int], None]) -> Contents:
    """What an export holds, as the database stands in the caller's snapshot."""
    scope = ledger_sql.scope(export, size=reading.last_checkpoint())
    return Contents(export=export, scope=scope, at=timezone.now(), progress=progress)


def witness(export: Export, contents: Contents, written: Written) -> None:
    """Enter in the ledger what was taken out: the filter, how much, and the digest of its manifest (R185)."""
    first, last = export.first_day, export.last_day
    log.append(
        Tag.DATA_EXPORTED,
        export=str(export.pk),
        kind="evidence" if export.request_reference else "history",
        of=str(export.request_reference) if export.request_reference else None,
        by=str(export.by),
        first=first.isoformat() if first else None,
        last=last.isoformat() if last else None,
        entries=contents.scope.size,
        rows=contents.rows,
        sample=len(contents.sample),
        manifest_sha256=written.manifest_sha256,
    )


def _end(export: Export, *, state: Export.State, contents: Contents | None = None) -> bool:
    """Say how it ended; False where another worker has taken it over since."""
    with effect("export.end"), transaction.atomic():
        found: dict[str, Any] = {}
        if contents is not None:
            found = {
                "entries": contents.scope.size,
                "rows": contents.rows,
                "sample": contents.sample,
            }
        own = Export.objects.filter(pk=export.pk, token=export.token, state=Export.State.WRITING)
        return bool(own.update(state=state, finished_at=Now(), **found))


@contextmanager
def _beating(export: Export) -> Iterator[Callable[[int], None]]:
    """Count the entries read, and show now and then how far it is.

    Over a connection of its own, since the snapshot's transaction shows nothing before its end.
    """
    beside = connections[Export.objects.db].copy()
    done, beaten = 0, time.monotonic()

    def progress(read: int) -> None:
        nonlocal done, beaten
        done += read
        if time.monotonic() - beaten < _BEAT_SECONDS:
            return
        beaten = time.monotonic()
        with effect("export.beat"), beside.cursor() as cursor:
            cursor.execute(
                "UPDATE dsar_audit_export SET done = %s, beat_at = now(), total = greatest(%s,"
                " %s * (SELECT coalesce(max(size), 0) FROM dsar_ledger_checkpoint))"
                " WHERE id = %s AND token = %s",
                [done, done, _TIMES, export.pk, export.token],
            )

    try:
        yield progress
    finally:
        beside.close()
