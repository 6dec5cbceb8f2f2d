"""Tables that reach a person in every way there is, and some that reach nobody."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from tests.testapp.fields import ShelvedTextField


class Member(models.Model):
    """A direct foreign key, JSON, a file, a big text and a secret."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="member"
    )
    nickname = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, blank=True, validators=[RegexValidator(r"^[+0-9 ]*\Z")])
    born_on = models.DateField(null=True, blank=True)
    biography = models.TextField(blank=True)
    preferences = models.JSONField(default=dict)
    portrait = models.FileField(upload_to="testapp/portraits", blank=True)
    card_token = models.CharField(max_length=64, unique=True)
    joined_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.nickname


class Tool(models.Model):
    """Nothing about anybody."""

    title = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    def __str__(self) -> str:
        return self.title


class Loan(models.Model):
    """A row that stays and is overwritten: unique column, secret, file, retained amount, identifiers of guests."""

    borrower = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="loans",
    )
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="loans")
    code = models.CharField(max_length=40, unique=True)
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField()
    remarks = models.TextField(blank=True)
    locker_pin = models.CharField(max_length=12, blank=True)
    slip = models.FileField(upload_to="testapp/slips", blank=True)
    deposit = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    lent_at = models.DateTimeField(default=timezone.now)
    tags = GenericRelation("testapp.Tag", related_query_name="loan")

    class Meta:
        indexes = [models.Index(Lower("contact_email"), name="testapp_loan_contact")]

    def __str__(self) -> str:
        return self.code


class LoanLine(models.Model):
    """A nested path, and a row that is retained."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "position"], name="testapp_line_once")
        ]

    def __str__(self) -> str:
        return self.text


class Tag(models.Model):
    """A generic relation."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    text = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="testapp_tag_target")]

    def __str__(self) -> str:
        return self.text


class Message(models.Model):
    """Two paths to a person, and somebody else's field in the row."""

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_sent"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_received"
    )
    text = models.TextField()
    named_friend = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"message {self.pk}"


class Handover(models.Model):
    """Two roles in one row: who gives and who takes; either may leave and the other's part stays."""

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="handovers_given",
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="handovers_taken",
    )
    giver_remark = models.CharField(max_length=200, blank=True)
    taker_remark = models.CharField(max_length=200, blank=True)
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="handovers")
    handed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"handover {self.pk}"


class Device(models.Model):
    """A UUID for a key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices"
    )
    serial = models.CharField(max_length=64, unique=True)
    secret_note = ShelvedTextField(blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.serial


class Visit(models.Model):
    """No foreign key: only a device's serial leads to the person."""

    serial = models.CharField(max_length=64, db_index=True)
    ip = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=300, blank=True)
    visited_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"visit {self.pk}"


class Subscription(models.Model):
    """People without account: only an address leads to them."""

    email = models.EmailField(db_index=True)
    called = models.CharField(max_length=120, blank=True)
    subscribed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class Circle(models.Model):
    """A many-to-many field, whose table is a model too."""

    title = models.CharField(max_length=100)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="circles")

    def __str__(self) -> str:
        return self.title


class Payment(models.Model):
    """A row that is retained as a law demands."""

    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="payments"
    )
    payer_name = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    paid_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"payment {self.pk}"


class Assessment(models.Model):
    """Rows that staff look at before release, and a value that was derived."""

    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assessments"
    )
    opinion = models.TextField()
    score = models.IntegerField(default=0)
    source_name = models.CharField(max_length=120, blank=True)
    assessed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class LegalOpinion(models.Model):
    """Rows that are held and never released."""

    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="legal_opinions",
    )
    advice = models.TextField()
    given_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"legal opinion {self.pk}"


class Report(models.Model):
    """Rows of which some are concealed from the person they are about."""

    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reports"
    )
    authority = models.CharField(max_length=120)
    text = models.TextField()
    secret = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"report {self.pk}"
