"""The registers: consents, objections, restrictions, holds, disclosures, incidents, versions of policy and purposes."""

from __future__ import annotations

from dsar.declarations import (
    Category,
    Erase,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Row,
    Secret,
)
from dsar.duties.retention.models import RetentionRun
from dsar.privacy.terms import (
    ACCOUNT,
    ASKED,
    CHOICE,
    OF_PROCESSING,
    PROCEDURE,
    REQUEST_HANDLING,
    SOMEBODY_ELSES,
    STAFF,
    TECHNICAL,
    kept,
    skeleton,
)
from dsar.registers import models as registers
from dsar.registers.incident_models import Incident, IncidentEntry, IncidentNotice
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy
from dsar.registers.purpose_models import Assessment, Signature
from dsar.registry import declare


@declare(registers.Consent)
class ConsentPersonalData(PersonalData):
    """What a person consented to, when and in which words; consent must be provable (GDPR Art. 7(1))."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("withdrawn_at")
    row = Row.RETAINED
    fields = {
        "id": TECHNICAL,
        "subject": ACCOUNT,
        (
            "purpose",
            "given_at",
            "withdrawn_at",
            "wording",
            "policy_version",
            "language",
            "method",
        ): CHOICE,
    }


@declare(registers.ConsentEvent)
class ConsentEventPersonalData(PersonalData):
    """Each time a person consented or withdrew, with the receipt they can fetch (GDPR Art. 7(1))."""

    subject, purpose = "consent__subject", REQUEST_HANDLING
    retention = kept("consent__withdrawn_at")
    row = Row.RETAINED
    fields = {
        ("id", "consent"): TECHNICAL,
        ("kind", "happened_at", "receipt"): CHOICE,
    }


@declare(registers.Objection)
class ObjectionPersonalData(PersonalData):
    """What a person objected to; forgetting an objection would undo it (GDPR Art. 21)."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("lifted_at")
    row = Row.RETAINED
    fields = {
        ("id", "request_reference"): TECHNICAL,
        "subject": ACCOUNT,
        ("purpose", "channel", "signal", "objected_at", "lifted_at"): CHOICE,
    }


@declare(registers.Restriction)
class RestrictionPersonalData(PersonalData):
    """For which purposes a person's data may only be stored (GDPR Art. 18)."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("lifted_at")
    row = Row.RETAINED
    fields = {
        ("id", "request_reference"): TECHNICAL,
        "subject": ACCOUNT,
        ("purpose", "ground", "restricted_at", "review_on", "lifted_at"): CHOICE,
    }


@declare(PolicyNotice)
class PolicyNoticePersonalData(PersonalData):
    """That a person was told of a version of the privacy policy, and said that they have seen it."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("policy__effective_at")
    row = Row.RETAINED
    fields = {
        ("id", "policy"): TECHNICAL,
        "subject": ACCOUNT,
        ("attempts", "claimed_at", "mailed_at"): PROCEDURE,
        "acknowledged_at": ASKED,
    }


@declare(PrivacyPolicy, role="staff")
class StaffPolicyPersonalData(PersonalData):
    """Which versions of the privacy policy a member of staff wrote or published."""

    subject, purpose, retention = (
        ("written_by", "published_by"),
        REQUEST_HANDLING,
        # Versions of the policy stay for good, and by whom: `policies` refuses to change them.
        skeleton("effective_at"),
    )
    row = Row.RETAINED
    fields = {
        (
            "id",
            "version",
            "effective_at",
            "significant",
            "changes",
            "texts",
            "digest",
        ): NotPersonal(because="The policy is about everybody alike, and public."),
        ("written_at", "published_at"): PROCEDURE,
        ("written_by", "published_by"): STAFF,
    }


@declare(Incident)
class IncidentPersonalData(PersonalData):
    """An incident in which an answer of yours went astray; what stays sealed speaks of other people as well."""

    subject = Linked(via="dsar.Case", key="id", to="subject", on="case_reference")
    purpose, retention = REQUEST_HANDLING, kept("closed_at")
    row, born = Row.RETAINED, "opened_at"
    concealed = {"released_at": None}
    fields = {
        ("id", "key", "case_reference"): TECHNICAL,
        (
            "kind",
            "laws",
            "occurred_at",
            "discovered_at",
            "grounds_at",
            "decided",
            "assessed_at",
            "released_at",
            "at_once",
            "opened_at",
            "closed_at",
        ): PROCEDURE,
        ("answers", "letter"): SOMEBODY_ELSES,
    }


@declare(IncidentEntry, role="staff")
class StaffIncidentEntryPersonalData(PersonalData):
    """Which entries of an incident's timeline a member of staff wrote."""

    subject, purpose, retention = "written_by", REQUEST_HANDLING, kept("incident__closed_at")
    row = Row.RETAINED
    fields = {
        ("id", "incident"): TECHNICAL,
        ("kind", "law", "at", "written_at"): PROCEDURE,
        "text": SOMEBODY_ELSES,
        "written_by": ACCOUNT,
    }


@declare(IncidentNotice)
class IncidentNoticePersonalData(PersonalData):
    """That an incident concerned a person, and when they were told. Until they are told it is not shown."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("incident__closed_at")
    row = Row.RETAINED
    concealed = {"mailed_at": None}
    fields = {
        ("id", "incident"): TECHNICAL,
        "subject": ACCOUNT,
        ("attempts", "allowed", "claimed_at", "mailed_at"): PROCEDURE,
        # Of people without account: sealed under the incident's key.
        ("address", "digest"): Secret(category=Category.EMAIL_ADDRESS),
    }


@declare(RetentionRun, role="staff")
class StaffRetentionPersonalData(PersonalData):
    """Which retention runs a member of staff let go on."""

    subject, purpose, retention = "approved_by", REQUEST_HANDLING, kept("ended_at")
    row = Row.RETAINED
    fields = {
        (
            "id",
            "day",
            "state",
            "counted",
            "digest",
            "objections",
            "done",
            "left",
            "begun_at",
            "ended_at",
        ): NotPersonal(because="Counts over everybody."),
        "approved_at": PROCEDURE,
        "approved_by": STAFF,
    }


class _HoldTerms(PersonalData):
    """What both people in a hold share."""

    purpose, retention = REQUEST_HANDLING, kept("released_at")
    row, reviewed = Row.RETAINED, True


@declare(registers.Hold)
class HoldPersonalData(_HoldTerms):
    """Why a person's data must stay for now."""

    subject = "subject"
    concealed = {"hidden": True}
    fields = {
        "id": TECHNICAL,
        "subject": ACCOUNT,
        ("declaration", "row", "ground", "law", "hidden", "placed_at"): PROCEDURE,
        ("review_on", "reviewed_at", "released_at"): PROCEDURE,
        ("placed_by", "reviewed_by", "released_by"): STAFF,
    }


@declare(registers.Hold, role="staff")
class StaffHoldPersonalData(_HoldTerms):
    """Which holds a member of staff placed, reviewed or released; they are about somebody else."""

    subject = ("placed_by", "reviewed_by", "released_by")
    fields = {
        "id": TECHNICAL,
        "placed_at": PROCEDURE,
        ("subject", "declaration", "row", "ground", "law", "hidden"): SOMEBODY_ELSES,
        ("review_on", "reviewed_at", "released_at"): SOMEBODY_ELSES,
        ("placed_by", "reviewed_by", "released_by"): STAFF,
    }


@declare(registers.Disclosure)
class DisclosurePersonalData(PersonalData):
    """What was told to whom about a person, when and why (PDPA s 21(1)(b))."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("disclosed_at")
    row = Row.RETAINED
    concealed = {"secret": True}
    fields = {
        "id": TECHNICAL,
        "subject": ACCOUNT,
        (
            "recipient_code",
            "recipient",
            "purpose",
            "categories",
            "disclosed_at",
            "basis",
            "document",
            "beyond",
            "secret",
        ): PROCEDURE,
    }


@declare(registers.Purpose, role="staff")
class StaffPurposePersonalData(PersonalData):
    """Which purposes a member of staff let be used."""

    # The purpose stays for as long as data is used for it; only by whom it was started is forgotten.
    subject, purpose, retention = "started_by", REQUEST_HANDLING, skeleton("active_from")
    row = Row.RETAINED
    fields = {
        ("code", "label", "basis", "marketing", "said"): OF_PROCESSING,
        ("declared_at", "active_from", "told_in"): OF_PROCESSING,
        "started_by": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
    }


@declare(Assessment, role="staff")
class StaffAssessmentPersonalData(PersonalData):
    """Which assessments of purposes a member of staff wrote."""

    subject, purpose, retention = "written_by", REQUEST_HANDLING, kept("review_on")
    row = Row.RETAINED
    fields = {
        ("id", "purpose", "basis", "review_on"): OF_PROCESSING,
        ("benefit", "necessity", "balance"): OF_PROCESSING,
        "written_at": PROCEDURE,
        "written_by": ACCOUNT,
    }


@declare(Signature, role="staff")
class StaffSignaturePersonalData(PersonalData):
    """Which assessments of purposes a member of staff signed, and in which office."""

    subject, purpose, retention = "signed_by", REQUEST_HANDLING, kept("assessment__review_on")
    row = Row.RETAINED
    fields = {
        ("id", "assessment"): TECHNICAL,
        ("office", "signed_at"): PROCEDURE,
        "signed_by": ACCOUNT,
    }
