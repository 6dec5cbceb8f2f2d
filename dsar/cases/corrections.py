"""The changes a correction asks for, sealed: neither the old nor the new value stands anywhere in the clear (R84)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from dsar.cases.correction_models import Correction
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.cases.asked import Proposal
    from dsar.cases.models import Case, Request
    from dsar.keys.models import Key


@dataclass(frozen=True, kw_only=True)
class Change:
    """A proposed change as JSON values."""

    old: Any
    new: Any


def propose(request: Request, proposals: Sequence[Proposal]) -> list[Correction]:
    """Keep what is proposed, sealed under the case key."""
    key = request.case.key
    rows = [
        Correction(
            request=request,
            declaration=proposal.declaration,
            row=proposal.row,
            field=proposal.field,
            old=_seal(key, proposal.old),
            new=_seal(key, proposal.new),
        )
        for proposal in proposals
    ]
    return Correction.objects.bulk_create(rows) if rows else []


def proposed(case: Case) -> list[tuple[str, str, str, Any]]:
    """What a case asks to be corrected already: kind of record, row, field and the new value."""
    found = Correction.objects.filter(request__case=case).select_related("request__case__key")
    return [(one.declaration, one.row, one.field, read(one).new) for one in found]


def read(correction: Correction) -> Change:
    """The old and the new value; raises KeyDestroyedError when the case content is gone."""
    key = correction.request.case.key
    old, new = (json.loads(box.unseal(key, sealed)) for sealed in (correction.old, correction.new))
    return Change(old=old, new=new)


def _seal(key: Key, value: Any) -> bytes:
    return box.seal(key, json.dumps(value, cls=DjangoJSONEncoder).encode())
