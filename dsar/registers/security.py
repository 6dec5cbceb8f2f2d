"""What the record of processing says of the measures of security: written by an officer, every wording kept (R187)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.people import key_of
from dsar.registers.security_models import SecurityDescription

if TYPE_CHECKING:
    from dsar.registers.people import Person


def current() -> SecurityDescription | None:
    """The wording that counts; None where nobody has written one."""
    return SecurityDescription.objects.filter(ended_at__isnull=True).first()


def describe(text: str, *, by: Person) -> SecurityDescription:
    """Write a new wording; the ledger holds the digests of the old and the new one."""
    with effect("security.describe"), transaction.atomic():
        before = current()
        SecurityDescription.objects.filter(ended_at__isnull=True).update(ended_at=Now())
        written = SecurityDescription.objects.create(text=text, written_by_id=key_of(by))
        log.append(
            Tag.SECURITY_DESCRIBED,
            wording=written.pk,
            before=_digest(before.text) if before else "",
            after=_digest(text),
        )
    return written


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
