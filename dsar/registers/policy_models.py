"""The privacy policy's tables: its versions, and who was told of which."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dsar.registers.models import MailedNotice, about_a_person


class PrivacyPolicy(models.Model):
    """One version of the privacy policy. Once published it is never changed: a trigger refuses it (R167).

    The version in force at a moment is the published one that took effect last before it: never more than one.
    """

    version = models.SlugField(max_length=20, unique=True)
    effective_at = models.DateTimeField()
    significant = models.BooleanField(default=False)
    """Whether people are told before it takes effect (R168)."""
    changes = models.JSONField(default=dict)
    """What is new, in plain words: a text by language."""
    texts = models.JSONField(default=dict)
    """By language, then by item; paragraphs are parted by empty lines."""
    digest = models.CharField(max_length=64, blank=True, editable=False)
    """SHA-256 of what was published, as `policies.digest` takes it; empty while it is a draft."""
    written_by = about_a_person()
    written_at = models.DateTimeField(default=timezone.now)
    published_by = about_a_person(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_privacypolicy"
        verbose_name_plural = "privacy policies"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["effective_at"],
                condition=Q(published_at__isnull=False),
                name="dsar_policy_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True, digest="")
                | (Q(published_at__isnull=False, published_by__isnull=False) & ~Q(digest="")),
                name="dsar_policy_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("written_by")),
                name="dsar_policy_published_by_another",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(effective_at__gte=F("published_at")),
                name="dsar_policy_never_backdated",
            ),
        ]

    def __str__(self) -> str:
        return f"privacy policy {self.version}"


class PolicyNotice(MailedNotice):
    """That one person was told of one version, by mail or on a page (R168, R170)."""

    policy = models.ForeignKey(PrivacyPolicy, on_delete=models.PROTECT, related_name="notices")
    subject = about_a_person()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    """When the person said that they have seen it. It is not consent to anything (R169)."""

    class Meta:
        db_table = "dsar_registers_policynotice"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["policy", "subject"], name="dsar_policy_notice_once")
        ]
        indexes = [
            models.Index(
                fields=["policy", "id"],
                condition=Q(mailed_at__isnull=True, acknowledged_at__isnull=True),
                name="dsar_policy_notice_waits",
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
