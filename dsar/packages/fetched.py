"""How often a package was fetched, and whether it may be once more (R70)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from dsar import conf
from dsar.packages.models import Download, Package
from dsar.packages.vault import PackageUnavailableError

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

_BYTES = Sum(F("next_byte") - F("first_byte"))
"""How many bytes downloads handed over."""


class FetchedOutError(PackageUnavailableError):
    """The package was fetched as often as it may be; a new one can be made."""


def latest_of(request_references: Collection[UUID]) -> QuerySet[Package]:
    """The newest package of each of these requests, with how many of its bytes were handed over in all.

    One that is put aside is none: its person is not to have it.
    """
    handed = (
        Download.objects.filter(package=OuterRef("pk"))
        .order_by()
        .values("package")
        .annotate(bytes=_BYTES)
    )
    return (
        Package.objects.filter(request_reference__in=request_references, aside=False)
        .exclude(state=Package.State.WITHHELD)
        .order_by("request_reference", "-created_at")
        .distinct("request_reference")
        .annotate(handed=Coalesce(Subquery(handed.values("bytes")), 0))
    )


def is_there(package: Any) -> bool:
    """Whether a package of `latest_of` can be fetched now."""
    return (
        package.state == Package.State.READY
        and package.expires_at > timezone.now()
        and not _is_spent(package, package.handed)
    )


def allow(package: Package) -> None:
    """Raise FetchedOutError where it was handed over as often as may be.

    Bytes are counted, not calls: a download that broke off and goes on costs no more than one that did not.
    """
    fetched = Download.objects.filter(package=package)
    handed = fetched.aggregate(bytes=_BYTES)["bytes"] or 0
    if _is_spent(package, handed):
        raise FetchedOutError


def _is_spent(package: Package, handed: int) -> bool:
    return bool(handed >= conf.get("PACKAGE_FETCHES") * package.archive_bytes)
