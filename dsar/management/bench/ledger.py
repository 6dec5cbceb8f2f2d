"""The ledger: sealing, verifying and exporting, against bare SHA-256 over the same bytes and one COPY of the rows."""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import override_settings

from dsar.audit import exporting
from dsar.engine import copying
from dsar.ledger import notes, places, placing, sealing, signing, verifying
from dsar.ledger.verifying import Asked
from dsar.management.bench import figures, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dsar.management.bench.figures import Counter, Pair, Work

USERS = 50
"""Nobody is looked for: any small database will do."""

ENTRIES_A_REQUEST = 12
# As entries are: of each request its filing, events with a few counts and codes, and its closing.
_FILL = """
INSERT INTO dsar_ledger_entry (canonical)
SELECT format('{"at":"2026-03-01T00:%%s:%%s.%%sZ","detail":{%%s},"request":"%%s","tag":"%%s","v":1}',
    lpad((n / 60 %% 60)::text, 2, '0'), lpad((n %% 60)::text, 2, '0'), lpad((n %% 1000000)::text, 6, '0'),
    CASE n %% 12
        WHEN 1 THEN format('"case":"%%s","channel":"portal","due":"2026-03-31T15:59:59+00:00","received":'
            '"2026-03-01T00:00:00+00:00","reference":"DSR-2026-%%s","regimes":["SG"],"relation":"customer",'
            '"right":"access","rules":["SG:2021-02-01"],"start":"2026-03-01","strict":"2026-03-31"',
            md5('case' || (n - 1) / 12)::uuid, (n - 1) / 12)
        WHEN 0 THEN '"actor":"system","from":"executing","outcome":"fulfilled","to":"closed"'
        ELSE format('"declaration":"orders.Order:buyer","rows":%%s', n) END,
    md5(((n - 1) / 12)::text)::uuid,
    CASE n %% 12 WHEN 1 THEN 'request.submitted' WHEN 0 THEN 'request.closed' ELSE 'step.done' END)
FROM generate_series(1, %s) AS n
"""


def pairs(
    *, entries: int, count: int, folder: Path, counter: Counter
) -> Iterator[tuple[Pair, Pair, Pair]]:
    """Sealing, verifying and exporting the same entries, each beside its limit, in a fresh database each time."""
    for turn in range(count):
        with scratch.copy_of(USERS), own_keys(folder / f"ledger-{turn}"):
            texts = _filled(entries)
            first = bool(turn % 2)
            seal = figures.measure(
                _seal(len(texts)), _sealing_limit(texts), ours_first=first, counter=counter
            )
            placing.place()
            _analyze("leaf")
            verify = figures.measure(
                _verify(len(texts)), _verifying_limit(texts), ours_first=first, counter=counter
            )
            export = figures.measure(
                _export(entries), _exporting_limit(folder), ours_first=first, counter=counter
            )
            yield seal, verify, export


@contextmanager
def own_keys(folder: Path) -> Iterator[None]:
    """A key that signs nothing but this, and a second place that goes with the folder."""
    signer = notes.generate("bench.example/ledger")
    own = {
        "LEDGER_SIGNING_KEYS": [signer.unsafe_text()],
        "LEDGER_VERIFIER_KEYS": [],
        "LEDGER_SECOND_PLACE": (folder / "second-place").as_uri(),
    }
    with override_settings(DSAR=settings.DSAR | own):
        yield


def fill(entries: int) -> None:
    """Append so many entries."""
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [entries])


def _filled(entries: int) -> list[bytes]:
    """Fill the queue, and give back the bytes that are to be hashed."""
    fill(entries)
    with connection.cursor() as cursor:
        _analyze("entry", "unsealed")
        cursor.execute("CREATE TABLE bench_leaf (LIKE dsar_ledger_leaf INCLUDING ALL)")
        cursor.execute("SELECT canonical FROM dsar_ledger_entry ORDER BY id")
        return [text.encode() for (text,) in cursor.fetchall()]


def _analyze(*tables: str) -> None:
    """As the server itself does within a minute."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE dsar_ledger_{table}")


def _seal(entries: int) -> Work:
    def work() -> float:
        with figures.stopwatch() as took:
            sealed = sealing.seal()
        # The key's own entry is sealed too.
        _check(sealed - 1, entries)
        return took[0]

    return work


def _sealing_limit(texts: list[bytes]) -> Work:
    """Hash each entry, and COPY rows like the tree's in, committed."""
    rows = b"".join(
        b"%d\t%d\t\\\\x%s\n" % (index, index, sha256(text).hexdigest().encode())
        for index, text in enumerate(texts)
    )

    def work() -> float:
        with figures.stopwatch() as took:
            _hash(texts)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("TRUNCATE bench_leaf")
                with cursor.copy("COPY bench_leaf FROM STDIN") as copy:
                    copy.write(rows)
        return took[0]

    return work


def _verify(entries: int) -> Work:
    def work() -> float:
        asked = Asked(known=signing.verifiers(), place=places.current())
        with figures.stopwatch() as took:
            found = verifying.verify(asked)
        _check(found.entries - 1 if found.is_good else -1, entries)
        return took[0]

    return work


def _verifying_limit(texts: list[bytes]) -> Work:
    """Read each entry once, and hash it."""

    def work() -> float:
        with figures.stopwatch() as took:
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY dsar_ledger_entry (canonical) TO STDOUT") as copy,
            ):
                for _ in copy:
                    pass
            _hash(texts)
        return took[0]

    return work


def _export(entries: int) -> Work:
    """The whole history as an auditor gets it: three forms of its rows, every entry, sealed and on the disk."""

    def work() -> float:
        export = exporting.new()
        with figures.stopwatch() as took:
            exporting.run(export.pk)
        export.refresh_from_db()
        _check(export.rows, -(-entries // ENTRIES_A_REQUEST))
        return took[0]

    return work


def _exporting_limit(folder: Path) -> Work:
    """Each entry with its index and hash in the tree's order, by one COPY into a file, on the disk."""

    def work() -> float:
        path = folder / "entries.limit"
        with figures.stopwatch() as took, path.open("wb") as file:
            for block in copying.blocks(
                "COPY (SELECT leaf.index, encode(leaf.hash, 'hex'), entry.canonical FROM dsar_ledger_leaf leaf"
                " JOIN dsar_ledger_entry entry ON entry.id = leaf.entry ORDER BY leaf.index) TO STDOUT"
            ):
                file.writelines(block)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        return took[0]

    return work


def _hash(texts: list[bytes]) -> None:
    for text in texts:
        sha256(text).digest()


def _check(done: int, wanted: int) -> None:
    if done != wanted:
        message = f"{done} of {wanted} entries were done; nothing was measured."
        raise RuntimeError(message)
