"""The register of those to whom personal data goes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dsar.keys.models import Key


class RecipientRecord(models.Model):
    """Somebody to whom personal data goes, and what the house keeps about that (GDPR Art. 30(1)(d), (e); R145).

    Name, role, country and safeguard of whom the apps declare follow the declarations; everything else is kept here.
    """

    class Role(models.TextChoices):
        PROCESSOR = "processor", "Processor"
        CONTROLLER = "controller", "Controller"
        AGENT = "agent", "Agent"
        AUTHORITY = "authority", "Authority"
        PUBLIC = "public", "Everybody"

    class Channel(models.TextChoices):
        NONE = "none", "By hand"
        WEBHOOK = "webhook", "Signed webhook"
        MAIL = "mail", "Mail"

    code = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    country = models.CharField(max_length=2, help_text="ISO 3166: SG, DE, GB.")
    safeguard = models.CharField(
        max_length=300, blank=True, help_text="What protects data that leaves Singapore or the EEA."
    )
    contact = models.CharField(max_length=300, blank=True, help_text="Whom to write or to call.")
    contract = models.CharField(max_length=200, blank=True, help_text="Where the contract lies.")
    categories = models.JSONField(default=list)
    """The categories of data that may go there; none named means that nobody decided it yet."""
    breach_hours = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Within how many hours they tell of a breach, by contract."
    )
    assessed_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    """When the assessment is due again."""
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.NONE)
    """How they are told what became of data that they have."""
    address = models.CharField(max_length=500, blank=True)
    key = models.OneToOneField(Key, on_delete=models.PROTECT, null=True, related_name="+")
    secret = models.BinaryField(null=True)
    """What webhooks are signed with, sealed under the key."""
    declared = models.BooleanField(default=False)

    class Meta:
        db_table = "dsar_registers_recipient"
        verbose_name = "recipient"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["processor", "controller", "agent", "authority", "public"]),
                name="dsar_recipient_role_known",
            ),
            models.CheckConstraint(
                condition=Q(channel="none")
                | Q(channel="mail", address__contains="@")
                | Q(channel="webhook", address__startswith="https://", secret__isnull=False),
                name="dsar_recipient_can_be_reached",
            ),
        ]

    def __str__(self) -> str:
        return self.name
