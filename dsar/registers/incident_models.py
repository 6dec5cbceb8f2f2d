"""The register of incidents: what happened, its timeline, and who of the people affected was told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.keys.models import Key
from dsar.registers.models import MailedNotice, about_a_person


class Incident(models.Model):
    """Personal data was lost, changed, or seen by somebody who should not (GDPR Art. 33(5), R161)."""

    class Kind(models.TextChoices):
        MISDELIVERED = "misdelivered", "Sent to the wrong person"
        DISCLOSED = "disclosed", "Seen or taken by others"
        LOST = "lost", "Lost or destroyed"
        ALTERED = "altered", "Changed without right"
        UNAVAILABLE = "unavailable", "Not to be reached"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.OneToOneField(Key, on_delete=models.PROTECT, related_name="+")
    """Seals every text of the incident, and the addresses of people without account."""
    laws = models.JSONField(default=list)
    occurred_at = models.DateTimeField(null=True, blank=True)
    """When it happened, as far as that is known."""
    discovered_at = models.DateTimeField()
    """When the organisation became aware of it."""
    grounds_at = models.DateTimeField()
    """When there were credible grounds to believe that it is a breach."""
    answers = models.JSONField(null=True, blank=True)
    """What was answered to the questions of the assessment, as `law.incidents.Answers`."""
    decided = models.JSONField(default=dict)
    """By law: whether the authority and whether people are to be told."""
    assessed_at = models.DateTimeField(null=True, blank=True)
    """When it was decided who is to be told: the assessment's end."""
    case_reference = models.UUIDField(null=True, blank=True)
    """The case of which an answer went astray; a reference, since cases stand above the registers."""
    letter = models.BinaryField(null=True, blank=True)
    """What people are told, in each language, as sealed JSON."""
    released_at = models.DateTimeField(null=True, blank=True)
    """When somebody let the letters go."""
    at_once = models.BooleanField(default=False)
    """Whether they go before the authority is told, where every law lets them."""
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_incident"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["misdelivered", "disclosed", "lost", "altered", "unavailable"]
                ),
                name="dsar_incident_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(letter__isnull=False),
                name="dsar_incident_released_with_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"Incident {self.pk}"


class IncidentEntry(models.Model):
    """One thing that was found out or done. Never changed, never deleted: a trigger refuses it."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        NOTED = "noted", "Noted"
        CONTAINED = "contained", "Contained"
        ASSESSED = "assessed", "Assessed"
        DECIDED = "decided", "Decided"
        AUTHORITY_TOLD = "authority_told", "Authority told"
        PEOPLE_FOUND = "people_found", "People found"
        LETTER_WRITTEN = "letter_written", "Letter written"
        LETTERS_RELEASED = "letters_released", "Letters released"
        LETTERS_SENT = "letters_sent", "Letters sent"
        CLOSED = "closed", "Closed"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    law = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    """When it happened; `written_at` is when that was written down."""
    written_at = models.DateTimeField(default=timezone.now)
    written_by = about_a_person(null=True, blank=True)
    text = models.BinaryField()
    """Sealed under the incident's key."""

    class Meta:
        db_table = "dsar_registers_incident_entry"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "opened",
                        "noted",
                        "contained",
                        "assessed",
                        "decided",
                        "authority_told",
                        "people_found",
                        "letter_written",
                        "letters_released",
                        "letters_sent",
                        "closed",
                    ]
                ),
                name="dsar_incident_entry_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of incident {self.incident_id}"


class IncidentNotice(MailedNotice):
    """One person whom an incident concerns, by account or by an address alone, and whether their letter left."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    subject = about_a_person(null=True, blank=True)
    address = models.BinaryField(null=True, blank=True)
    """Of somebody without account: sealed under the incident's key."""
    digest = models.CharField(max_length=64, blank=True)
    """The address's HMAC under the incident's key, so that nobody stands here twice."""
    allowed = models.PositiveSmallIntegerField(default=1, db_default=1)
    """How often it may be tried: once more each time that somebody says so."""

    class Meta:
        db_table = "dsar_registers_incident_notice"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "subject"],
                condition=Q(subject__isnull=False),
                name="dsar_incident_account_once",
            ),
            models.UniqueConstraint(
                fields=["incident", "digest"],
                condition=~Q(digest=""),
                name="dsar_incident_address_once",
            ),
            models.CheckConstraint(
                condition=Q(subject__isnull=False, address__isnull=True, digest="")
                | (Q(subject__isnull=True, address__isnull=False) & ~Q(digest="")),
                name="dsar_incident_account_or_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["incident", "id"],
                condition=Q(mailed_at__isnull=True),
                name="dsar_incident_notice_waits",
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
