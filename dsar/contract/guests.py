"""The rows of people without account, as queries: found by identifier, told apart by name, nobody's with an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, CharField, Exists, F, Func, OuterRef, Q, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Lower

from dsar.contract.declarations import Identified, Linked, Listed
from dsar.contract.people import ADDRESSES, NAMES, UNNAMED, Place

if TYPE_CHECKING:
    from django.db.models import Model
    from django.db.models.sql import Query
    from django.db.models.sql.compiler import SQLCompiler

    from dsar.contract.declarations import Declaration, Path


class _OneOf(Func):
    """Whether an expression is one of the values that go into a place."""

    arity = 1
    output_field = BooleanField()

    def __init__(self, expression: Any, *, place: Place) -> None:
        super().__init__(expression)
        self.place = place

    def as_sql(self, compiler: SQLCompiler, _connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """One parameter for however many values, so that one statement serves everybody."""
        sql, params = compiler.compile(self.source_expressions[0])
        return f"{sql} = ANY(%s)", [*params, self.place]


class _NameSpelt(Func):
    """A name as `people.name_spelt` spells it."""

    template = r"lower(btrim(regexp_replace(normalize(%(expressions)s, NFKC), '\s+', ' ', 'g')))"
    output_field = CharField()


def queries(declaration: Declaration) -> list[Query]:
    """The keys of the rows that each identifier leads to; none where every row is an account holder's."""
    reach = declaration.reach
    if isinstance(reach, Listed):
        return [_keys(declaration.model, _OneOf(Cast("pk", TextField()), place=_listed(reach)))]
    if not isinstance(reach, Identified):
        return []
    found = (_identified(declaration.model, reach, identifier) for identifier in reach.by)
    return [query for query in found if query is not None]


def _listed(reach: Listed) -> Place:
    return Place(name=reach.label)


def _identified(model: type[Model], reach: Identified, identifier: str) -> Query | None:
    conditions: list[Any] = [_OneOf(Lower(F(identifier)), place=ADDRESSES)]
    conditions += [_same_name(name) for name in reach.told_apart_by]
    conditions += [no_account(path) for path in reach.owned_through]
    try:
        return _keys(model, *conditions)
    except EmptyResultSet:
        # The path is never empty: no row of this model can be without an account.
        return None


def _same_name(path: str) -> Q:
    """The name is theirs; or there is none, and nobody else shares the address."""
    spelt = _NameSpelt(F(path))
    nameless = Q(**{path: ""}) | Q(**{f"{path}__isnull": True})
    unnamed = Q(RawSQL("%s", (UNNAMED,), output_field=BooleanField())) & nameless
    return Q(_OneOf(spelt, place=NAMES)) | unnamed


def no_account(path: Path) -> Q:
    """The rows that this path leads to nobody from."""
    if not isinstance(path, Linked):
        return Q(**{f"{path}__isnull": True})
    holders = apps.get_model(path.via)._base_manager.filter(**{path.key: OuterRef(path.on)})
    return ~Q(Exists(holders))


def _keys(model: type[Model], *conditions: Any) -> Query:
    query = model._base_manager.filter(*conditions).order_by().values("pk").query
    query.get_compiler(connection=connection).as_sql()
    return query
