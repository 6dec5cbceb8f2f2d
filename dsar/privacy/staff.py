"""What is kept of staff as staff: what they undertook and learnt, and what they signed for."""

from __future__ import annotations

from dsar.cases.deputy_models import Deputyship
from dsar.cases.handling_models import HandlingRule
from dsar.declarations import Category, Held, Origin, PersonalData, Row
from dsar.privacy.terms import (
    ACCOUNT,
    OF_PROCESSING,
    PROCEDURE,
    REQUEST_HANDLING,
    STAFF,
    TECHNICAL,
    kept,
)
from dsar.registers.security_models import SecurityDescription
from dsar.registers.staff_models import HouseReview, StaffRecord
from dsar.registry import declare


class _RecordTerms(PersonalData):
    """What both people in a record share."""

    purpose, retention = REQUEST_HANDLING, kept("valid_until")
    row = Row.RETAINED


@declare(StaffRecord)
class StaffRecordPersonalData(_RecordTerms):
    """What you undertook as staff, and what you were trained in."""

    subject = "member"
    fields = {
        "id": TECHNICAL,
        "member": ACCOUNT,
        ("kind", "done_on", "valid_until", "evidence"): Held(
            category=Category.LEGAL, origin=Origin.OBSERVED
        ),
        ("entered_at", "ended_at"): PROCEDURE,
        "entered_by": STAFF,
    }


@declare(StaffRecord, role="officer")
class OfficerRecordPersonalData(_RecordTerms):
    """Which records of colleagues an officer entered."""

    subject = "entered_by"
    fields = {
        "id": TECHNICAL,
        "member": STAFF,
        ("kind", "done_on", "valid_until", "evidence", "entered_at", "ended_at"): PROCEDURE,
        "entered_by": ACCOUNT,
    }


@declare(HouseReview, role="staff")
class HouseReviewPersonalData(PersonalData):
    """Which reviews of access, security and retention a member of staff signed."""

    subject, purpose, retention = "signed_by", REQUEST_HANDLING, kept("signed_at")
    row = Row.RETAINED
    fields = {
        "id": TECHNICAL,
        ("kind", "findings", "signed_at", "next_on", "covered"): PROCEDURE,
        "signed_by": ACCOUNT,
    }


@declare(SecurityDescription, role="staff")
class SecurityDescriptionPersonalData(PersonalData):
    """Which wordings of the measures of security a member of staff wrote."""

    subject, purpose, retention = "written_by", REQUEST_HANDLING, kept("ended_at")
    row = Row.RETAINED
    fields = {
        "id": TECHNICAL,
        "text": OF_PROCESSING,
        ("written_at", "ended_at"): PROCEDURE,
        "written_by": ACCOUNT,
    }


_WHEN = ("role", "first_on", "last_on", "appointed_at", "ended_at")


class _DeputyTerms(PersonalData):
    """What everybody in a deputyship shares."""

    purpose, retention = REQUEST_HANDLING, kept("last_on")
    row = Row.RETAINED


@declare(Deputyship, role="absent")
class AbsentDeputyshipPersonalData(_DeputyTerms):
    """When you were away from a role at the privacy desk."""

    subject = "absent"
    fields = {
        "id": TECHNICAL,
        _WHEN: PROCEDURE,
        "absent": ACCOUNT,
        ("deputy", "appointed_by"): STAFF,
    }


@declare(Deputyship, role="deputy")
class DeputyDeputyshipPersonalData(_DeputyTerms):
    """When you stood in for somebody at the privacy desk."""

    subject = "deputy"
    fields = {
        "id": TECHNICAL,
        _WHEN: PROCEDURE,
        "deputy": ACCOUNT,
        ("absent", "appointed_by"): STAFF,
    }


@declare(Deputyship, role="officer")
class OfficerDeputyshipPersonalData(_DeputyTerms):
    """Which deputies you appointed."""

    subject = "appointed_by"
    fields = {
        "id": TECHNICAL,
        _WHEN: PROCEDURE,
        "appointed_by": ACCOUNT,
        ("absent", "deputy"): STAFF,
    }


@declare(HandlingRule, role="staff")
class HandlingRulePersonalData(PersonalData):
    """Which words you said on who decides requests."""

    subject, purpose, retention = "entered_by", REQUEST_HANDLING, kept("ended_at")
    row = Row.RETAINED
    fields = {
        "id": TECHNICAL,
        ("variant", "handling", "reason", "entered_at", "ended_at"): PROCEDURE,
        "entered_by": ACCOUNT,
    }
