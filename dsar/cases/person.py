"""One person's requests take turns where they must not mix."""

from __future__ import annotations

from django.db import connection

_ROOM = 0x44534152
"""First half of the advisory lock's key, so that it meets no other application's: "DSAR"."""


def lock(subject: object) -> None:
    """Hold a person's turn until the transaction ends.

    Filing takes it and so does the start of a deletion or correction, so neither can look past the other's
    uncommitted work. It is the transaction's, not the session's: PgBouncer in transaction mode keeps it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_ROOM, str(subject)])
