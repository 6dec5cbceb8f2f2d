"""What deletion writes fits its column and every rule of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, CheckConstraint, Field, GeneratedField, TextField

from dsar.contract.checking.conditions import holds
from dsar.contract.checking.inspection import columns, refuse
from dsar.contract.checking.uniqueness import uniqueness
from dsar.contract.declarations import Erase, Secret, Surrogate
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.checks import Error

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration


@dataclass(frozen=True, kw_only=True)
class Overwrite:
    """One field of a declaration and what deletion writes into it."""

    declaration: Declaration
    name: str
    to: Any

    def refuse(self, number: int, why: str, *, hint: str) -> Error:
        """An error that names the field and the value."""
        return refuse(
            number,
            self.declaration.model,
            f'Overwriting "{self.name}" with {self.to!r} in declaration {self.declaration.label} {why}.',
            hint=hint,
        )


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse overwrites that PostgreSQL or the model would refuse when a person's deletion runs."""
    for declaration in inspection.declarations():
        written = overwritten(declaration)
        known = {field.name: field for field in columns(declaration.model)}
        for name, to in written.items():
            said = Overwrite(declaration=declaration, name=name, to=to)
            yield from _fits(said, field=known.get(name))
        yield from _unique(declaration, written=written)
        yield from _constraints(declaration, written=written)


def overwritten(declaration: Declaration) -> dict[str, Any]:
    """What deletion writes, by field. A secret in a row that stays is written over even without a value."""
    stays = Row.OVERWRITTEN in {declaration.row, declaration.retention.then}
    return {
        name: treatment.to
        for name, treatment in declaration.fields.items()
        if isinstance(treatment, Erase) or (isinstance(treatment, Secret) and stays)
    }


def _fits(said: Overwrite, *, field: Field[Any, Any] | None) -> Iterator[Error]:
    if field is None or field.primary_key or isinstance(field, GeneratedField):
        yield said.refuse(
            43,
            "is not possible: it is a key, a generated column or has no column",
            hint="Treat the column it is made of, or declare the table that holds the relation.",
        )
    elif said.to is None:
        yield from _null(said, field=field)
    elif field.is_relation:
        yield said.refuse(
            43,
            "would point it at another row",
            hint="Cut a relation with to=None, or keep it with Retain(law=...).",
        )
    elif isinstance(said.to, Surrogate):
        yield from _surrogate(said, field=field)
    else:
        yield from _value(said, field=field, value=said.to)


def _null(said: Overwrite, *, field: Field[Any, Any]) -> Iterator[Error]:
    if not field.null:
        yield said.refuse(
            42,
            "breaks its not-null column",
            hint='Write a value that fits the column, such as to="", or make the column nullable.',
        )


def _surrogate(said: Overwrite, *, field: Field[Any, Any]) -> Iterator[Error]:
    if isinstance(field, CharField | TextField):
        yield from _value(said, field=field, value=f"{said.to.prefix}{'0' * 32}{said.to.suffix}")
    else:
        yield said.refuse(
            41,
            "does not fit its type",
            hint="A Surrogate is text; give other columns a value of their own type.",
        )


def _value(said: Overwrite, *, field: Field[Any, Any], value: Any) -> Iterator[Error]:
    """The model's own rules decide; only `blank` is a rule of forms, and an empty text is how texts are erased."""
    try:
        same = field.to_python(value) == value
        field.clean(value, None)
    except ValidationError as refused:
        codes = _codes(refused)
        if "max_length" in codes:
            yield said.refuse(
                40,
                f"is too long for its column of {field.max_length}",
                hint="Shorten the value; a Surrogate needs its prefix, 32 characters and its suffix.",
            )
        elif codes != {"blank"}:
            yield said.refuse(
                41,
                f"breaks the field's rules: {' '.join(refused.messages)}",
                hint="Write a value of the column's type that its choices and validators allow.",
            )
    else:
        if not same:
            yield said.refuse(
                41,
                "does not fit its type",
                hint=f"Write the value as {type(field).__name__} gives it back.",
            )


def _codes(refused: ValidationError) -> set[str | None]:
    return {error.code for error in refused.error_list}


def _unique(declaration: Declaration, *, written: Mapping[str, Any]) -> Iterator[Error]:
    for rule in uniqueness(declaration.model):
        if rule.broken_by(written, others=uniqueness(declaration.model)):
            names = [name for name in rule.fields if name in written]
            said = Overwrite(declaration=declaration, name=names[0], to=written[names[0]])
            yield said.refuse(
                44,
                f"breaks {rule.name}: a second row would be given the same value",
                hint="Write to=Surrogate(), a fresh random value for every row, or to=None "
                "where the column is nullable.",
            )


def _constraints(declaration: Declaration, *, written: Mapping[str, Any]) -> Iterator[Error]:
    for constraint in declaration.model._meta.constraints:
        if (
            isinstance(constraint, CheckConstraint)
            and holds(constraint.condition, written) is False
        ):
            yield refuse(
                45,
                declaration.model,
                f"The overwrites of declaration {declaration.label} break the constraint "
                f'"{constraint.name}".',
                hint="Choose values that the constraint allows.",
            )
