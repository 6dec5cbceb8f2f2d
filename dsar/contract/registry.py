"""What every installed app declared: filled from each app's privacy.py, asked by everything else."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from inspect import cleandoc
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

from dsar.contract.declarations import Declaration, PersonalData, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db.models import Model

    from dsar.contract.declarations import Path, Purpose


@dataclass(kw_only=True)
class Registry:
    """Declarations by model and role, models that hold nothing, and purposes by code."""

    declarations: dict[tuple[type[Model], str], Declaration] = field(default_factory=dict)
    nothing: dict[type[Model], str] = field(default_factory=dict)
    purposes: dict[str, Purpose] = field(default_factory=dict)
    twice: list[tuple[type[Model], str]] = field(default_factory=list)
    conflicting: set[str] = field(default_factory=set)
    """Codes under which two different purposes were registered."""

    def of(self, model: type[Model]) -> list[Declaration]:
        """Every declaration of a model, in the order they were made."""
        return [found for (owner, _), found in self.declarations.items() if owner is model]

    def all(self) -> list[Declaration]:
        """Every declaration, by label, so that a plan's order never depends on import order."""
        return sorted(self.declarations.values(), key=lambda found: found.label)

    def get(self, label: str) -> Declaration:
        """The declaration with this label; raises KeyError."""
        for found in self.declarations.values():
            if found.label == label:
                return found
        raise KeyError(label)


_registry = Registry()


def current() -> Registry:
    """The registry in force."""
    return _registry


def declare(
    model: type[Model], *, role: str = ""
) -> Callable[[type[PersonalData]], type[PersonalData]]:
    """Register the decorated class as what `model` holds about a person.

    A model in which several people stand (a buyer and the person a report is about) is declared once a `role`.
    A second declaration of the same model and role is kept out and reported by the system check.
    """

    def register(said: type[PersonalData]) -> type[PersonalData]:
        if (model, role) in _registry.declarations or model in _registry.nothing:
            _registry.twice.append((model, role))
            return said
        _registry.declarations[model, role] = _bind(model, role=role, said=said)
        register_purpose(said.purpose)
        return said

    return register


def holds_nothing(model: type[Model], *, because: str) -> None:
    """Say that a model holds nothing about anybody, and why."""
    if _registry.of(model) or model in _registry.nothing:
        _registry.twice.append((model, ""))
        return
    _registry.nothing[model] = because


def register_purpose(purpose: Purpose) -> Purpose:
    """Make a purpose known, also one that no declaration names (a campaign, a personalised search)."""
    if _registry.purposes.setdefault(purpose.code, purpose) != purpose:
        _registry.conflicting.add(purpose.code)
    return purpose


def autodiscover() -> None:
    """Import every installed app's privacy.py, and the project's own beside its settings."""
    autodiscover_modules("privacy")
    project, _, _ = (settings.SETTINGS_MODULE or "").rpartition(".")
    if project and find_spec(f"{project}.privacy") is not None:
        import_module(f"{project}.privacy")


@contextmanager
def replaced() -> Iterator[Registry]:
    """Put an empty registry in place for the length of a block (tests)."""
    saved = Registry(**vars(_registry))
    _registry.__dict__.update(vars(Registry()))
    try:
        yield _registry
    finally:
        _registry.__dict__.update(vars(saved))


def _bind(model: type[Model], *, role: str, said: type[PersonalData]) -> Declaration:
    for name in ("subject", "purpose", "retention", "fields"):
        if not hasattr(said, name):
            message = f"The declaration {said.__qualname__} of {model._meta.label} says no {name}."
            raise ImproperlyConfigured(message)
    if said.disclosed_to is not None and said.concealed:
        message = (
            f"The declaration {said.__qualname__} would tell who received rows that it conceals."
        )
        raise ImproperlyConfigured(message)
    fields, twice = _spread(said.fields)
    return Declaration(
        model=model,
        role=role,
        describe=cleandoc(said.__doc__ or ""),
        subject=_paths(said.subject),
        identifiers=said.identifiers,
        told_apart_by=said.told_apart_by,
        facts=dict(said.facts),
        purpose=said.purpose,
        retention=said.retention,
        row=said.row,
        born=said.born,
        reviewed=said.reviewed,
        released=said.released,
        concealed=said.concealed,
        disclosed_to=said.disclosed_to,
        fields=fields,
        twice=twice,
    )


def _paths(subject: Path | tuple[Path, ...]) -> tuple[Path, ...]:
    return subject if isinstance(subject, tuple) else (subject,)


def _spread(
    said: Mapping[str | tuple[str, ...], Treatment],
) -> tuple[dict[str, Treatment], tuple[str, ...]]:
    """One treatment a name; names that were given two are returned apart."""
    fields: dict[str, Treatment] = {}
    twice: list[str] = []
    for key, treatment in said.items():
        for name in (key,) if isinstance(key, str) else key:
            if name in fields:
                twice.append(name)
            fields.setdefault(name, treatment)
    return fields, tuple(twice)
