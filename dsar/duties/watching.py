"""How the house stands, in figures for whoever watches it.

A dozen statements, each on an index that holds only what is open or due: a million closed requests cost nothing.
Everything is read from the database, so that each process tells the same, whoever did the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from dsar import conf
from dsar.cases.states import OPEN, Outcome
from dsar.engine import server
from dsar.ledger import standing
from dsar.tally import counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_SECONDS = 5
"""After so long a statement is given up: watching must not add to what is wrong."""

_REQUESTS = """
SELECT state, count(*), extract(epoch FROM min(due_at) - now()), count(*) FILTER (WHERE due_at < now())
FROM dsar_cases_request WHERE state = ANY(%(open)s) GROUP BY state
"""
_QUEUE = """
SELECT count(*) FILTER (WHERE due_at < now()),
       count(*) FILTER (WHERE due_at >= now() AND due_at < now() + interval '1 day'),
       count(*) FILTER (WHERE due_at >= now() + interval '1 day' AND due_at < now() + interval '7 days'),
       count(*) FILTER (WHERE due_at >= now() + interval '7 days')
FROM dsar_cases_request
WHERE state IN ('approved', 'executing') AND (not_before IS NULL OR not_before <= now())
"""
_BANDS = ("overdue", "within_a_day", "within_a_week", "later")
_EXECUTING = """
SELECT count(*) FILTER (
           WHERE greatest(r.lease_until, h.beat_at + make_interval(secs => %(lease)s)) < now()),
       count(*) FILTER (WHERE r.attempts > 1), coalesce(max(r.attempts), 0)
FROM dsar_cases_request r
LEFT JOIN dsar_engine_heartbeat h ON h.request_id = r.id AND h.token = r.lease_token
WHERE r.state = 'executing'
"""
_CLOSED = """
SELECT outcome, count(*) FROM dsar_cases_request
WHERE state = 'closed' AND closed_at > now() - interval '1 hour' GROUP BY outcome
"""
_OUTBOX = """
SELECT queue, count(*), coalesce(extract(epoch FROM now() - min(due_at)), 0)
FROM dsar_dispatch_wake WHERE due_at <= now() GROUP BY queue
"""
_QUEUES = ("requests", "notifications")
_LETTERS = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(written_at)), 0)
FROM dsar_cases_letter WHERE mailed_at IS NULL
"""
_REMOVALS = "SELECT count(*) FROM dsar_engine_removal"
_ENTRIES = "SELECT coalesce(max(id), 0) FROM dsar_ledger_entry"
_SINCE = "SELECT extract(epoch FROM now() - %(at)s::timestamptz)"

STATEMENTS = (_REQUESTS, _QUEUE, _EXECUTING, _CLOSED, _OUTBOX, _LETTERS, _REMOVALS, _ENTRIES)
"""Every statement of these figures."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure with its values, each under a label; the label's name is empty where there is one value."""

    name: str
    says: str
    values: dict[str, float]
    label: str = ""
    counts: bool = False
    """Whether it only grows."""


def figures() -> list[Figure]:
    """Every figure as it stands now; raises a database error where they cannot be read in time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE_SECONDS}s'")
        return [figure for part in _PARTS for figure in part()]


def _rows(statement: str) -> list[tuple[Any, ...]]:
    given = {"open": [state.value for state in OPEN], "lease": conf.get("LEASE_SECONDS")}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _requests() -> Iterator[Figure]:
    found = {state: rest for state, *rest in _rows(_REQUESTS)}
    yield Figure(
        name="requests",
        says="Open requests by state.",
        label="state",
        values={state: found[state][0] if state in found else 0 for state in OPEN},
    )
    yield Figure(
        name="request_due_seconds",
        says="Until the earliest due date in a state; negative where it has passed.",
        label="state",
        values={state: float(found[state][1]) for state in OPEN if state in found},
    )
    yield Figure(
        name="requests_overdue",
        says="Open requests whose due date has passed, by state.",
        label="state",
        values={state: found[state][2] if state in found else 0 for state in OPEN},
    )


def _queue() -> Iterator[Figure]:
    (row,) = _rows(_QUEUE)
    yield Figure(
        name="queue",
        says="Requests that workers may carry out now or are carrying out, by when they are due.",
        label="due",
        values=dict(zip(_BANDS, row, strict=True)),
    )


def _executing() -> Iterator[Figure]:
    ((dead, again, attempts),) = _rows(_EXECUTING)
    yield _one("leases_expired", "Executing requests that no worker holds any more.", dead)
    yield _one("requests_retried", "Executing requests that were claimed more than once.", again)
    yield _one("request_most_attempts", "The most claims of any executing request.", attempts)


def _closed() -> Iterator[Figure]:
    found = dict(_rows(_CLOSED))
    yield Figure(
        name="requests_closed_last_hour",
        says="Requests closed within the last hour, by outcome.",
        label="outcome",
        values={one.value: found.get(one.value, 0) for one in Outcome},
    )


def _outbox() -> Iterator[Figure]:
    found = {queue: rest for queue, *rest in _rows(_OUTBOX)}
    queues = dict.fromkeys([*_QUEUES, *found])
    yield Figure(
        name="outbox_wakes",
        says="Wakes that are due and not published, by queue.",
        label="queue",
        values={queue: found[queue][0] if queue in found else 0 for queue in queues},
    )
    yield Figure(
        name="outbox_oldest_seconds",
        says="How long the oldest wake that is due has waited, by queue.",
        label="queue",
        values={queue: float(found[queue][1]) if queue in found else 0.0 for queue in queues},
    )


def _letters() -> Iterator[Figure]:
    ((waiting, oldest),) = _rows(_LETTERS)
    yield _one("letters_unmailed", "Letters whose notice has not been mailed.", waiting)
    yield _one("letters_unmailed_oldest_seconds", "Since the oldest of them was written.", oldest)


def _others() -> Iterator[Figure]:
    yield _one(
        "removals", "Stored files that deletions have yet to remove.", _rows(_REMOVALS)[0][0]
    )
    yield _one("ledger_entries", "The number of the newest ledger entry.", _rows(_ENTRIES)[0][0])
    yield _one(
        "server_settings_wrong",
        "Settings of the database server that must differ.",
        len(server.complaints()),
    )


def _ledger() -> Iterator[Figure]:
    found = standing.look()
    yield _one(
        "ledger_seal_lag_seconds", "Since the oldest unsealed entry was made.", found.seal_lag
    )
    yield _one(
        "ledger_place_lag_seconds",
        "Since the oldest checkpoint was signed that is not in the second place.",
        found.place_lag,
    )


def _tallies() -> Iterator[Figure]:
    tallied = counts.read()
    for kind, (often, _) in tallied.items():
        yield Figure(name=kind.value, says=_TALLIES[kind], values={"": often}, counts=True)
    last = tallied[counts.Kind.SWEPT][1]
    if last is not None:
        with connection.cursor() as cursor:
            cursor.execute(_SINCE, {"at": last})
            yield _one("last_sweep_seconds", "Since the last sweep ended.", cursor.fetchone()[0])


def _one(name: str, says: str, value: Any) -> Figure:
    return Figure(name=name, says=says, values={"": float(value)})


_TALLIES = {
    counts.Kind.LEASE_LOST: "Leases that were found lost by who had held them.",
    counts.Kind.RETRIED: "Attempts that failed and are made again.",
    counts.Kind.STOPPED: "Executions that stopped until a person looks.",
    counts.Kind.HANDED_BACK: "Requests given back unfinished, to go on later.",
    counts.Kind.MAIL_FAILED: "Mails that did not leave.",
    counts.Kind.BROKER_FAILED: "Times that the broker could not be reached.",
    counts.Kind.SWEPT: "Sweeps.",
    counts.Kind.SWEEPER_FAILED: "Parts of sweeps that failed.",
}
_PARTS: tuple[Callable[[], Iterator[Figure]], ...] = (
    _requests,
    _queue,
    _executing,
    _closed,
    _outbox,
    _letters,
    _others,
    _ledger,
    _tallies,
)
