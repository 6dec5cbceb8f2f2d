"""Every row leads to its person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, DateTimeField, IntegerField, TextField

from dsar.contract.checking.inspection import arrives, field_of, refuse, walk
from dsar.contract.declarations import Linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import Error
    from django.db.models import Model

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration, Path


_NEVER = frozenset({"fin", "identity", "nric", "passport", "ssn"})


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse paths that do not resolve or end elsewhere than at the user model."""
    for declaration in inspection.declarations():
        yield from _reach(declaration)
        for path in declaration.subject:
            yield from _subject(inspection, declaration=declaration, path=path)
        for name in (*declaration.identifiers, *declaration.told_apart_by):
            yield from _identifier(declaration, name=name)
        for fact, path in declaration.facts.items():
            yield from _fact(declaration, fact=fact, path=path)
        yield from _born(inspection, declaration=declaration)


def _reach(declaration: Declaration) -> Iterator[Error]:
    if not declaration.subject and not declaration.identifiers:
        yield refuse(
            15,
            declaration.model,
            f"Declaration {declaration.label} leads to nobody.",
            hint='Name the way to the person: subject = "customer", a Linked(...), '
            "or identifiers by which somebody without an account is found.",
        )


def _subject(inspection: Inspection, *, declaration: Declaration, path: Path) -> Iterator[Error]:
    if isinstance(path, Linked):
        yield from _linked(inspection, declaration=declaration, link=path)
    else:
        yield from _follow(inspection, declaration=declaration, start=declaration.model, path=path)


def _follow(
    inspection: Inspection, *, declaration: Declaration, start: type[Model], path: str
) -> Iterator[Error]:
    """The path must end on the relation to the person: `thread__user`, never `thread__user__email`."""
    walked = walk(start, path)
    if walked.unknown:
        yield refuse(
            11,
            declaration.model,
            f'Path "{path}" of declaration {declaration.label} does not resolve: '
            f'{walked.model._meta.label} has no relation or field "{walked.unknown}".',
            hint="Write the names of relations from the row to the person, joined by two underscores.",
        )
    elif not arrives(start, path, at=inspection.user):
        yield refuse(
            12,
            declaration.model,
            f'Path "{path}" of declaration {declaration.label} does not end at a person.',
            hint=f"Its last name must be a relation to {inspection.user._meta.label}; "
            'only that model itself says "pk".',
        )


def _linked(inspection: Inspection, *, declaration: Declaration, link: Linked) -> Iterator[Error]:
    via = inspection.named(link.via)
    if via is None:
        yield _broken(declaration, link=link, why=f"there is no model {link.via}")
        return
    key, on = _column(via, link.key), _column(declaration.model, link.on)
    if key is None:
        yield _broken(declaration, link=link, why=f'{link.via} has no column "{link.key}"')
    if on is None:
        yield _broken(declaration, link=link, why=f'the model has no column "{link.on}"')
    if key is not None and on is not None and _family(key) != _family(on):
        yield _broken(declaration, link=link, why=f'"{link.on}" and "{link.key}" differ in type')
    yield from _follow(inspection, declaration=declaration, start=via, path=link.to)


def _broken(declaration: Declaration, *, link: Linked, why: str) -> Error:
    return refuse(
        13,
        declaration.model,
        f'Link on "{link.on}" of declaration {declaration.label} does not resolve: {why}.',
        hint='Linked(via="app_label.Model", key="its column", to="path from it to the person", '
        'on="column of this model").',
    )


def _column(model: type[Model], name: str) -> Any | None:
    field = field_of(model, name)
    return field if getattr(field, "concrete", False) else None


def _family(field: Any) -> str:
    """Columns of one family compare without a cast."""
    while field.remote_field is not None:
        field = field.target_field
    if isinstance(field, CharField | TextField):
        return "text"
    return "integer" if isinstance(field, IntegerField) else str(field.get_internal_type())


def _identifier(declaration: Declaration, *, name: str) -> Iterator[Error]:
    if not isinstance(walk(declaration.model, name).field, CharField | TextField):
        yield refuse(
            14,
            declaration.model,
            f'Identifier "{name}" of declaration {declaration.label} is no text column.',
            hint="An identifier is a text column, of the model or of one it refers to, that holds an address, "
            "a number or a name.",
        )


def _fact(declaration: Declaration, *, fact: str, path: str) -> Iterator[Error]:
    """A fact is held somewhere, and no number of an identity card or passport is ever one (R27)."""
    if walk(declaration.model, path).field is None or _NEVER & set(f"{fact}_{path}".split("_")):
        yield refuse(
            64,
            declaration.model,
            f'Fact "{fact}" of declaration {declaration.label} leads nowhere, or to an identity number.',
            hint="Name a field, or a path to one, that only the person is likely to know: an order's number. "
            "Numbers of identity cards and passports prove nobody and are never compared.",
        )


def _born(inspection: Inspection, *, declaration: Declaration) -> Iterator[Error]:
    if declaration.born:
        if not isinstance(walk(declaration.model, declaration.born).field, DateTimeField):
            yield refuse(
                17,
                declaration.model,
                f'Declaration {declaration.label} says born = "{declaration.born}", '
                "which is no date-time field.",
                hint="Name the DateTimeField that says when a row was made, or a path to one.",
            )
    elif declaration.model is inspection.user and "pk" in declaration.subject:
        yield refuse(
            16,
            declaration.model,
            f"Declaration {declaration.label} does not say when a person's row was born.",
            hint='Write born = "date_joined": a replayed deletion must leave alone whoever came back since.',
        )
