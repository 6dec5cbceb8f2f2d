"""The heads of data.json: of the file, and of each kind of record in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from dsar.engine import sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsar.cases.models import Request
    from dsar.engine.annotating import Noted
    from dsar.engine.sources import Source

_FORMAT = "dsar-data/1"


def of_file(request: Request, *, kind: str, at: datetime) -> bytes:
    """How data.json begins: what it answers, and of which moment it is."""
    head = {
        "format": _FORMAT,
        "reference": request.case.reference,
        "right": kind,
        "snapshot_at": at.isoformat(),
    }
    return json.dumps(head, indent=1).encode()[:-2] + b',\n "tables": ['


def of_table(
    source: Source,
    noted: Sequence[Noted],
    redactions: dict[str, dict[str, Any]],
    *,
    since: datetime | None,
) -> bytes:
    """How one kind of record begins in it: how many there are, what is withheld, noted and left out."""
    head: dict[str, Any] = {
        "declaration": source.label,
        "title": str(source.declaration.model._meta.verbose_name_plural),
        "purpose": source.declaration.purpose.code,
        "count": source.count,
        "withheld": sources.withheld(source.declaration),
        "annotations": [one.said for one in noted],
        "restricted_since": since,
    }
    if redactions:
        head["redacted"] = redactions
    return json.dumps(head, cls=DjangoJSONEncoder).encode()[:-1] + b', "rows": [\n'
