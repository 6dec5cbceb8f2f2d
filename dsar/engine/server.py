"""What the database server must be set to, so that a worker that dies or vanishes lets go of its locks in time.

Without these a killed client's query runs on and a vanished machine's session stays open, for minutes or hours;
whoever takes the request over would wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting of the session that must be switched on, and may be no longer than so many seconds."""

    name: str
    most_seconds: int
    only_tcp: bool = False


SETTINGS = (
    Setting(name="client_connection_check_interval", most_seconds=15),
    Setting(name="idle_in_transaction_session_timeout", most_seconds=120),
    Setting(name="tcp_keepalives_idle", most_seconds=60, only_tcp=True),
    Setting(name="tcp_keepalives_interval", most_seconds=30, only_tcp=True),
)


def complaints() -> list[str]:
    """Which settings of this connection's session are missing or too long, as names with their values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::bigint, unit, inet_client_addr() IS NOT NULL FROM pg_settings"
            " WHERE name = ANY(%s)",
            [[wanted.name for wanted in SETTINGS]],
        )
        found = {name: (value * _MILLISECONDS[unit], tcp) for name, value, unit, tcp in cursor}
    return [
        f"{wanted.name} = {found[wanted.name][0] / 1000:g}s"
        for wanted in SETTINGS
        if _applies(wanted, tcp=found[wanted.name][1])
        and not 0 < found[wanted.name][0] <= wanted.most_seconds * 1_000
    ]


def _applies(wanted: Setting, *, tcp: bool) -> bool:
    """Through a Unix socket a dead client is known at once."""
    return tcp or not wanted.only_tcp
