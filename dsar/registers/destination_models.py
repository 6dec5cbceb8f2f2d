"""The register of services to which people may have their copy sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.registers.models import about_a_person
from dsar.registers.recipient_models import RecipientRecord


class Destination(models.Model):
    """An address at a service to which a portable copy may go (GDPR Art. 20(2), R119).

    A row is never changed but to withdraw it: another address is another row, so that whoever chose a service gets what
    they saw.
    """

    recipient = models.ForeignKey(
        RecipientRecord, on_delete=models.PROTECT, related_name="destinations"
    )
    address = models.CharField(max_length=500)
    approved_by = about_a_person()
    approved_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = about_a_person(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_destination"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"],
                condition=Q(withdrawn_at__isnull=True),
                name="dsar_destination_open_once",
            ),
            models.CheckConstraint(
                condition=Q(address__startswith="https://"), name="dsar_destination_is_https"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="dsar_destination_withdrawn_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} at {self.host}"

    @property
    def host(self) -> str:
        """The name by which people know it; the rest of the address may be the service's secret."""
        return urlsplit(self.address).hostname or ""

    @property
    def service(self) -> str:
        """What people are told where something goes."""
        return f"{self.recipient.name} ({self.host})"
