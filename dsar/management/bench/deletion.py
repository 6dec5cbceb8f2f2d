"""Deletion: claim, erase, journal, verify, answer, close; against the same writes pipelined by hand.

The sweep over the whole database is left out: it belongs to all deletions that wait for it, at an hour of its own.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from unittest import mock

from django.db import connection
from django.db.models import AutoField
from django.db.models.sql import InsertQuery
from django.utils import timezone

from dsar.cases import covering, subjects
from dsar.cases.models import Letter
from dsar.cases.states import Right
from dsar.dispatch.models import Wake
from dsar.engine import removals, surveying, verification
from dsar.management.bench import desk, figures, files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from django.db.models import Model

    from dsar.cases.models import Request
    from dsar.management.bench.figures import Work

_LEDGER = """
INSERT INTO dsar_ledger_entry (canonical)
SELECT '{"tag": "bench.limit", "at": "", "request": "' || %(request)s || '"}' FROM generate_series(1, %(entries)s)
"""
_CLAIM = """
UPDATE dsar_cases_request SET state = 'executing', lease_token = lease_token + 1, attempts = attempts + 1,
    lease_until = now() + interval '15 s'
WHERE id = %(request)s
"""
_SUPPRESS = """
INSERT INTO dsar_registers_suppression (channel, digest, scope, suppressed_at)
VALUES ('email', %(digest)s, 'marketing', now())
"""
_DONE = "UPDATE dsar_engine_step SET state = 'done' WHERE request_id = %(request)s"
_FORGET = "UPDATE dsar_engine_step SET cursor = '{}' WHERE request_id = %(request)s"
_CLOSE = """
UPDATE dsar_cases_request SET state = 'closed', outcome = 'fulfilled', answered_at = now(), closed_at = now()
WHERE id = %(request)s
"""
_LETTER_BYTES = 3_000


def ours(person: Any) -> Work:
    """Our path; the request is filed and signed here, before anything is timed."""
    request = desk.approved(person, Right.DELETION)

    def work() -> float:
        with (
            mock.patch.object(verification, "verify", _without_sweep),
            figures.stopwatch() as took,
        ):
            desk.carry_out(request)
        desk.check(request)
        return took[0]

    return work


def _without_sweep(request: Request, *, since: float) -> dict[str, int]:  # noqa: ARG001 - as the real one.
    verification.verify_rows(request)
    return {}


def limit(person: Any, *, folder: Path) -> Work:
    """The bare writes that no implementation is spared, of an equal request: three commits and a file on the disk.

    Which statements find something to erase is known before, nothing is read or checked, and whatever can travel
    together does: each transaction is one round trip.
    """
    request = desk.approved(person, Right.DELETION)
    covered, who = covering.of(request), subjects.of(request.case)
    found = surveying.survey(covered, who)
    held = [one for one in covered if one.label in found.counts]
    erase = [
        statement.fragment.bind(who)
        for statement in (*removals.intentions(held, request.pk), *found.statements)
    ]
    known = {"request": request.pk, "digest": os.urandom(32)}
    claim = _bound((_CLAIM, _LEDGER), known, entries=1)
    record = _bound((_SUPPRESS, _DONE, _LEDGER), known, entries=2)
    close = [
        *_inserting(_letter(request), Wake(task="dsar.mail_notice", due_at=timezone.now())),
        *_bound((_FORGET, _CLOSE, _LEDGER), known, entries=3),
    ]

    def work() -> float:
        with figures.stopwatch() as took:
            _at_once(claim)
            _at_once([*erase, *record])
            with files.durable(folder) as file:
                file.write(str(request.pk).encode())
            _at_once(close)
        return took[0]

    return work


def _letter(request: Request) -> Letter:
    return Letter(
        case=request.case,
        request=request,
        kind=Letter.Kind.ANSWER,
        content=os.urandom(_LETTER_BYTES),
    )


def _inserting(*rows: Model) -> list[tuple[str, Any]]:
    """The bare statement that inserts each row, whatever columns its table has by now."""
    found = []
    for row in rows:
        query = InsertQuery(type(row))
        fields = [one for one in row._meta.concrete_fields if not isinstance(one, AutoField)]
        query.insert_values(fields, [row])
        found += query.get_compiler(connection=connection).as_sql()
    return found


def _bound(
    statements: Sequence[str], known: dict[str, Any], *, entries: int
) -> list[tuple[str, Any]]:
    return [(sql, known | {"entries": entries}) for sql in statements]


def _at_once(statements: Sequence[tuple[str, Any]]) -> None:
    """One transaction in one round trip."""
    connection.ensure_connection()
    session = connection.connection
    with session.pipeline():
        for sql, params in (("BEGIN", None), *statements, ("COMMIT", None)):
            session.cursor().execute(sql, params)
