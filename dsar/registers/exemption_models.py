"""The register of what was done without authorisation, or although it was restricted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.registers.models import Disclosure, Purpose, about_a_person


class ExemptedUse(models.Model):
    """That a person's data was used or transferred without their authorisation, by which case and why (R116).

    Or that it was used although it was restricted (R100).
    """

    class Act(models.TextChoices):
        USE = "use", "Collected or used"
        TRANSFER = "transfer", "Transferred"
        RESTRICTED = "restricted", "Used although it was restricted"

    subject = about_a_person()
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=10, choices=Act.choices)
    code = models.CharField(max_length=40)
    """A case of dsar/law/exemptions.json; of what was restricted, one of `law.restricted.Despite`."""
    reason = models.CharField(max_length=1000)
    """Why it holds here."""
    disclosure = models.OneToOneField(
        Disclosure, on_delete=models.SET_NULL, null=True, blank=True, related_name="exemption"
    )
    secret = models.BooleanField(default=False)
    """Never told to the person (PDPA s 21(4))."""
    entered_by = about_a_person(null=True, blank=True)
    """The member of staff; nobody where an app did it."""
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_exempteduse"
        default_permissions = ()
        verbose_name = "use without authorisation"
        verbose_name_plural = "uses without authorisation"
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=["use", "transfer", "restricted"]),
                name="dsar_exempted_use_act_known",
            ),
            models.CheckConstraint(
                condition=~Q(code="") & Q(reason__regex=r"\S"),
                name="dsar_exempted_use_has_code_and_reason",
            ),
        ]
        indexes = [models.Index(fields=["subject", "used_at"], name="dsar_exempted_use_when")]

    def __str__(self) -> str:
        return f"{self.act} by {self.code}"
