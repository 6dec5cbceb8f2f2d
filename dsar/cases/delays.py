"""What moves a request's dates: questions to the requester, notices of more time, and holidays known better."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dsar.cases.models import Letter, Request


class Pause(models.Model):
    """One question to the requester. Whether its days are left out is for each attached law to say (R50)."""

    class Kind(models.TextChoices):
        CLARIFICATION = "clarification", "Clarification"
        IDENTITY = "identity", "Identity"
        FEE = "fee", "Fee"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="pauses")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.BinaryField()
    """The doubt, or else the question; sealed under the case key."""
    affirmed = models.BooleanField(default=False)
    """Whether staff wrote down the doubt, or the condition on which guidance lets the clock wait (R26)."""
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "dsar_cases_pause"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["clarification", "identity", "fee"]),
                name="dsar_pause_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True)
                | models.Q(answered_at__gte=models.F("asked_at")),
                name="dsar_pause_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=models.Q(answered_at__isnull=True),
                name="dsar_pause_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.request_id}"


class Extension(models.Model):
    """A longer period under one law, told in time, with its ground; once a request and law (R38, R39)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="extensions")
    regime = models.CharField(max_length=12)
    ground = models.CharField(max_length=60)
    notified_at = models.DateTimeField()
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "dsar_cases_extension"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "regime"], name="dsar_extended_once")
        ]

    def __str__(self) -> str:
        return f"{self.regime} of {self.request_id}"


class Promise(models.Model):
    """The day by which an answer was promised, where a law lets such a notice move the date (R40)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="promises")
    until = models.DateField()
    notified_at = models.DateTimeField()
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "dsar_cases_promise"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "until"], name="dsar_promised_once")
        ]

    def __str__(self) -> str:
        return f"{self.until} for {self.request_id}"


class Holiday(models.Model):
    """A day that staff know better than the library: free, or worked after all. The last word on a day counts (R53)."""

    country = models.CharField(max_length=2)
    part = models.CharField(max_length=3, blank=True)
    day = models.DateField()
    free = models.BooleanField(default=True)
    name = models.CharField(max_length=120)
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_cases_holiday"
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [models.Index(fields=["country", "part", "day"], name="dsar_holiday_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day} {self.country}"


class Warned(models.Model):
    """That a date came near, or passed: once for each mark and date (R51)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="warnings")
    mark = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    """The strict date that it was about; another date is warned of anew."""
    warned_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_cases_warned"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "mark", "due_at"], name="dsar_warned_once"),
            models.CheckConstraint(
                condition=models.Q(mark__in=["half", "three_quarters", "three_days", "due"]),
                name="dsar_warning_mark_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["warned_at"],
                condition=models.Q(mailed_at__isnull=True),
                name="dsar_warning_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mark} of {self.request_id}"


class Preserved(models.Model):
    """A copy that was refused, whole or in part, and stays until a day: sealed, readable by nobody (PDPA s 22A)."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="preserved")
    until = models.DateField()
    """The last day on which it must be there."""
    owed_at = models.DateTimeField(default=timezone.now)
    copied_at = models.DateTimeField(null=True, blank=True)
    """When the copy was put aside; until then the rows themselves must stay."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_cases_preserved"
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["until"],
                condition=models.Q(ended_at__isnull=True),
                name="dsar_preserved_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"copy of {self.request_id} until {self.until}"
