"""Registers of what the privacy policy promises for certain cases: new holders, minors, uses without authorisation."""

from __future__ import annotations

from dsar.declarations import Category, Erase, NotPersonal, Origin, PersonalData, Row
from dsar.privacy.terms import (
    ACCOUNT,
    CHOICE,
    PROCEDURE,
    REQUEST_HANDLING,
    SOMEBODY_ELSES,
    STAFF,
    TECHNICAL,
    kept,
    skeleton,
)
from dsar.registers.anonymous_models import AnonymousSet, AnonymousShare, RelinkTest
from dsar.registers.destination_models import Destination
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.minor_models import MinorReport
from dsar.registers.source_models import SourceNotice
from dsar.registers.transfer_models import Transfer, TransferNotice
from dsar.registry import declare

_OF_NOBODY = NotPersonal(because="It speaks of a data set in which nobody can be found.")


@declare(AnonymousSet, role="staff")
class StaffAnonymousSetPersonalData(PersonalData):
    """Which anonymous data sets a member of staff entered."""

    # The set stays for as long as it is used; only by whom it was entered is forgotten.
    subject, purpose, retention = "entered_by", REQUEST_HANDLING, skeleton("entered_at")
    row = Row.RETAINED
    fields = {
        ("id", "name", "content", "method", "review_on", "retired_at"): _OF_NOBODY,
        "entered_at": PROCEDURE,
        "entered_by": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
    }


@declare(RelinkTest, role="staff")
class StaffRelinkTestPersonalData(PersonalData):
    """Which anonymous data sets a member of staff tested."""

    subject, purpose, retention = "tested_by", REQUEST_HANDLING, kept("tested_at")
    row = Row.RETAINED
    fields = {
        (
            "id",
            "dataset",
            "digest",
            "rows",
            "columns",
            "smallest",
            "linked",
            "weighed",
            "passed",
        ): _OF_NOBODY,
        "tested_at": PROCEDURE,
        "tested_by": ACCOUNT,
    }


@declare(AnonymousShare, role="staff")
class StaffAnonymousSharePersonalData(PersonalData):
    """Which anonymous data sets a member of staff shared."""

    subject, purpose, retention = "shared_by", REQUEST_HANDLING, kept("shared_at")
    row = Row.RETAINED
    fields = {
        ("id", "dataset", "recipient"): _OF_NOBODY,
        "shared_at": PROCEDURE,
        "shared_by": ACCOUNT,
    }


@declare(SourceNotice, role="staff")
class StaffSourceNoticePersonalData(PersonalData):
    """For which records a member of staff noted that people were told."""

    subject, purpose, retention = "entered_by", REQUEST_HANDLING, kept("entered_at")
    row = Row.RETAINED
    fields = {
        "id": TECHNICAL,
        ("declaration", "row", "told_on", "exception", "reason"): NotPersonal(
            because="Which record it was, by its key: the person stands in that record and nowhere here."
        ),
        "entered_at": PROCEDURE,
        "entered_by": ACCOUNT,
    }


@declare(TransferNotice)
class TransferNoticePersonalData(PersonalData):
    """That a person's data got a new holder, by which consent, and which uses they let go on."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("closed_at")
    row = Row.RETAINED
    fields = {
        ("id", "transfer", "consent"): TECHNICAL,
        "subject": ACCOUNT,
        ("attempts", "claimed_at", "mailed_at", "went", "closed_at"): PROCEDURE,
        "renewed": CHOICE,
    }


@declare(Transfer, role="staff")
class StaffTransferPersonalData(PersonalData):
    """Which transfers to a new holder a member of staff entered, confirmed or cancelled."""

    subject, purpose, retention = (
        ("entered_by", "confirmed_by", "cancelled_by"),
        REQUEST_HANDLING,
        # The transfer stays: purposes that nobody renewed stay stopped.
        skeleton("effective_at"),
    )
    row = Row.RETAINED
    fields = {
        (
            "id",
            "kind",
            "holder",
            "country",
            "contact",
            "effective_at",
            "bound",
            "purposes",
            "consent_purpose",
            "says",
            "ended_at",
            "requests_open",
        ): NotPersonal(because="It speaks of a company and of everybody alike."),
        ("entered_at", "confirmed_at", "cancelled_at"): PROCEDURE,
        ("entered_by", "confirmed_by", "cancelled_by"): STAFF,
    }


@declare(Destination, role="staff")
class StaffDestinationPersonalData(PersonalData):
    """Which services that take copies a member of staff approved or withdrew."""

    subject, purpose, retention = (
        ("approved_by", "withdrawn_by"),
        REQUEST_HANDLING,
        # The row stays: what was sent there says where it went.
        skeleton("withdrawn_at"),
    )
    row = Row.RETAINED
    fields = {
        ("id", "recipient", "address"): NotPersonal(because="It speaks of a company."),
        ("approved_at", "withdrawn_at"): PROCEDURE,
        ("approved_by", "withdrawn_by"): STAFF,
    }


@declare(MinorReport)
class MinorReportPersonalData(PersonalData):
    """That a person was reported and found to be a minor, so that their data goes."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("ended_at")
    row, born = Row.RETAINED, "reported_at"
    fields = {
        ("id", "case_reference"): TECHNICAL,
        "subject": ACCOUNT,
        (
            "reported_at",
            "triage_on",
            "target_on",
            "finding",
            "shown",
            "triaged_at",
            "ended_at",
        ): PROCEDURE,
        ("triaged_by", "ended_by"): STAFF,
    }


@declare(MinorReport, role="staff")
class StaffMinorReportPersonalData(PersonalData):
    """Which reports about minors a member of staff looked at; they are about somebody else."""

    subject, purpose, retention = (
        ("triaged_by", "ended_by"),
        REQUEST_HANDLING,
        kept("ended_at"),
    )
    row = Row.RETAINED
    fields = {
        ("id", "case_reference"): TECHNICAL,
        ("triaged_at", "ended_at"): PROCEDURE,
        (
            "subject",
            "reported_at",
            "triage_on",
            "target_on",
            "finding",
            "shown",
        ): SOMEBODY_ELSES,
        ("triaged_by", "ended_by"): STAFF,
    }


@declare(ExemptedUse)
class ExemptedUsePersonalData(PersonalData):
    """What was done with a person's data without their authorisation, by which case, and why."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, kept("used_at")
    row = Row.RETAINED
    concealed = {"secret": True}
    fields = {
        ("id", "disclosure"): TECHNICAL,
        "subject": ACCOUNT,
        ("purpose", "act", "code", "reason", "secret", "used_at"): PROCEDURE,
        "entered_by": STAFF,
    }


@declare(ExemptedUse, role="staff")
class StaffExemptedUsePersonalData(PersonalData):
    """Which uses without authorisation a member of staff entered; they are about somebody else."""

    subject, purpose, retention = "entered_by", REQUEST_HANDLING, kept("used_at")
    row = Row.RETAINED
    fields = {
        ("id", "disclosure"): TECHNICAL,
        "used_at": PROCEDURE,
        ("subject", "purpose", "act", "code", "reason", "secret"): SOMEBODY_ELSES,
        "entered_by": ACCOUNT,
    }
