"""The statements of a deletion: one DELETE or UPDATE a model, children first, pipelined in one transaction.

A model with more rows than a batch holds goes in batches of their own first. Used by a deletion and by the
replay of one after a restore, so that both end the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import SET_NULL, FileField, ForeignKey, ManyToManyField, Model

from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.contract.declarations import Erase
from dsar.contract.people import Guest, Known
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.contract.declarations import Declaration


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One compiled statement and what its row count means; `label` is empty for what nobody counts."""

    label: str
    fragment: Fragment
    touched: Fragment | None = None
    """For what is not counted: table and condition of the rows that it touches, of which there may be none."""


def lock_person(person: object) -> tuple[str, ...]:
    """Lock the person's row, so that whoever refers to it waits; returns the addresses they are known by."""
    return _addresses(person, locked=True)


def addresses_of(person: object) -> tuple[str, ...]:
    """The address on the account, or those that a guest is known by; none where there is no account any more."""
    return _addresses(person, locked=False)


def _addresses(person: object, *, locked: bool) -> tuple[str, ...]:
    if isinstance(person, Known):
        # Nobody refers to somebody without account; their rows are locked as they are written.
        return person.addresses if isinstance(person, Guest) else ()
    user: type[AbstractBaseUser] = get_user_model()
    rows = user._base_manager.select_for_update() if locked else user._base_manager.all()
    found = rows.filter(pk=person).order_by().values_list(user.get_email_field_name(), flat=True)
    return tuple(str(address) for address in found if address)


def close_account(person: object) -> None:
    """Shut the person out, where the user model knows of inactive accounts; sessions die with it."""
    if isinstance(person, Known):
        return
    user: type[Model] = get_user_model()
    if any(field.name == "is_active" for field in user._meta.concrete_fields):
        user._base_manager.filter(pk=person).update(is_active=False)


def statements(
    declarations: Iterable[Declaration], *, born_before: datetime | None = None
) -> list[Statement]:
    """Everything a deletion writes for these declarations, in the order in which it must be written."""
    found: list[Statement] = []
    covered = compiler.order(declarations)
    for declaration in covered:
        emptied = covered if born_before is None and compiler.is_root(declaration) else []
        found += _of(declaration, born_before, emptied)
    return found


def _of(
    declaration: Declaration, born_before: datetime | None, emptied: Sequence[Declaration]
) -> list[Statement]:
    if declaration.row is Row.RETAINED:
        return []
    where = _where(declaration, born_before)
    unlinks = [
        _unlink(declaration, field, where)
        for field, treatment in compiler.fields_of(declaration)
        if isinstance(field, ManyToManyField)
        and (declaration.row is Row.DELETED or isinstance(treatment, Erase))
    ]
    if declaration.row is Row.OVERWRITTEN:
        return [*unlinks, Statement(label=declaration.label, fragment=_update(declaration, where))]
    released = [
        _let_go(declaration, key, where)
        for key in _letting_go(declaration)
        if not any(_empties(one, key) for one in emptied)
    ]
    return [
        *unlinks,
        *released,
        Statement(label=declaration.label, fragment=_delete(declaration, where)),
    ]


@lru_cache(maxsize=256)
def _letting_go(declaration: Declaration) -> tuple[ForeignKey[Any, Any], ...]:
    """The foreign keys of rows that stay which the model says to empty when a row they point at goes."""
    model = declaration.model
    return tuple(
        key
        for holder in apps.get_models(include_auto_created=True)
        for key in holder._meta.local_concrete_fields
        if isinstance(key, ForeignKey)
        and key.related_model is model
        and key.remote_field.on_delete is SET_NULL
        and key.db_constraint  # type: ignore[attr-defined]  # The stubs lack it.
    )


def _empties(declaration: Declaration, key: ForeignKey[Any, Any]) -> bool:
    """Whether overwriting its rows has emptied this reference to the person's own row before."""
    treatment = declaration.fields.get(key.name)
    return (
        declaration.model is key.model
        and declaration.row is Row.OVERWRITTEN
        and declaration.subject == (key.name,)
        and isinstance(treatment, Erase)
        and treatment.to is None
    )


def _let_go(declaration: Declaration, key: ForeignKey[Any, Any], where: Fragment) -> Statement:
    """Empty a reference to rows that are about to be deleted, as the ORM would."""
    holder, column = compiler.quote(key.model._meta.db_table), compiler.quote(key.column)
    theirs = _of_these(declaration, column, where)
    return Statement(
        label="",
        fragment=Fragment(
            sql=f"UPDATE {holder} SET {column} = NULL WHERE {theirs}", params=where.params
        ),
        touched=Fragment(sql=f"{holder} WHERE {theirs}", params=where.params),
    )


def _of_these(declaration: Declaration, column: str, where: Fragment) -> str:
    return (
        f"{column} IN (SELECT {compiler.key_column(declaration)}"
        f" FROM {compiler.table(declaration)} WHERE {where.sql})"
    )


def _where(declaration: Declaration, born_before: datetime | None) -> Fragment:
    where = compiler.condition(declaration)
    if born_before is None or not declaration.born:
        return where
    born = compiler.named_column(declaration, declaration.born)
    return Fragment(
        sql=f"{where.sql} AND {born} < %s",
        params=(*where.params, born_before),
    )


def _delete(declaration: Declaration, where: Fragment) -> Fragment:
    return Fragment(
        sql=f"DELETE FROM {compiler.table(declaration)} WHERE {where.sql}", params=where.params
    )


def _update(declaration: Declaration, where: Fragment) -> Fragment:
    """Overwrite what is not overwritten yet, so that a second run finds nothing to do."""
    written = compiler.overwrites(declaration)
    values = Fragment.join(
        ", ",
        (
            Fragment(sql=f"{compiler.quote(column)} = {value.sql}", params=value.params)
            for column, value, _ in written
        ),
    )
    done = Fragment.join(" AND ", (already for _, _, already in written))
    return Fragment(
        sql=f"UPDATE {compiler.table(declaration)} SET {values.sql}"
        f" WHERE {where.sql} AND NOT ({done.sql})",
        params=(*values.params, *where.params, *done.params),
    )


def _unlink(
    declaration: Declaration, field: ManyToManyField[Any, Any], where: Fragment
) -> Statement:
    through = compiler.quote(field.m2m_db_table())
    theirs = _of_these(declaration, compiler.quote(field.m2m_column_name()), where)
    rows = Fragment(sql=f"{through} WHERE {theirs}", params=where.params)
    return Statement(
        label="",
        fragment=Fragment(sql=f"DELETE FROM {rows.sql}", params=rows.params),
        touched=rows,
    )


def pipelined(found: Sequence[Statement], person: object) -> dict[str, int]:
    """Send all statements at once, wait once; returns the rows done by label.

    Errors surface when the pipeline is read, outside Django's cursors, and are turned into Django's there.
    """
    sent = []
    with connection.wrap_database_errors, connection.connection.pipeline():
        for statement in found:
            cursor = connection.connection.cursor()
            sql, params = statement.fragment.bind(person)
            cursor.execute(sql, params)
            sent.append((statement.label, cursor))
    done: dict[str, int] = {}
    for label, cursor in sent:
        if label:
            done[label] = done.get(label, 0) + max(cursor.rowcount, 0)
        cursor.close()
    return done


def batch(declaration: Declaration, *, rows: int) -> Statement | None:
    """At most `rows` rows of a large model; run until it does none. Its own transaction each time."""
    if declaration.row is Row.RETAINED:
        return None
    where = compiler.condition(declaration)
    table = compiler.table(declaration)
    if declaration.row is Row.DELETED:
        limited = _some(table, where, rows)
        return Statement(
            label=declaration.label,
            fragment=Fragment(
                sql=f"DELETE FROM {table} WHERE {limited.sql}", params=limited.params
            ),
        )
    written = compiler.overwrites(declaration)
    done = Fragment.join(" AND ", (already for _, _, already in written))
    open_ = Fragment(sql=f"{where.sql} AND NOT ({done.sql})", params=(*where.params, *done.params))
    return Statement(
        label=declaration.label, fragment=_update(declaration, _some(table, open_, rows))
    )


def _some(table: str, where: Fragment, rows: int) -> Fragment:
    return Fragment(
        sql=f"{table}.ctid = ANY(ARRAY(SELECT {table}.ctid FROM {table} WHERE {where.sql} LIMIT {rows}))",
        params=where.params,
    )


def file_fields(declaration: Declaration) -> list[FileField]:
    """The file fields whose files a deletion removes."""
    return [
        field
        for field, treatment in compiler.fields_of(declaration)
        if isinstance(field, FileField)
        and (declaration.row is Row.DELETED or isinstance(treatment, Erase))
    ]


@lru_cache(maxsize=64)
def remaining(declarations: tuple[Declaration, ...]) -> Fragment:
    """Counts what a deletion should have left nothing of: rows not deleted, rows not overwritten."""
    return Fragment.join(
        " UNION ALL ",
        (
            _remaining(position, declaration)
            for position, declaration in enumerate(declarations)
            if declaration.row is not Row.RETAINED
        ),
    )


def _remaining(position: int, declaration: Declaration) -> Fragment:
    where = compiler.condition(declaration)
    if declaration.row is Row.OVERWRITTEN:
        done = Fragment.join(" AND ", (a for _, _, a in compiler.overwrites(declaration)))
        where = Fragment(
            sql=f"{where.sql} AND NOT ({done.sql})", params=(*where.params, *done.params)
        )
    return Fragment(
        sql=f"SELECT {position} AS position, count(*) AS rows"
        f" FROM {compiler.table(declaration)} WHERE {where.sql}",
        params=where.params,
    )
