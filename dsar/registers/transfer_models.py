"""Transfers of data to a new holder, and who was told of which."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.registers.models import Consent, MailedNotice, Purpose, about_a_person


class Transfer(models.Model):
    """That somebody else becomes the holder of data: with the business, or of those who agreed (R149)."""

    class Kind(models.TextChoices):
        BUSINESS = "business", "The business, or a part of it"
        CONSENT = "consent", "The data of people who agreed to it"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    holder = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    contact = models.CharField(max_length=300)
    """How people reach the new holder."""
    effective_at = models.DateTimeField()
    bound = models.BooleanField()
    """Whether the new holder is bound by the privacy policy; if not, people are asked anew."""
    purposes = models.JSONField(default=list)
    """The codes of the purposes that go over."""
    consent_purpose = models.ForeignKey(
        Purpose, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """The consent on which data goes, where it goes by consent."""
    says = models.JSONField(default=dict)
    """What people are told, in plain words: a text by language."""
    entered_by = about_a_person()
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = about_a_person(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = about_a_person(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was written down who went over; the day itself is `effective_at`."""
    requests_open = models.PositiveIntegerField(null=True, blank=True)
    """How many requests the new holder took over unanswered."""

    class Meta:
        db_table = "dsar_registers_transfer"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="business", consent_purpose__isnull=True)
                | Q(kind="consent", consent_purpose__isnull=False, bound=True),
                name="dsar_transfer_by_consent_names_it",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="dsar_transfer_confirmed_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(confirmed_at__isnull=False, cancelled_at__isnull=True),
                name="dsar_transfer_ends_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"transfer to {self.holder}"


class TransferNotice(MailedNotice):
    """That a transfer concerns one person: whether they were told, and what they let go on."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="notices")
    subject = about_a_person()
    consent = models.ForeignKey(
        Consent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The consent by which this person's data goes, where it goes by consent."""
    renewed = models.JSONField(default=list, db_default=[])
    """The codes of the purposes that the person let the new holder go on with."""
    went = models.BooleanField(null=True, blank=True)
    """Whether the person's data went over; unknown until the day."""
    closed_at = models.DateTimeField(null=True, blank=True)
    """Since when nothing of the person's waits for an answer; open rows are what the gate asks."""

    class Meta:
        db_table = "dsar_registers_transfernotice"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "transfer"], name="dsar_transfer_notice_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["transfer", "id"],
                condition=Q(mailed_at__isnull=True),
                name="dsar_transfer_notice_waits",
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
