"""The stored files of a copy: their names in the rows, their bytes, and what one is recognised by."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from django.db import connection
from django.db.models import FileField

from dsar.contract import compiler
from dsar.engine import parts
from dsar.packages.archive import Member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.contract.declarations import Declaration
    from dsar.engine.redacted import Left


def fields(declaration: Declaration) -> list[FileField]:
    """The file fields whose files the person's copy holds."""
    return [
        found
        for found, treatment in compiler.fields_of(declaration)
        if isinstance(found, FileField) and compiler.is_released(treatment)
    ]


def members(declaration: Declaration, person: object, *, left: Left) -> Iterator[Member]:
    """Every stored file, streamed from its storage; what is left out is not there, or another is in its place."""
    for found in fields(declaration):
        for key, name in _names(declaration, found, person):
            folder = f"files/{declaration.label}/{key}"
            mark = left.of_file(declaration.label, found.name, str(key))
            if mark is not None:
                yield from left.instead(mark, folder=folder)
            elif found.storage.exists(name):
                yield Member(name=f"{folder}/{base(name)}", chunks=_named(declaration, found, name))


def _named(declaration: Declaration, found: FileField, name: str) -> Iterator[bytes]:
    with parts.part(declaration.label):
        yield from chunks(found, name)


def chunks(found: FileField, name: str) -> Iterator[bytes]:
    """A file's bytes."""
    with found.storage.open(name, "rb") as stored:
        yield from stored.chunks()


def known_by(found: FileField, name: str) -> str:
    """A file's name and the digest of its bytes; where the storage no longer has it, of none."""
    digest = hashlib.sha256()
    if name and found.storage.exists(name):
        for chunk in chunks(found, name):
            digest.update(chunk)
    return f"{name}\n{digest.hexdigest()}"


def base(name: str) -> str:
    """A stored name without its folders."""
    return name.rsplit("/", 1)[-1]


def _names(declaration: Declaration, found: FileField, person: object) -> list[tuple[object, str]]:
    where, params = compiler.shown_condition(declaration).bind(person)
    column = compiler.column(declaration, found)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {compiler.key_column(declaration)}, {column} FROM {compiler.table(declaration)}"
            f" WHERE {where} AND {column} <> '' ORDER BY 1",
            params,
        )
        return cast("list[tuple[object, str]]", cursor.fetchall())
