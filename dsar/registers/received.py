"""Who received single rows of a person's: asked of the rows, as the apps declare it (GDPR Art. 15(1)(c), 19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, F, Max, Value, When
from django.db.models.functions import Now

from dsar.contract import compiler, reach, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsar.contract.declarations import Declaration, Recipient


@dataclass(frozen=True, kw_only=True)
class Received:
    """One recipient of rows of one kind, an organisation by its name or all others together, and when last."""

    declaration: str
    category: Recipient
    recipient: str
    """Its name; of those who are no organisation, that of the category."""
    disclosed_at: datetime
    basis: str
    categories: tuple[str, ...]

    @property
    def facts(self) -> dict[str, str]:
        """What is said of a recipient, by the words of the declared ones."""
        return terms.safeguarded(self.category) | {"name": self.recipient}


def of(
    person: object,
    *,
    declarations: Iterable[Declaration] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    keys: Collection[str] | None = None,
) -> list[Received]:
    """Whoever received rows of this person, by name, in one statement; none where no app declares any.

    `declarations` are the kinds in question, as they reach the person; `since` and `until` narrow by the moment,
    `keys` to the rows with these keys.
    """
    known = reach.declarations(person) if declarations is None else declarations
    kinds = [one for one in known if one.disclosed_to is not None]
    if not kinds:
        return []
    rows = [_rows(position, one, person) for position, one in enumerate(kinds)]
    narrowed = [
        _within(one, found, since=since, until=until, keys=keys)
        for one, found in zip(kinds, rows, strict=True)
    ]
    found = narrowed[0].union(*narrowed[1:], all=True)
    told = [_received(kinds[position], name, at) for position, name, at in found]
    return sorted(
        told, key=lambda one: (one.declaration, one.recipient != one.category.name, one.recipient)
    )


def _rows(position: int, declaration: Declaration, person: object) -> QuerySet[Any, Any]:
    """The rows that somebody received, with the name under which that is told."""
    said = _said(declaration)
    sql, params = compiler.condition(declaration).bind(person)
    rows = declaration.model._base_manager.extra(where=[sql], params=params).order_by()  # noqa: S610 - compiled.
    name = Case(
        When(**{said.is_organisation: True}, then=F(said.name)),
        default=Value(""),
        output_field=CharField(),
    )
    if said.unless:
        rows = rows.exclude(**said.unless)
    reached: QuerySet[Any, Any] = rows.filter(**{f"{said.at}__lte": Now()})
    named: QuerySet[Any, Any] = reached.annotate(told_position=Value(position), told_name=name)
    return named


def _within(
    declaration: Declaration,
    rows: QuerySet[Any, Any],
    *,
    since: datetime | None,
    until: datetime | None,
    keys: Collection[str] | None,
) -> QuerySet[Any, Any]:
    """One row a recipient, of what lies within these bounds."""
    at = _said(declaration).at
    bounds = {f"{at}__gte": since, f"{at}__lt": until, "pk__in": keys}
    rows = rows.filter(**{name: value for name, value in bounds.items() if value is not None})
    named = rows.values("told_position", "told_name").annotate(told_at=Max(at))
    told: QuerySet[Any, Any] = named.values_list("told_position", "told_name", "told_at")
    return told


def _said(declaration: Declaration) -> Any:
    return declaration.disclosed_to


def _received(declaration: Declaration, name: str, at: datetime) -> Received:
    category = _said(declaration).recipient
    return Received(
        declaration=declaration.label,
        category=category,
        recipient=name.strip() or category.name,
        disclosed_at=at,
        basis=declaration.purpose.label,
        categories=tuple(terms.categories(declaration)),
    )
