"""What the application's role may do: change rows, but only add to the ledger.

An owner migrates; web and workers connect as the application. Triggers are a guard rail that the owner could
take down; what the application was never granted it cannot give itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from dsar.ledger import log
from dsar.ledger.models import OnlyGrows
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
ADD = ("SELECT", "INSERT")
READ = ("SELECT",)
SEQUENCES = ("USAGE", "SELECT")


class UnfitRoleError(Exception):
    """The role cannot be the application's."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Exactly these rights, and no others, on these tables or sequences."""

    kind: str
    names: tuple[str, ...]
    rights: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.rights)} on {len(self.names)} {self.kind.lower()}(s)"


def ledger_tables() -> tuple[str, ...]:
    """The tables that only grow: this room's, but for the queue of what waits to be sealed."""
    models = apps.get_app_config("dsar").get_models()
    return tuple(model._meta.db_table for model in models if issubclass(model, OnlyGrows))


def grant(role: str) -> list[Grant]:
    """Give the application's role its rights, take any others from it, and return what it has now.

    Run as the owner of the tables, again after every migration; an entry is appended where that changed
    something. Raises UnfitRoleError for a role that does not exist or that could take the rights back.
    """
    with transaction.atomic():
        _refuse_unfit(role)
        grants, before = _grants(), _in_force()
        for statement in _statements(grants, role=role):
            _execute(statement)
        if _in_force() != before:
            log.append(Tag.ROLES_GRANTED, ledger=list(ledger_tables()))
    return grants


def _refuse_unfit(role: str) -> None:
    found = _rows(
        "SELECT rolsuper, pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        role,
    )
    if not found:
        message = f"There is no role {role}; make it first: CREATE ROLE {role} LOGIN PASSWORD '...'"
        raise UnfitRoleError(message)
    is_superuser, is_owner = found[0]
    if is_superuser or is_owner:
        message = f"The role {role} is a superuser, or may act as the owner of the tables: no right can bind it."
        raise UnfitRoleError(message)


def _grants() -> list[Grant]:
    only_read, only_grow = (MigrationRecorder.Migration._meta.db_table,), ledger_tables()
    tables = _owned("r", "p")
    free = tuple(name for name in tables if name not in (*only_read, *only_grow))
    grants = [
        Grant(kind="TABLE", names=free, rights=ROWS),
        Grant(kind="TABLE", names=only_grow, rights=ADD),
        Grant(kind="TABLE", names=tuple(name for name in only_read if name in tables), rights=READ),
        Grant(kind="SEQUENCE", names=_owned("S"), rights=SEQUENCES),
    ]
    return [one for one in grants if one.names]


def _in_force() -> set[tuple[object, ...]]:
    """Every right that anybody has on anything in the schema."""
    return set(
        _rows(
            "SELECT relname, right_of::text FROM pg_class, unnest(relacl) AS right_of"
            " WHERE relnamespace = current_schema()::regnamespace"
        )
    )


def _owned(*kinds: str) -> tuple[str, ...]:
    """The relations of these kinds that are ours to grant; an extension's are not."""
    found = _rows(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind = ANY(%s) AND pg_has_role(relowner, 'USAGE') ORDER BY relname",
        list(kinds),
    )
    return tuple(str(name) for (name,) in found)


def _statements(grants: Sequence[Grant], *, role: str) -> Iterator[sql.Composed]:
    ((schema,),) = _rows("SELECT current_schema()")
    to = {"role": sql.Identifier(role), "schema": sql.Identifier(str(schema))}
    yield sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**to)
    yield sql.SQL("REVOKE CREATE ON SCHEMA {schema} FROM {role}").format(**to)
    for one in grants:
        names = sql.SQL(", ").join(map(sql.Identifier, one.names))
        on = sql.SQL("{kind} {names}").format(kind=sql.SQL(one.kind), names=names)
        yield sql.SQL("REVOKE ALL ON {on} FROM {role}").format(on=on, **to)
        yield _give(one.rights, on=on, role=role)
    in_future = sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} ").format(**to)
    yield in_future + _give(ROWS, on=sql.SQL("TABLES"), role=role)
    yield in_future + _give(SEQUENCES, on=sql.SQL("SEQUENCES"), role=role)


def _give(rights: Sequence[str], *, on: sql.Composable, role: str) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.SQL, rights))
    return sql.SQL("GRANT {rights} ON {on} TO {role}").format(
        rights=listed, on=on, role=sql.Identifier(role)
    )


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows(statement: str, *parameters: str | list[str]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
