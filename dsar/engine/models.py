"""A plan, its steps, and the heartbeat of whoever carries it out."""

from __future__ import annotations

from django.db import models

from dsar.cases.models import Request


class Plan(models.Model):
    """What a request will do, as it was when it was approved; execution follows this, not the code's new mind."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="plan")
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    planned_at = models.DateTimeField(auto_now=True)
    counted = models.JSONField(
        default=dict, db_default=models.Value({}, output_field=models.JSONField())
    )
    """Of a request for a copy: how many records of each kind there were when it was filed."""
    looked_at = models.DateTimeField(null=True, blank=True)
    gone = models.JSONField(
        default=dict, db_default=models.Value({}, output_field=models.JSONField())
    )
    """How many of them went since, by kind, with nothing of ours that explains it."""
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_engine_plan"
        indexes = [
            models.Index(
                fields=["gone_at"],
                condition=models.Q(gone_at__isnull=False),
                name="dsar_plan_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"plan of {self.request_id}"


class Step(models.Model):
    """One action of a plan that is done once: rows of one declaration, a file effect, a package, a check."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        INTENDED = "intended", "Intended"
        DONE = "done", "Done"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveIntegerField()
    action = models.CharField(max_length=30)
    declaration = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    expected = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    cursor = models.JSONField(default=dict)
    hidden = models.BooleanField(default=False)
    """Whether its kind of data may hold what the person must never learn of: that there is such a step tells."""
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_engine_step"
        ordering = ["request", "position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="dsar_step_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "intended", "done"]),
                name="dsar_step_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.action} {self.declaration}"


class Heartbeat(models.Model):
    """When the holder of a lease was last alive, in the database's time.

    Its own row, so that a beat never waits for a step that holds the request's row.
    """

    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="heartbeat")
    token = models.BigIntegerField()
    beat_at = models.DateTimeField()
    percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How far work had come whose steps end all at once: of a copy, how much of it was read."""

    class Meta:
        db_table = "dsar_engine_heartbeat"

    def __str__(self) -> str:
        return f"heartbeat of {self.request_id}"


class Sweep(models.Model):
    """A search through everything that has not come to its end: whoever goes on begins where it stands.

    There is one while deletions wait for its verdicts, and none after.
    """

    begun_at = models.DateTimeField()
    requests = models.JSONField()
    """The deletions that it searches for."""
    searched = models.JSONField(default=list)
    """The places that are done, by name."""
    found = models.JSONField(default=dict)
    """What was found in them, by deletion: how many rows in which place are explained, and how many are not."""

    class Meta:
        db_table = "dsar_engine_sweep"

    def __str__(self) -> str:
        return f"sweep {self.pk}"


class Removal(models.Model):
    """A stored file that a deletion has promised to remove: written with the deletion, gone when the file is."""

    request_reference = models.UUIDField()
    field = models.CharField(max_length=160)
    """`app_label.Model.field`, which says which storage."""
    name = models.TextField()

    class Meta:
        db_table = "dsar_engine_removal"
        constraints = [
            models.UniqueConstraint(
                fields=["request_reference", "field", "name"], name="dsar_removal_once"
            )
        ]

    def __str__(self) -> str:
        return f"removal {self.pk}"
