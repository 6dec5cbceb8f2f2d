"""A purpose is used from its start on: not before people were told of it, nor before it was weighed where the law asks.

What waits, waits at the gate: `permitted` is False for everybody (R115, R200).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import purposes
from dsar.registers.models import Purpose
from dsar.registers.purpose_models import Assessment, Signature

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.registers.policy_models import PrivacyPolicy

SIGNATURES = len(Signature.Office)


class StartError(Exception):
    """The purpose cannot be used yet."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why or self.__doc__)


class SignedTwiceError(StartError):
    """Three people of three offices sign: this office or this person has signed already."""


def assess(  # noqa: PLR0913 - each is a part of the assessment.
    purpose: Purpose,
    *,
    by: AbstractBaseUser,
    benefit: str,
    necessity: str,
    balance: str,
    review_on: date,
) -> Assessment:
    """Write an assessment of the purpose as it is declared now; it counts once three people signed it."""
    with effect("purpose.assess"), transaction.atomic():
        written = Assessment.objects.create(
            purpose=purpose,
            basis=purpose.basis,
            benefit=benefit,
            necessity=necessity,
            balance=balance,
            review_on=review_on,
            written_by_id=by.pk,
        )
        log.append(Tag.PURPOSE_ASSESSED, purpose=purpose.pk, assessment=written.pk)
    return written


def sign(assessment: Assessment, *, by: AbstractBaseUser, office: str) -> Signature:
    """Put one of three names under an assessment; raises SignedTwiceError."""
    with effect("purpose.sign"):
        try:
            with transaction.atomic():
                signed = Signature.objects.create(
                    assessment=assessment, office=office, signed_by_id=by.pk
                )
                log.append(
                    Tag.PURPOSE_SIGNED,
                    purpose=assessment.purpose_id,
                    assessment=assessment.pk,
                    office=office,
                )
        except IntegrityError as error:
            raise SignedTwiceError from error
    return signed


def start(purpose: Purpose, *, by: AbstractBaseUser, told_in: PrivacyPolicy) -> Purpose:
    """Let a purpose be used, once the policy that names it applies; raises StartError while something is missing."""
    with effect("purpose.start"), transaction.atomic():
        found = Purpose.objects.select_for_update().get(pk=purpose.pk)
        if missing := lacking(found, told_in=told_in):
            raise StartError(" ".join(missing))
        found.active_from = max(timezone.now(), told_in.effective_at)
        found.told_in, found.started_by_id = told_in, by.pk
        found.save(update_fields=["active_from", "told_in", "started_by"])
        log.append(
            Tag.PURPOSE_STARTED,
            purpose=found.pk,
            policy=told_in.version,
            day=timezone.localdate(found.active_from).isoformat(),
        )
    return found


def lacking(purpose: Purpose, *, told_in: PrivacyPolicy | None) -> list[str]:
    """What keeps the purpose from its start, in sentences."""
    if purpose.active_from is not None:
        return ["It has its start already."]
    try:
        said = purposes.declared(purpose.pk)
    except purposes.UnknownPurposeError as error:
        return [str(error)]
    missing = []
    if purposes.is_forbidden(said):
        missing.append("Marketing may not rest on this basis in Singapore (PDPA s 15A(3)).")
    if purposes.needs_assessment(said) and not is_assessed(purpose):
        missing.append(
            f"An assessment with {SIGNATURES} signatures, not due for review, is missing."
        )
    if told_in is None or told_in.published_at is None:
        missing.append("People are told of it in a published version of the privacy policy.")
    elif purpose.declared_at and told_in.published_at < purpose.declared_at:
        missing.append("That version of the privacy policy is older than the purpose.")
    return missing


def is_assessed(purpose: Purpose) -> bool:
    """Whether an assessment of this very basis bears all signatures and is not overdue for review."""
    return any(
        one.signatures.count() == SIGNATURES
        for one in Assessment.objects.filter(
            purpose=purpose, basis=purpose.basis, review_on__gte=timezone.localdate()
        )
    )


def waiting() -> Any:
    """The purposes that are declared and not used yet."""
    return Purpose.objects.filter(active_from__isnull=True)
