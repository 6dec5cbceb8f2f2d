"""Tables about who a requester is: what they say of themselves, mailed questions, and evidence without values."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dsar.cases.models import Case


class Claim(models.Model):
    """Who somebody without log-in says they are, and for whom they ask; all of it sealed until it is proved."""

    class Relation(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        FORMER_CUSTOMER = "former_customer", "Former customer"
        REPORT_SUBJECT = "report_subject", "Named in a report"
        NAMED_BY_USER = "named_by_user", "Named by another user"
        ENQUIRER = "enquirer", "Somebody who asked us something"
        GUARDIAN = "guardian", "Parent or guardian"
        AGENT = "agent", "Authorised agent"
        REPRESENTATIVE = "representative", "Legal representative"
        MINOR_REPORT = "minor_report", "Somebody who reports a minor's data"
        DECEASED = "deceased", "Relative or representative of somebody who has died"
        COMPANY = "company", "A company, about somebody who works for it"

    FOR_OTHERS = frozenset(
        {
            Relation.GUARDIAN,
            Relation.AGENT,
            Relation.REPRESENTATIVE,
            Relation.MINOR_REPORT,
            Relation.DECEASED,
            Relation.COMPANY,
        }
    )
    NOBODY_NAMED = "nobody_named"
    """The flag of a company's filing that names no person: companies have no rights (GDPR recital 14)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="claim")
    said = models.BinaryField()
    """Name, address, facts, text and the person they ask for, as JSON under the case key."""
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    """When whoever reads the mailbox pressed the button."""
    has_permission = models.BooleanField(default=False)
    """A signed permission came with it; it suffices for opt-outs (R34)."""
    authority_accepted_at = models.DateTimeField(null=True, blank=True)
    authority_kind = models.CharField(max_length=30, blank=True)
    person_agreed_at = models.DateTimeField(null=True, blank=True)
    """When the person confirmed, at an address we knew before, that somebody may ask for them."""
    review_wanted_at = models.DateTimeField(null=True, blank=True)
    flags = models.JSONField(default=list)
    """Words that say why staff should look: `shared_address`, `nobody_named`; never why a machine refused."""

    class Meta:
        db_table = "dsar_cases_claim"
        default_permissions = ()

    def __str__(self) -> str:
        return f"claim of {self.case_id}"


class Confirmation(models.Model):
    """A mailed question that one press of a button answers: single use, short life, only a digest kept (R28)."""

    class Kind(models.TextChoices):
        ADDRESS = "address", "Is this your address?"
        EARLIER_ADDRESS = "earlier_address", "Was it you who asked?"
        AUTHORITY = "authority", "May they ask for you?"
        NOT_ME = "not_me", "It was not me"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="confirmations")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    digest = models.BinaryField(max_length=32)
    """SHA-256 of the secret, which is long and random."""
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_cases_confirmation"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["address", "earlier_address", "authority", "not_me"]),
                name="dsar_confirmation_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class Upload(models.Model):
    """A file that came with a case, sealed in the storage; copies of papers only where allowed, and briefly."""

    class Kind(models.TextChoices):
        FILE = "file", "File"
        PAPERS = "papers", "Copy of papers"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.FILE)
    name = models.BinaryField()
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    stored = models.CharField(max_length=100)
    """Its name in the storage `uploads`, which says nothing."""
    stored_in: ClassVar = {"stored": "uploads"}
    """No file field: what lies there is sealed, and no sweep need read it. It goes with its row all the same."""
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_cases_upload"
        default_permissions = ()

    def __str__(self) -> str:
        return f"upload of {self.case_id}"


class Proof(models.Model):
    """One attempt to establish identity: how, which facts fitted by name, with what result, by whom and when (R33)."""

    class Result(models.TextChoices):
        PASSED = "passed", "Passed"
        NOT_ENOUGH = "not_enough", "Not enough"
        DOUBTED = "doubted", "Doubted"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proofs")
    method = models.CharField(max_length=40)
    facts = models.JSONField(default=list)
    """Names of what was compared and fitted; never a value."""
    result = models.CharField(max_length=20, choices=Result.choices)
    doubt = models.BinaryField(null=True, blank=True)
    """Why staff doubt, sealed under the case key (R26)."""
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    tried_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_cases_proof"
        default_permissions = ()
        ordering = ["tried_at"]

    def __str__(self) -> str:
        return f"{self.method} {self.result}"
