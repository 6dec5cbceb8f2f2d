"""What a table demands to be unique, and whether an overwrite could make two rows the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import UniqueConstraint
from django.db.models.expressions import F

from dsar.contract.checking.conditions import holds
from dsar.contract.checking.inspection import columns
from dsar.contract.declarations import Surrogate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Model, Q


@dataclass(frozen=True, kw_only=True)
class Uniqueness:
    """Columns of which no two rows may agree."""

    name: str
    fields: frozenset[str]
    condition: Q | None = None
    nulls_distinct: bool = True

    def broken_by(self, written: Mapping[str, Any], *, others: Sequence[Uniqueness]) -> bool:
        """Whether two rows that differ today could agree once they are overwritten."""
        touched = {name: written[name] for name in self.fields if name in written}
        if not touched or self._saved_by(touched):
            return False
        left = self.fields - touched.keys()
        return not any(rule.keeps_apart(left) for rule in others)

    def _saved_by(self, touched: Mapping[str, Any]) -> bool:
        """A random value differs, NULL differs unless said otherwise, and a condition may let the row go."""
        return (
            any(isinstance(to, Surrogate) for to in touched.values())
            or (self.nulls_distinct and any(to is None for to in touched.values()))
            or (self.condition is not None and holds(self.condition, touched) is False)
        )

    def keeps_apart(self, names: frozenset[str]) -> bool:
        """Whether these columns alone tell any two rows apart."""
        return self.condition is None and self.fields <= names


def uniqueness(model: type[Model]) -> list[Uniqueness]:
    """Unique columns, `unique_together` and unique constraints of a model."""
    rules = [
        Uniqueness(name=f'the unique column "{field.name}"', fields=frozenset({field.name}))
        for field in columns(model)
        if field.unique
    ]
    rules += [
        Uniqueness(name=f"unique_together {tuple(names)}", fields=frozenset(names))
        for names in model._meta.unique_together
    ]
    return rules + [
        _constraint(found)
        for found in model._meta.constraints
        if isinstance(found, UniqueConstraint)
    ]


def _constraint(found: UniqueConstraint) -> Uniqueness:
    return Uniqueness(
        name=f'the constraint "{found.name}"',
        fields=frozenset(found.fields) | _named(found.expressions),
        condition=found.condition,
        nulls_distinct=found.nulls_distinct is not False,
    )


def _named(expressions: Sequence[Any]) -> set[str]:
    """The columns that an expression such as Lower("email") reads."""
    return {
        part.name  # type: ignore[attr-defined]
        for expression in expressions
        for part in ([expression] if isinstance(expression, F) else expression.flatten())
        if isinstance(part, F)
    }
