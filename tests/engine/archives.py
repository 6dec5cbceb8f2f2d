"""Open what a person receives."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from dsar.packages import vault
from dsar.packages.models import Package

if TYPE_CHECKING:
    from dsar.cases.models import Request

csv.field_size_limit(1 << 24)


def opened(request: Request) -> zipfile.ZipFile:
    """The archive of a request's package, decrypted; attempts that were given up are not it."""
    package = Package.objects.get(request_reference=request.pk, state=Package.State.READY)
    return zipfile.ZipFile(io.BytesIO(b"".join(vault.open_(package))))


def rows(archive: zipfile.ZipFile) -> dict[str, list[dict[str, Any]]]:
    """The rows of data.json by declaration."""
    data = json.loads(archive.read("data.json"))
    return {table["declaration"]: table["rows"] for table in data["tables"]}


def cells(archive: zipfile.ZipFile, declaration: str) -> list[dict[str, str]]:
    """The rows of one declaration's CSV."""
    text = archive.read(f"csv/{declaration.replace(':', '-')}.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def everything(archive: zipfile.ZipFile) -> str:
    """All members as one text."""
    return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
