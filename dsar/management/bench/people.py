"""Find people who hold about so many rows: a sample of everybody, and those whom the planner's statistics name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import connection

from dsar.contract import compiler, registry
from dsar.contract.people import PERSON

if TYPE_CHECKING:
    from dsar.contract.compiler import Fragment
    from dsar.contract.declarations import Declaration

SAMPLE = 2_000
TOLERANCE = 0.2
DESK = 4
"""People who decide and sign in a bench."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person and how many rows are held of them."""

    key: Any
    rows: int


def near(rows: int, *, most: int) -> list[Found]:
    """Up to so many people whose rows come nearest, nearest first; raises CommandError where nobody is near."""
    counted = _counted([*_sample(), *_frequent()])
    counted.sort(key=lambda found: (abs(found.rows - rows), found.key))
    close = [found for found in counted if abs(found.rows - rows) <= rows * TOLERANCE]
    if not close:
        message = (
            f"Nobody holds about {rows:,} rows; seed more users, or name somebody by --person."
        )
        raise CommandError(message)
    return close[:most]


def named(email: str) -> list[Found]:
    """The person with this address, as the project's user model keeps addresses."""
    user = get_user_model()
    found = user._base_manager.filter(**{f"{user.EMAIL_FIELD}__iexact": email}).values_list(
        "pk", flat=True
    )
    if not found:
        raise CommandError(f"Nobody has the address {email}.")
    return _counted([found[0]])


def sample(most: int) -> list[Any]:
    """Keys of so many people, as they come; the same at every run."""
    return _sample(most)


def everybody(*, most: int) -> list[Any]:
    """Keys of so many people, but for the first few, who sit at the desk."""
    table, key = _users()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key} LIMIT {DESK}")
        desk = [value for (value,) in cursor.fetchall()]
    return [person for person in _sample(most + DESK) if person not in desk][:most]


def counting(
    declaration: Declaration, person: str, *, what: str = "count(*)"
) -> tuple[str, list[Any]]:
    """A statement that counts (or gives something else of) a declaration's rows of the person whom a column names."""
    sql, params = _of(compiler.condition(declaration), person)
    return f"SELECT {what} FROM {compiler.table(declaration)} WHERE {sql}", params


def key_type() -> str:
    """The type of a user's key as the database calls it."""
    kind = get_user_model()._meta.pk.rel_db_type(connection)
    return str(kind)


def _sample(most: int = SAMPLE) -> list[Any]:
    """Whoever comes first by the MD5 of the key: spread over the table, and the same at every run."""
    table, key = _users()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY md5({key}::text) LIMIT {most}")
        return [value for (value,) in cursor.fetchall()]


def _frequent() -> list[Any]:
    """The keys that the planner met most often in foreign keys to the user: among them whoever holds a great many."""
    user = get_user_model()
    found: set[Any] = set()
    for related in user._meta.related_objects:
        column = getattr(related.field, "column", None)
        if column is not None and related.related_model._meta.managed:
            found |= set(_most_common(related.related_model._meta.db_table, column))
    return [user._meta.pk.to_python(value) for value in sorted(found)]


def _most_common(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(most_common_vals::text::text[]) FROM pg_stats"
            " WHERE schemaname = current_schema() AND tablename = %s AND attname = %s LIMIT 20",
            [table, column],
        )
        return [value for (value,) in cursor.fetchall()]


def _counted(keys: list[Any]) -> list[Found]:
    """How many rows each person holds, in one statement for all."""
    table, key = _users()
    counts, params = [], []
    for declaration in registry.current().all():
        sql, own = counting(declaration, f"u.{key}")
        counts.append(f"({sql})")
        params += own
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.{key}, {' + '.join(counts)} FROM {table} u WHERE u.{key} = ANY(%s)",
            [*params, keys],
        )
        return [Found(key=value, rows=rows) for value, rows in cursor.fetchall()]


def _of(condition: Fragment, person: str) -> tuple[str, list[Any]]:
    """The condition with a column in the person's place."""
    first, *rest = condition.sql.split("%s")
    sql = first
    params: list[Any] = []
    for value, piece in zip(condition.params, rest, strict=True):
        sql += (person if value is PERSON else "%s") + piece
        if value is not PERSON:
            params.append(value)
    return sql, params


def _users() -> tuple[str, str]:
    meta = get_user_model()._meta
    return compiler.quote(meta.db_table), compiler.quote(compiler.column_name(meta.pk))
