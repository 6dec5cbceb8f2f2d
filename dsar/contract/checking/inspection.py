"""What the checks look at: a registry, the models that count, and their fields that need a treatment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.core.checks import Error
from django.core.exceptions import FieldDoesNotExist

from dsar.contract.declarations import Linked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Field, Model

    from dsar.contract.declarations import Declaration, Path
    from dsar.contract.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """A registry held against models."""

    registry: Registry
    models: tuple[type[Model], ...]

    @property
    def user(self) -> type[Model]:
        """The model of the people all declarations lead to."""
        return get_user_model()

    def declarations(self) -> list[Declaration]:
        """The declarations of the models that count, by label."""
        return [found for found in self.registry.all() if found.model in self.models]

    def named(self, label: str) -> type[Model] | None:
        """The model called `app_label.Model`, if there is one."""
        for model in self.models:
            if model._meta.label_lower == label.lower():
                return model
        return None


def inspect(registry: Registry, *, models: Iterable[type[Model]]) -> Inspection:
    """Hold a registry against those of the models that have a table of their own.

    Unmanaged models and proxies store nothing by themselves; tables that a many-to-many field makes do.
    """
    own = {model for model in models if model._meta.managed and not model._meta.proxy}
    return Inspection(registry=registry, models=tuple(sorted(own, key=lambda m: m._meta.label)))


def installed_models() -> list[type[Model]]:
    """Every installed app's models, third parties' and many-to-many tables included."""
    return list(apps.get_models(include_auto_created=True))


def refuse(number: int, model: type[Model], message: str, *, hint: str) -> Error:
    """An error about a model; Django prints the model's name before the message."""
    return Error(message, hint=hint, obj=model, id=f"dsar.E{number:03}")


def columns(model: type[Model]) -> list[Field[Any, Any]]:
    """The model's own columns; what it inherits from a model with a table is declared there."""
    return list(model._meta.local_concrete_fields)


def generic_relations(model: type[Model]) -> list[GenericForeignKey | GenericRelation]:
    """Relations that hang on a content type; they have no column, so Django lists them apart."""
    return [
        field
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey | GenericRelation) and field.model is model
    ]


def holdings(model: type[Model]) -> dict[str, Any]:
    """Every field that needs a treatment, by name: columns, many-to-many fields, generic relations."""
    fields = [*columns(model), *model._meta.local_many_to_many, *generic_relations(model)]
    return {field.name: field for field in fields}


def field_of(model: type[Model], name: str) -> Any | None:
    """The model's field or relation of that name, or None."""
    if name == "pk":
        return model._meta.pk
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Where a look-up path led: the model and field at its end, or the name that nobody knows."""

    model: type[Model]
    field: Any = None
    unknown: str = ""


def walk(model: type[Model], path: str) -> Walk:
    """Follow a `__` path; a name after something that is no relation is unknown too."""
    field: Any = None
    for name in path.split("__"):
        if field is not None:
            if not _leads_on(field):
                return Walk(model=model, unknown=name)
            model = field.related_model
        field = field_of(model, name)
        if field is None:
            return Walk(model=model, unknown=name)
    return Walk(model=model, field=field)


def _leads_on(field: Any) -> bool:
    return bool(field.is_relation) and isinstance(field.related_model, type)


def arrives(start: type[Model], path: str, *, at: type[Model]) -> bool:
    """Whether a path ends on a relation to the model `at`, or is that model's own "pk"."""
    if path == "pk":
        return start._meta.concrete_model is at._meta.concrete_model
    field = walk(start, path).field
    return (
        field is not None
        and _leads_on(field)
        and field.related_model._meta.concrete_model is at._meta.concrete_model
    )


def plain_paths(paths: Iterable[Path]) -> list[str]:
    """The look-up paths that follow foreign keys."""
    return [path for path in paths if not isinstance(path, Linked)]
