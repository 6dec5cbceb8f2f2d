"""Staff as a house has them that does what its policy says: they undertook confidentiality and were trained."""

from __future__ import annotations

from datetime import date
from typing import Any

from dsar.registers.staff_models import StaffRecord


def fit(user: Any) -> Any:
    """Let somebody be given requests, without an entry in the ledger of tests that count entries."""
    StaffRecord.objects.bulk_create(
        StaffRecord(
            member_id=user.pk,
            kind=kind,
            done_on=date(2000, 1, 31),
            valid_until=date(2100, 1, 31),
            evidence="Folder 7",
            entered_by_id=user.pk,
        )
        for kind in StaffRecord.Kind
    )
    return user
