"""What is read off: milliseconds, statements as the server counted them, growth of memory; and the budgets."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Work = Callable[[], float]
"""Does the work once and says how many milliseconds of it count."""

MEMORY_MB = 16
STATEMENTS = 50
FEW = 1_000
"""Up to so many rows the fixed costs of a request count, above them the rows."""
WARMING_ROWS = 50
"""How many rows somebody holds on whom a fresh connection is warmed up."""
MANY = 200_000
"""Above so many rows a pair takes long enough for three to do."""
_RATIOS = {
    ("access", True): 2.0,
    ("access", False): 1.25,
    ("deletion", True): 1.5,
    ("deletion", False): 1.2,
    ("retention", True): 3.0,
    ("retention", False): 1.3,
    ("overwriting", True): 3.0,
    ("overwriting", False): 1.3,
    ("sealing", True): 3.0,
    ("sealing", False): 3.0,
    ("verifying", True): 3.0,
    ("verifying", False): 3.0,
    ("exporting", True): 40.0,
    ("exporting", False): 40.0,
}


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a figure may come to."""

    ratio: float
    memory_growth_mb: int = MEMORY_MB
    statements: int = STATEMENTS


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The medians of one work; `ratio` is the median of each pair's ratio, so that slow spells cancel out."""

    work: str
    users: int
    rows: int
    pairs: int
    ours_ms: float
    limit_ms: float
    ratio: float
    ours_cpu_ms: float
    limit_cpu_ms: float
    statements: int | None
    memory_growth_mb: float
    budget: Budget


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One run of ours and one of the limit, right after each other."""

    ours_ms: float
    limit_ms: float
    ours_cpu_ms: float
    limit_cpu_ms: float
    statements: int | None
    memory_growth_mb: float


def budget(work: str, rows: int) -> Budget:
    """The budget for this work at this size."""
    return Budget(ratio=_RATIOS[work, rows <= FEW])


def measure(ours: Work, limit: Work, *, ours_first: bool, counter: Counter) -> Pair:
    """Run both; the order changes from pair to pair, since whoever is second finds a warmer cache."""
    earlier = None if ours_first else _timed(limit)
    before = counter.count()
    with growth() as grown:
        ours_ms, ours_cpu = _timed(ours)
    after = counter.count()
    limit_ms, limit_cpu = earlier or _timed(limit)
    return Pair(
        ours_ms=ours_ms,
        limit_ms=limit_ms,
        ours_cpu_ms=ours_cpu,
        limit_cpu_ms=limit_cpu,
        statements=None if before is None or after is None else after - before,
        memory_growth_mb=grown[0],
    )


def paired(ours: Pair, limit: Pair) -> Pair:
    """Ours of one run beside the limit of another; each was measured as `ours` of its own."""
    return replace(ours, limit_ms=limit.ours_ms, limit_cpu_ms=limit.ours_cpu_ms)


def summary(pairs: Sequence[Pair], *, work: str, users: int, rows: int) -> Figures:
    """The medians."""
    counted = [pair.statements for pair in pairs if pair.statements is not None]
    return Figures(
        work=work,
        users=users,
        rows=rows,
        pairs=len(pairs),
        ours_ms=round(median(pair.ours_ms for pair in pairs), 2),
        limit_ms=round(median(pair.limit_ms for pair in pairs), 2),
        ratio=round(median(pair.ours_ms / pair.limit_ms for pair in pairs), 2),
        ours_cpu_ms=round(median(pair.ours_cpu_ms for pair in pairs), 2),
        limit_cpu_ms=round(median(pair.limit_cpu_ms for pair in pairs), 2),
        statements=round(median(counted)) if counted else None,
        memory_growth_mb=round(max(pair.memory_growth_mb for pair in pairs), 1),
        budget=budget(work, rows),
    )


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Milliseconds that the block takes, in a list that is filled when it ends."""
    took: list[float] = []
    start = time.perf_counter()
    try:
        yield took
    finally:
        took.append((time.perf_counter() - start) * 1000)


def _timed(work: Work) -> tuple[float, float]:
    """Milliseconds that count, and milliseconds of processor time in this process."""
    start = time.process_time()
    counted = work()
    return counted, (time.process_time() - start) * 1000


_REFERENCE_CHECK = "SELECT % FROM ONLY % OPERATOR(pg_catalog.=) % FOR KEY SHARE OF x"
"""How PostgreSQL itself looks after a foreign key whose check is deferred: nobody sent it."""


class Counter:
    """Statements that the server ran in one database, by pg_stat_statements.

    It asks from a connection of its own, to the database that Django pointed at when it was made: the extension
    need not exist where it counts, and what it asks itself is not counted.
    """

    def __init__(self) -> None:
        self._asking = psycopg.connect(**_parameters(), autocommit=True)

    def count(self) -> int | None:
        """All statements so far; None where the server does not count."""
        try:
            found = self._asking.execute(
                "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s"
                " JOIN pg_database d ON d.oid = s.dbid"
                " WHERE d.datname = %s AND s.query NOT LIKE %s",
                [str(connection.settings_dict["NAME"]), _REFERENCE_CHECK],
            ).fetchone()
        except psycopg.Error:
            return None
        return int(found[0]) if found else None

    def spent(self) -> float | None:
        """Milliseconds that the server spent so far on those about dsar's tables; None where it does not count."""
        try:
            found = self._asking.execute(
                "SELECT coalesce(sum(total_exec_time), 0) FROM pg_stat_statements s"
                " JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = %s AND s.query LIKE %s",
                [str(connection.settings_dict["NAME"]), "%dsar\\_%"],
            ).fetchone()
        except psycopg.Error:
            return None
        return float(found[0]) if found else None

    def close(self) -> None:
        """Let go of the connection."""
        self._asking.close()


def _parameters() -> dict[str, Any]:
    """How Django connects, without what only Django's own connection class knows."""
    own = {"cursor_factory", "context", "prepare_threshold", "client_encoding"}
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in own}


@contextmanager
def growth() -> Iterator[list[float]]:
    """By how many megabytes the process grew at its peak."""
    grown: list[float] = []
    # Writing 5 makes the kernel forget the highest mark (proc(5)).
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    try:
        yield grown
    finally:
        grown.append(max(0.0, (_status("VmHWM") - before) / 1024))


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
