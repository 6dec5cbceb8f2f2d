"""A case is one submission; it holds a request per right, each with its own clock, decision and outcome."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from dsar.cases.states import ObjectionScope, Outcome, Right, State
from dsar.registers.models import about_a_person

_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def new_reference() -> str:
    """A public reference that says nothing about the person and cannot be guessed in sequence (R7)."""
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"DSR-{timezone.now():%Y}-{tail}"


def _choices(values: type[Right | State | Outcome | ObjectionScope]) -> list[tuple[str, str]]:
    return [(value.value, value.value.replace("_", " ")) for value in values]


def _one_of(name: str, values: type[Right | State | Outcome | ObjectionScope]) -> models.Q:
    return models.Q(**{f"{name}__in": [value.value for value in values]})


class Case(models.Model):
    """One submission: who asked, about whom, through which channel, under which laws.

    It outlives the account it speaks of, so the person is a reference that nothing enforces.
    """

    class Channel(models.TextChoices):
        PORTAL = "portal", "Portal"
        API = "api", "API"
        EMAIL = "email", "E-mail"
        POST = "post", "Post"
        PHONE = "phone", "Phone"
        IN_PERSON = "in_person", "In person"
        AUTHORITY = "authority", "Authority"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    subject = about_a_person(null=True, blank=True)
    subject_relation = models.CharField(max_length=30, default="customer")
    channel = models.CharField(max_length=16, choices=Channel.choices, default=Channel.PORTAL)
    regimes = models.JSONField(default=list)
    language = models.CharField(max_length=10, default="en")
    received_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verification_method = models.CharField(max_length=40, blank=True)
    papers_allowed_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.CharField(max_length=40, blank=True, db_default="")
    """The privacy policy that was in force when it was received (R170); empty where there was none."""
    reply_channel = models.CharField(max_length=10, default="email")
    """Whether letters go by `email` or by `post`; `contact` holds the address of the one or the other (R15)."""
    continues = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    """The case that was closed and is taken up again, with its day of receipt."""
    ended_at = models.DateTimeField(null=True, blank=True)
    """When the last of what was asked in it had ended; its content is kept so long from then. `ending` notes it."""
    frozen_at = models.DateTimeField(null=True, blank=True)
    """When somebody at an earlier address said that it was not they who asked; nothing moves on meanwhile."""
    identifiers = models.BinaryField(null=True, blank=True)
    """What was verified of a person without account, sealed; `subject` is empty then (R28)."""
    address_digest = models.CharField(max_length=64, blank=True)
    """Keyed HMAC of the address it was filed with, so that filings from one address are seen together."""
    key = models.OneToOneField("dsar.Key", on_delete=models.PROTECT, related_name="+")
    contact = models.BinaryField()
    """The address answers go to, sealed under the case key: it must work when the account is gone."""

    class Meta:
        db_table = "dsar_cases_case"
        # Nobody files, changes or deletes a case by hand (R8): the modules of this room do.
        default_permissions = ("view",)
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["subject", "-received_at"], name="dsar_case_subject"),
            models.Index(fields=["-received_at"], name="dsar_case_received"),
            models.Index(
                fields=["address_digest", "-received_at"],
                condition=~models.Q(address_digest=""),
                name="dsar_case_address",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Request(models.Model):
    """One right asked for in a case. Only `lifecycle` writes its state; only the engine its size and lease."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    right = models.CharField(max_length=30, choices=_choices(Right))
    scope = models.JSONField(default=dict)
    """What exactly is asked, by right: `{"purposes": [...]}`, `{"objection": "marketing"}`, `{"ground": ...}`;
    never personal data (a correction's values stand sealed in Correction)."""
    state = models.CharField(max_length=30, choices=_choices(State), default=State.SUBMITTED)
    outcome = models.CharField(max_length=30, choices=_choices(Outcome), blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    reopened_at = models.DateTimeField(null=True, blank=True)
    """When a complaint opened again what an earlier round had ended; this round's clock begins then."""
    statutory_due_at = models.DateTimeField()
    """The strict date: by the law's text alone, under the law that is first (R2, R43)."""
    adjusted_due_at = models.DateTimeField(null=True, blank=True)
    """The same with the pauses that guidance allows; shown, and nothing depends on it."""
    unrolled_due_on = models.DateField(null=True, blank=True)
    """The strict date before it moved off a day on which it may not end (R37)."""
    due_at = models.DateTimeField()
    """The date the house works to; it orders the queue."""
    clocks = models.JSONField(
        default=list, db_default=models.Value([], output_field=models.JSONField())
    )
    """The dates under each law: `deadlines` writes and explains them."""
    was_overdue = models.BooleanField(default=False, db_default=False)
    days_late = models.PositiveIntegerField(default=0, db_default=0)
    """Never taken back; a trigger sees to that (R52)."""
    rule_version = models.CharField(max_length=200, blank=True)
    """The edition of each regime's rules on the day of receipt (R3): `EU:2018-05-25 SG:2021-02-01`."""
    not_before = models.DateTimeField(null=True, blank=True)
    """The end of a waiting period; execution does not start earlier."""
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The member of staff who looks after it."""

    lease_token = models.BigIntegerField(default=0)
    """Grows by one with every claim; a step of an older claim does nothing (fencing)."""
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    """How many rows its plan counted: of those due on one day the smallest is carried out first."""
    kept = models.JSONField(
        default=dict, db_default=models.Value({}, output_field=models.JSONField())
    )
    """Kinds of records that the decision on a deletion leaves, with the ground under each law."""
    result = models.JSONField(default=dict)
    """What was done in counts, by declaration; no personal data."""

    class Meta:
        db_table = "dsar_cases_request"
        ordering = ["due_at"]
        default_permissions = ("view",)
        permissions = [
            ("take_in_request", "Can enter what arrives, and see nothing of it afterwards"),
            ("handle_request", "Can triage, verify and answer requests"),
            ("decide_request", "Can decide requests"),
            ("approve_request", "Can give the second signature"),
            ("audit_request", "Can read and export the evidence of requests"),
            ("watch_system", "Can see how the system stands"),
            ("appoint_deputies", "Can say who stands in for whom"),
        ]
        constraints = [
            models.CheckConstraint(condition=_one_of("state", State), name="dsar_state_known"),
            models.CheckConstraint(condition=_one_of("right", Right), name="dsar_right_known"),
            models.CheckConstraint(
                condition=models.Q(state=State.CLOSED.value) & _one_of("outcome", Outcome)
                | ~models.Q(state=State.CLOSED.value) & models.Q(outcome=""),
                name="dsar_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CLOSED.value)
                | models.Q(answered_at__isnull=False)
                | models.Q(outcome__in=["spam", "duplicate"]),
                name="dsar_closed_was_answered",
            ),
            models.UniqueConstraint(
                fields=["case", "right", "scope", "round"], name="dsar_right_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "size", "id"],
                condition=models.Q(state__in=["approved", "executing"]),
                name="dsar_request_queue",
            ),
            models.Index(fields=["state", "due_at"], name="dsar_request_state"),
            # The work list: what is open, and everything, by due date, from whatever row on.
            models.Index(
                fields=["due_at", "id"],
                condition=~models.Q(state="closed"),
                name="dsar_request_open",
            ),
            models.Index(fields=["due_at", "id"], name="dsar_request_due"),
            models.Index(
                fields=["closed_at"],
                condition=models.Q(state="closed"),
                name="dsar_request_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.right}"


class Decision(models.Model):
    """What was decided on a request, by whom, and who gave the second signature where one is needed."""

    class Verdict(models.TextChoices):
        GRANTED = "granted", "Granted"
        GRANTED_IN_PART = "granted_in_part", "Granted in part"
        REFUSED = "refused", "Refused"

    class Review(models.TextChoices):
        """What became of a decision by machine when a human looked at it."""

        UPHELD = "upheld", "It stands"
        CHANGED = "changed", "It was changed"
        WITHDRAWN = "withdrawn", "It was withdrawn"

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    grounds = models.JSONField(default=dict)
    """Refusal ground per regime: `{"SG": "legal_claims"}`."""
    reason = models.BinaryField(null=True, blank=True)
    """Free text, sealed under the case key."""
    balancing = models.BinaryField(null=True, blank=True)
    """How the person's interests were weighed, in words for the person; sealed under the case key."""
    derived_from = models.BinaryField(null=True, blank=True)
    """What refused values were worked out from, in words for the person; sealed under the case key (R80)."""
    human_review = models.CharField(
        max_length=20, choices=Review.choices, blank=True, db_default=""
    )
    """What the second look at a decision by machine found (GDPR Art. 22(3)); empty where none was contested."""
    review_reason = models.BinaryField(null=True, blank=True)
    """Why, in words for the person; sealed under the case key."""
    view_considered = models.BooleanField(default=False, db_default=False)
    """Whether the person's own view was considered in it."""
    automatic = models.BooleanField(default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    """SHA-256 of the plan that was shown when it was decided."""

    class Meta:
        db_table = "dsar_cases_decision"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | models.Q(decided_by__isnull=True)
                | ~models.Q(approved_by=models.F("decided_by")),
                name="dsar_decider_is_not_approver",
            ),
            models.CheckConstraint(
                condition=models.Q(human_review="", view_considered=False)
                | models.Q(
                    human_review__in=["upheld", "changed", "withdrawn"],
                    view_considered=True,
                    automatic=False,
                ),
                name="dsar_human_review_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.request_id}"


class Note(models.Model):
    """What staff wrote about a case; sealed. Legal advice is privileged and never released."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        LEGAL_ADVICE = "legal_advice", "Legal advice"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.NOTE)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)
    text = models.BinaryField()

    class Meta:
        db_table = "dsar_cases_note"

    def __str__(self) -> str:
        return f"{self.kind} on {self.case_id}"


class Letter(models.Model):
    """An answer or notice to the requester. Sending it is the event that stops the clock (R49)."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Receipt"
        ANSWER = "answer", "Answer"
        REFUSAL = "refusal", "Refusal"
        WITHDRAWN = "withdrawn", "Withdrawn"
        IDENTITY = "identity", "Identity asked"
        CLARIFICATION = "clarification", "Clarification asked"
        EXTENSION = "extension", "Extension"
        INTERIM = "interim", "Interim notice"
        FEE = "fee", "Fee"
        LIFTING = "lifting", "Lifting of a restriction"
        FORWARDED = "forwarded", "Forwarded"
        NOT_VERIFIED = "not_verified", "Not verified"
        BREACH = "breach", "Breach"
        COMPLAINT_RECEIVED = "complaint_received", "Complaint received"
        COMPLAINT_OUTCOME = "complaint_outcome", "Outcome of a complaint"
        SENT_ON = "sent_on", "Sent to another service, or not"
        ENQUIRY_RECEIVED = "enquiry_received", "Enquiry received"
        ENQUIRY_ANSWER = "enquiry_answer", "Answer to an enquiry"

    ANSWERS = frozenset(
        {Kind.ANSWER, Kind.REFUSAL, Kind.WITHDRAWN, Kind.FORWARDED, Kind.NOT_VERIFIED}
    )
    """The kinds that answer a request and stop its clock."""

    ONCE = ANSWERS | {Kind.RECEIPT}
    """The kinds of which there is one; every other may be written again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="letters", null=True, blank=True
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    number = models.PositiveSmallIntegerField(default=1)
    """Counts the letters of a kind that may be written more than once."""
    template = models.CharField(max_length=10, default="1")
    """The version of words and layout it was written with, so that it reads the same later."""
    content = models.BinaryField()
    """The letter's data as JSON, sealed under the case key."""
    written_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    """When the notice without content went out, or the letter itself by post; it stands in the portal as well."""
    mail_attempts = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "dsar_cases_letter"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "request", "kind", "number"],
                nulls_distinct=False,
                name="dsar_letter_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["written_at"],
                condition=models.Q(mailed_at__isnull=True),
                name="dsar_letter_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class Link(models.Model):
    """A mailed way to one case for a person without account: the link finds it, a code mailed apart opens it.

    Neither stands here in a usable form (R28).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    token_digest = models.BinaryField(max_length=32, unique=True)
    """SHA-256 of the token, which is long and random."""
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    code_digest = models.CharField(max_length=64, blank=True)
    """HMAC of the code under the case key, because a code is short enough to guess; empty once used."""
    code_expires_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_cases_link"
        default_permissions = ()

    def __str__(self) -> str:
        return f"link to {self.case_id}"
