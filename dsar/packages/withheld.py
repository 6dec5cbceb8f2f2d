"""Packages that nobody is to open: kept because a law says so, and shredded when its days are over (PDPA s 22A)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import vault
from dsar.packages.models import Package
from dsar.packages.vault import PackageUnavailableError

if TYPE_CHECKING:
    from uuid import UUID

    from dsar.packages.archive import Written

OVER = "withheld_over"
"""Why it was shredded, in the ledger; the person, who never had it, is not told of it."""


def keep(package: Package, written: Written) -> None:
    """Withhold a written package, in the caller's transaction; it is decrypted once to nowhere before.

    Raises PackageDamagedError, and PackageUnavailableError if it was ended meanwhile.
    """
    measured = {
        "archive_bytes": written.archive_bytes,
        "sealed_bytes": written.sealed_bytes,
        "archive_sha256": written.sha256,
        "manifest_sha256": written.manifest_sha256,
    }
    for name, value in measured.items():
        setattr(package, name, value)
    vault.verify(package)
    with effect("package.withhold"), transaction.atomic(savepoint=False):
        living = Package.objects.filter(pk=package.pk, state=Package.State.WRITING)
        if not living.update(state=Package.State.WITHHELD, **measured):
            raise PackageUnavailableError
        log.append(
            Tag.PACKAGE_WITHHELD,
            request=package.request_reference,
            package=str(package.pk),
            sealed_bytes=written.sealed_bytes,
        )


def shred(request_reference: UUID) -> int:
    """Shred what was withheld of a request; how many packages."""
    kept = Package.objects.filter(request_reference=request_reference, state=Package.State.WITHHELD)
    return sum(vault.shred(package, because=OVER) for package in kept.select_related("key"))
