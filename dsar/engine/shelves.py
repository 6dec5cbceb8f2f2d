"""Search every storage that file fields put files in: all that lies there, whether a row still knows it or not.

Sealed packages are left out: they lie in a storage of their own, and their text is gone with their key.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import structlog
from django.apps import apps
from django.core.files.storage import storages
from django.db.models import FileField

from dsar.contract import compiler
from dsar.engine import filetext, matching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.core.files.storage import Storage
    from django.db.models import Model

    from dsar.engine.matching import Matcher
    from dsar.engine.searching import Match

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A storage and the fields whose files lie in it."""

    storage: Storage
    fields: tuple[FileField, ...]

    @property
    def label(self) -> str:
        """The first field's, for what belongs to no row."""
        return label_of(self.fields[0])


def label_of(field: FileField) -> str:
    """`app_label.Model.field`."""
    return f"{field.model._meta.label}.{field.name}"


def all_shelves() -> list[Shelf]:
    """Every storage of a file field, once."""
    found: list[tuple[Storage, list[FileField]]] = []
    for field in _file_fields():
        known = next((fields for storage, fields in found if storage == field.storage), None)
        if known is None:
            found.append((field.storage, [field]))
        else:
            known.append(field)
    return [Shelf(storage=storage, fields=tuple(fields)) for storage, fields in found]


def _file_fields() -> Iterator[FileField]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField) and model._meta.managed and not model._meta.proxy:
                yield field


def search(shelf: Shelf, matcher: Matcher) -> dict[str, frozenset[UUID]]:
    """By file: the deletions whose person it names, in its name or its text."""
    found = {}
    for name in _names(shelf):
        if requests := _named(shelf, name, matcher):
            found[name] = requests
    return found


def _names(shelf: Shelf) -> Iterator[str]:
    elsewhere = {root for one in _others(shelf) if (root := _root(one))}
    try:
        yield from _below(shelf.storage, "", elsewhere)
    except NotImplementedError:
        # A storage that cannot tell what it holds; what rows know of is looked at.
        for field in shelf.fields:
            rows = field.model._base_manager.exclude(**{field.name: ""})
            yield from rows.values_list(field.name, flat=True).iterator()


def _others(shelf: Shelf) -> list[Storage]:
    """Storages that may lie inside this one and are looked at by themselves, or hold sealed files only."""
    named = [storages[alias] for alias in storages.backends if alias != "staticfiles"]
    return [
        one
        for one in (*named, *(field.storage for field in _file_fields()))
        if one != shelf.storage
    ]


def _root(storage: Storage, folder: str = "") -> str:
    """Where a folder lies, for storages that are folders themselves."""
    try:
        return str(PurePath(storage.path(folder)))
    except NotImplementedError:
        return ""


def _below(storage: Storage, folder: str, elsewhere: set[str]) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in files)
    for name in folders:
        if _root(storage, f"{prefix}{name}") not in elsewhere:
            yield from _below(storage, f"{prefix}{name}", elsewhere)


def _named(shelf: Shelf, name: str, matcher: Matcher) -> frozenset[UUID]:
    found = set(_in(name.encode(errors="replace"), matcher))
    try:
        with shelf.storage.open(name) as file:
            for window in filetext.windows(file, overlap=max(4 * matcher.longest, 4096)):
                found |= _in(window, matcher)
    except FileNotFoundError:
        return frozenset()
    except filetext.UnreadableError:
        logger.warning("file_not_read", field=shelf.label)
    return frozenset(found)


def _in(text: bytes, matcher: Matcher) -> set[UUID]:
    found: set[UUID] = set()
    for _, requests in matcher.find(matching.fold(text)):
        found |= requests
    return found


def rows_of(
    shelf: Shelf, files: dict[str, frozenset[UUID]]
) -> tuple[dict[type[Model], dict[str, list[Match]]], dict[str, frozenset[UUID]]]:
    """The rows that these files belong to, as hits of their models; and the files that belong to none."""
    hits: dict[type[Model], dict[str, list[Match]]] = {}
    owned: set[str] = set()
    for field in shelf.fields:
        found = hits.setdefault(field.model, defaultdict(list))
        rows: Any = field.model._base_manager.filter(**{f"{field.name}__in": list(files)})
        for key, name in rows.values_list("pk", field.name):
            found[str(key)].append((compiler.column_name(field), files[name]))
            owned.add(name)
    return hits, {name: requests for name, requests in files.items() if name not in owned}
