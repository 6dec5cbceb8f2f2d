"""The registers' tables: what the processing gate and the guards ask."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from dsar.contract.vocabulary import Channel

if TYPE_CHECKING:
    from typing import Any

CHANNELS = [(Channel.EMAIL.value, "E-mail"), (Channel.PHONE.value, "Telephone, text message")]


def about_a_person(**options: Any) -> models.ForeignKey[Any, Any]:
    """A reference to the person that outlives the account: typed like its key, enforced by nobody."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        **options,
    )


class MailedNotice(models.Model):
    """Somebody who is to get one mail, and how far that came."""

    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How often a mail was tried. Tried and not marked as mailed means: it may have left."""
    claimed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Purpose(models.Model):
    """A purpose as the apps declared it, kept so that records can point at it after the code changed."""

    code = models.CharField(max_length=60, primary_key=True)
    label = models.CharField(max_length=200)
    basis = models.CharField(max_length=30)
    marketing = models.BooleanField(default=False)
    said = models.JSONField(default=dict)
    """Everything the declaration says, as it stood at the last deployment."""
    declared_at = models.DateTimeField(null=True, blank=True)
    """When it, or its basis, was first deployed; empty for what was there before this was noted."""
    active_from = models.DateTimeField(null=True, blank=True)
    """From when on data may be used for it; empty while people were not told, or it was not weighed."""
    told_in = models.ForeignKey(
        "dsar.PrivacyPolicy", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """The version of the privacy policy by which people were told; empty for what was there from the start."""
    started_by = about_a_person(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_purpose"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label


class Consent(models.Model):
    """Where one person's consent to one purpose stands now; the ledger keeps how it got there."""

    subject = about_a_person()
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    wording = models.TextField(blank=True)
    policy_version = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, blank=True)
    method = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "dsar_registers_consent"
        constraints = [
            models.UniqueConstraint(fields=["subject", "purpose"], name="dsar_consent_once"),
        ]

    def __str__(self) -> str:
        return f"consent to {self.purpose_id}"


class ConsentEvent(models.Model):
    """One thing that a person said about a consent, with its receipt. Never changed: a trigger refuses it (R106)."""

    class Kind(models.TextChoices):
        GIVEN = "given", "Given"
        RENEWED = "renewed", "Given again"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_at = models.DateTimeField()
    receipt = models.JSONField()

    class Meta:
        db_table = "dsar_registers_consentevent"
        default_permissions = ()
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["given", "renewed", "withdrawn"]),
                name="dsar_consent_event_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"consent event {self.pk}"


class Objection(models.Model):
    """A person's objection (GDPR Art. 21) to one purpose or, without one, to marketing as a whole."""

    subject = about_a_person()
    purpose = models.ForeignKey(
        Purpose, on_delete=models.PROTECT, related_name="objections", null=True, blank=True
    )
    channel = models.CharField(
        max_length=20, choices=CHANNELS, blank=True, db_default="", default=""
    )
    """The one channel that it is about; empty where it is about every one (R113)."""
    request_reference = models.UUIDField(null=True, blank=True)
    signal = models.CharField(max_length=20, blank=True)
    """The automated means by which it was raised (Art. 21(5)); empty where the person said so themselves."""
    objected_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_objection"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "purpose", "channel"],
                condition=models.Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="dsar_objection_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["", *map(str, Channel)]),
                name="dsar_objection_channel_known",
            ),
        ]

    def __str__(self) -> str:
        return f"objection to {self.purpose_id or 'marketing'}"


class Restriction(models.Model):
    """Processing limited to storage (GDPR Art. 18), for one purpose or, without one, for all."""

    class Ground(models.TextChoices):
        ACCURACY_CONTESTED = "accuracy_contested", "Accuracy is contested (Art. 18(1)(a))"
        UNLAWFUL = "unlawful", "Processing is unlawful, deletion is not wished (Art. 18(1)(b))"
        CLAIMS = "claims", "Needed for legal claims (Art. 18(1)(c))"
        OBJECTION_PENDING = "objection_pending", "An objection is being weighed (Art. 18(1)(d))"

    subject = about_a_person()
    purpose = models.ForeignKey(
        Purpose, on_delete=models.PROTECT, related_name="restrictions", null=True, blank=True
    )
    ground = models.CharField(max_length=30, choices=Ground.choices)
    request_reference = models.UUIDField(null=True, blank=True)
    restricted_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField(null=True, blank=True)
    """When somebody looks whether its ground still holds; it never ends by itself (R104)."""
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_restriction"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "purpose"],
                condition=models.Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="dsar_restriction_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ground__in=["accuracy_contested", "unlawful", "claims", "objection_pending"]
                ),
                name="dsar_restriction_ground_known",
            ),
        ]

    def __str__(self) -> str:
        return f"restriction of {self.purpose_id or 'all processing'}"


class Hold(models.Model):
    """A reason for which a person's data must not go, whatever is asked (R155)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = about_a_person()
    declaration = models.CharField(max_length=200, blank=True)
    """The kind of records that must stay, with what belongs to them; empty where it is everything."""
    row = models.CharField(max_length=100, blank=True)
    """The key of the one record of that kind that must stay; empty where it is all of them."""
    ground = models.CharField(max_length=200)
    law = models.CharField(max_length=200)
    hidden = models.BooleanField(default=True)
    """Whether the person must not learn of it."""
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    """When somebody found last that its ground still holds; each time is in the ledger (R156)."""
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "dsar_registers_hold"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(row="") | ~models.Q(declaration=""), name="dsar_hold_of_a_kind"
            )
        ]
        indexes = [
            models.Index(
                fields=["subject"],
                condition=models.Q(released_at__isnull=True),
                name="dsar_hold_open",
            )
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"

    @property
    def covers(self) -> str:
        """What must stay, in words."""
        return f"{self.declaration} {self.row}".strip() or "everything"


class Suppression(models.Model):
    """An address that must not be written to again: only its HMAC, so it may outlive the person's data (R129)."""

    channel = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    scope = models.CharField(max_length=60, default="marketing")
    suppressed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_suppression"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "digest", "scope"], name="dsar_suppression_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} suppressed for {self.scope}"


class NumberCheck(models.Model):
    """When Singapore's Do Not Call Register was last asked about a number, and what it said (PDPA s 43; R128).

    The number is kept as its HMAC, as the suppression list keeps it. A listing is no withdrawal of a consent.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    checked_on = models.DateField()
    listed = models.BooleanField()

    class Meta:
        db_table = "dsar_registers_number_check"
        verbose_name = "check of the Do Not Call Register"
        verbose_name_plural = "checks of the Do Not Call Register"

    def __str__(self) -> str:
        return f"check {self.pk}"


class Disclosure(models.Model):
    """What was told to whom about a person, when and why (PDPA s 21(1)(b); R59)."""

    subject = about_a_person()
    recipient_code = models.CharField(max_length=60)
    recipient = models.CharField(max_length=200)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="disclosures")
    categories = models.JSONField(default=list)
    disclosed_at = models.DateTimeField(default=timezone.now)
    basis = models.CharField(max_length=200)
    document = models.CharField(max_length=200, blank=True)
    """The authorisation or legal document, where something is made public (R150)."""
    beyond = models.JSONField(default=list)
    """Categories that the recipient is not to get by the register (R148)."""
    secret = models.BooleanField(default=False)
    """Never told to the person (PDPA s 21(4))."""

    class Meta:
        db_table = "dsar_registers_disclosure"
        indexes = [models.Index(fields=["subject", "disclosed_at"], name="dsar_disclosure_when")]

    def __str__(self) -> str:
        return f"disclosure to {self.recipient_code}"
