"""A package and each time it was fetched."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from datetime import datetime

_REMOVAL_GRACE = timedelta(minutes=1)
_LATE_WRITER = timedelta(minutes=30)
"""A writer that was thought dead may still write a file for a package that was given up: it is removed once more."""


class Package(models.Model):
    """A sealed archive in storage. The request it answers is known by reference only."""

    class State(models.TextChoices):
        WRITING = "writing", "Being written"
        READY = "ready", "Ready"
        REVOKED = "revoked", "Revoked"
        SHREDDED = "shredded", "Shredded"
        WITHHELD = "withheld", "Withheld"
        """A copy that was refused, whole or in part, and that a law wants kept: nobody opens it (PDPA s 22A)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request_reference = models.UUIDField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WRITING)
    aside = models.BooleanField(default=False, db_default=False)
    """Whether it is to be withheld: it stands beside the package that its person may fetch."""
    name = models.CharField(max_length=200, unique=True)
    """Where the storage keeps it; says nothing about the person."""
    filename = models.CharField(max_length=100)
    key = models.ForeignKey("dsar.Key", on_delete=models.PROTECT, related_name="+")
    sealed_bytes = models.BigIntegerField(default=0)
    archive_bytes = models.BigIntegerField(default=0)
    archive_sha256 = models.CharField(max_length=64, blank=True)
    """Of the archive before encryption: same plan and rows, same digest."""
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    """When the storage had let go of the file; its key was destroyed at `ended_at` already."""

    class Meta:
        db_table = "dsar_packages_package"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["writing", "ready", "revoked", "shredded", "withheld"]
                ),
                name="dsar_package_state_known",
            ),
            models.UniqueConstraint(
                fields=["request_reference", "aside"],
                condition=models.Q(state__in=["writing", "ready"]),
                name="dsar_package_one_of_each",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="dsar_package_expiry"),
            models.Index(
                fields=["request_reference", "created_at"], name="dsar_package_of_request"
            ),
            models.Index(
                fields=["ended_at"],
                condition=models.Q(ended_at__isnull=False, removed_at__isnull=True),
                name="dsar_package_to_remove",
            ),
        ]

    def __str__(self) -> str:
        return f"package {self.pk}"


def left_over(now: datetime) -> models.Q:
    """Ended packages whose file may lie there still: not removed yet, or written again by somebody late."""
    left = models.Q(ended_at__lte=now - _REMOVAL_GRACE, removed_at__isnull=True)
    late = models.Q(
        ready_at__isnull=True,
        ended_at__lte=now - _LATE_WRITER,
        removed_at__lt=models.F("ended_at") + _LATE_WRITER,
    )
    return left | late


class Download(models.Model):
    """One fetch of a package or of a part of it; it counts when the person has the whole archive with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="downloads")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    started_at = models.DateTimeField(auto_now_add=True)
    first_byte = models.BigIntegerField(default=0)
    next_byte = models.BigIntegerField(default=0)
    """The first byte that was not handed over any more."""
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_packages_download"

    def __str__(self) -> str:
        return f"download {self.pk}"
