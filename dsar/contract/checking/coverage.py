"""Everything is declared, and nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.db.models import FileField, JSONField, ManyToManyField

from dsar.contract.checking.inspection import holdings, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import Error
    from django.db.models import Model

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration

_KINDS: tuple[tuple[int, tuple[type[Any], ...], str], ...] = (
    (4, (ManyToManyField,), "many-to-many field"),
    (5, (GenericForeignKey, GenericRelation), "generic relation"),
    (6, (FileField,), "file field"),
    (7, (JSONField,), "JSON field"),
)


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse what is undeclared, unknown or declared twice."""
    for model in inspection.models:
        if model not in inspection.registry.nothing and not inspection.registry.of(model):
            yield _undeclared_model(model)
    for declaration in inspection.declarations():
        yield from _fields(declaration)
    yield from _twice(inspection)


def _undeclared_model(model: type[Model]) -> Error:
    if is_third_party(model):
        return refuse(
            2,
            model,
            f"Model {model._meta.label} of a third-party app is not declared.",
            hint="Whoever installs an app answers for it: in the privacy.py beside the settings, write "
            f"@declare({_python_name(model)}) or holds_nothing({_python_name(model)}, because=...).",
        )
    return refuse(
        1,
        model,
        f"Model {model._meta.label} is not declared.",
        hint=f"In {model._meta.app_label}/privacy.py write @declare({_python_name(model)}) "
        f"or holds_nothing({_python_name(model)}, because=...).",
    )


def _python_name(model: type[Model]) -> str:
    """How a privacy.py spells the model; tables of many-to-many fields hang on their field."""
    owner: Any = model._meta.auto_created
    for field in owner._meta.local_many_to_many if owner else ():
        if field.remote_field.through is model:
            return f"{owner.__name__}.{field.name}.through"
    return model.__name__


def is_third_party(model: type[Model]) -> bool:
    """Whether the model's app was installed as a package and so has no privacy.py of the project's."""
    config = apps.app_configs.get(model._meta.app_label)
    return config is not None and bool(
        {"site-packages", "dist-packages"} & set(Path(config.path).parts)
    )


def _fields(declaration: Declaration) -> Iterator[Error]:
    held = holdings(declaration.model)
    for name, field in held.items():
        if name not in declaration.fields:
            yield _undeclared_field(declaration, name=name, field=field)
    for name in declaration.fields:
        if name not in held:
            yield refuse(
                8,
                declaration.model,
                f'Declaration {declaration.label} treats "{name}", which is no field of the model.',
                hint="Remove it, or correct its spelling; a field inherited from a model with a table "
                "of its own is declared with that model.",
            )
    for name in declaration.twice:
        yield refuse(
            9,
            declaration.model,
            f'Field "{name}" has two treatments in declaration {declaration.label}.',
            hint=f'Name "{name}" once in fields, also where several names share a treatment.',
        )


def _undeclared_field(declaration: Declaration, *, name: str, field: Any) -> Error:
    number, kind = next(
        ((number, kind) for number, types, kind in _KINDS if isinstance(field, types)),
        (3, "field"),
    )
    return refuse(
        number,
        declaration.model,
        f'{kind[0].upper()}{kind[1:]} "{name}" has no treatment in declaration {declaration.label}.',
        hint=f'Add "{name}": Held(category=...), Erase(to=..., category=...), Retain(law=..., category=...), '
        "Secret(category=...) or NotPersonal(because=...).",
    )


def _twice(inspection: Inspection) -> Iterator[Error]:
    for model, role in inspection.registry.twice:
        said = f" in the role {role}" if role else ""
        yield refuse(
            10,
            model,
            f"Model {model._meta.label} is declared twice{said}.",
            hint="Keep one declaration; where several people stand in a row, give each a role: "
            f'@declare({model.__name__}, role="...").',
        )
