"""Turn the addresses of servers and folders into what Django and Celery want to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import environ

from config.embedded import roles

if TYPE_CHECKING:
    from pathlib import Path

    from config.embedded.servers import Servers

env = environ.Env()

# A worker whose machine vanished must not hold locks for as long as TCP waits by itself, and the
# query of a killed client must end: a request that another worker resumes would wait for it.
SERVER_SETTINGS = {
    "client_connection_check_interval": "5s",
    "idle_in_transaction_session_timeout": "60s",
    # A vanished client is silent: without these the server would wait two hours for it.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # While an answer waits to be taken no keepalive is sent, and behind a pipeline the server does not
    # time its idle transactions: then this alone ends a session whose client vanished. Milliseconds.
    "tcp_user_timeout": "30000",
}
CONNECTION = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def database(
    *, owner: bool, through_pgbouncer: bool, test_name: str, embedded: Servers | None
) -> dict[str, Any]:
    """Describe the database for DATABASES, as the owner who migrates or as the application."""
    found = dict(environ.Env.db_url_config(_database_url(owner=owner, embedded=embedded)))
    options = found.pop("OPTIONS", {})
    # A socket's folder comes as libpq writes it; Django's own commands read HOST.
    found["HOST"] = options.pop("host", found.get("HOST", ""))
    found["OPTIONS"] = {"application_name": "dsar", **CONNECTION, **options}
    if not through_pgbouncer:
        settings = " ".join(f"-c {name}={value}" for name, value in SERVER_SETTINGS.items())
        found["OPTIONS"].setdefault("options", settings)
    return {
        **found,
        "ENGINE": "django.db.backends.postgresql",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=0 if through_pgbouncer else 60),
        "CONN_HEALTH_CHECKS": True,
        # In transaction mode the next statement may reach another session.
        "DISABLE_SERVER_SIDE_CURSORS": through_pgbouncer,
        "TEST": {"NAME": test_name or None},
    }


def redis(*, embedded: Servers | None) -> str:
    """Name the broker's server and database."""
    given = env.str("REDIS_URL", default="")
    return str(given or (embedded.redis_url() if embedded else ""))


def broker(redis_url: str) -> str:
    """Write a Unix socket's address the way Celery's transport has it."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={number}"


def next_number(redis_url: str) -> str:
    """Name the database after this one, on the same server."""
    parts = urlsplit(redis_url)
    found = dict(parse_qsl(parts.query)).get("db") or parts.path.rpartition("/")[2]
    return with_number(redis_url, int(found if found.isdigit() else 0) + 1)


def with_number(redis_url: str, number: int) -> str:
    """Name another database on the same server."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        query = {**dict(parse_qsl(parts.query)), "db": number}
        # Put together by hand: without a host the library leaves out the slashes that redis-py asks for.
        return f"unix://{parts.path}?{urlencode(query)}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def private_storage(name: str, *, root: Path | str, bucket: str) -> dict[str, Any]:
    """Describe a storage that no address leads to: a folder, or a part of a bucket."""
    if bucket:
        options = {"bucket_name": bucket, "location": name, "default_acl": "private"}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    folder = {"location": f"{root}/{name}", "base_url": None}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}


def _database_url(*, owner: bool, embedded: Servers | None) -> str:
    given = env.str("DATABASE_URL", default="")
    if given:
        return str(env.str("DATABASE_OWNER_URL", default=given) if owner else given)
    if embedded is None:
        raise environ.ImproperlyConfigured("Set DATABASE_URL, or leave REDIS_URL unset too.")
    return embedded.database_url(role=roles.OWNER if owner else roles.APPLICATION)
