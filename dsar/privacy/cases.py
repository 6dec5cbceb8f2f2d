"""Cases and requests: who asked, what for, when it is due, how it was established who they are."""

from __future__ import annotations

from dsar.cases.delays import Extension, Pause, Preserved, Promise, Warned
from dsar.cases.fee_models import Fee
from dsar.cases.identity_models import Claim, Confirmation, Proof, Upload
from dsar.cases.models import Case, Link, Request
from dsar.declarations import Category, Erase, Held, Origin, PersonalData, Row, Secret
from dsar.privacy.terms import (
    ASKED,
    LET_GO,
    OF_WORKERS,
    PROCEDURE,
    REQUEST_HANDLING,
    SOMEBODY_ELSES,
    STAFF,
    TECHNICAL,
    kept,
    opened,
    opened_json,
    skeleton,
)
from dsar.registry import declare


@declare(Case)
class CasePersonalData(PersonalData):
    """A submission: when it came, through which channel, under which laws, and where answers go."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, skeleton("ended_at")
    row, born = Row.RETAINED, "created_at"
    fields = {
        ("id", "key", "continues"): TECHNICAL,
        "reply_channel": ASKED,
        "subject": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
        (
            "reference",
            "regimes",
            "verified_at",
            "verification_method",
            "frozen_at",
            "ended_at",
            "papers_allowed_at",
            "policy_version",
        ): PROCEDURE,
        ("subject_relation", "channel", "language", "received_at"): ASKED,
        "created_at": PROCEDURE,
        "contact": Held(category=Category.EMAIL_ADDRESS, read=opened("contact", case="")),
        "identifiers": Secret(category=Category.IDENTIFIER),
        "address_digest": Secret(to="", category=Category.IDENTIFIER, origin=Origin.DERIVED),
    }


@declare(Claim)
class ClaimPersonalData(PersonalData):
    """Who somebody without log-in said they are, and for whom they asked."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, kept("case__ended_at")
    row, born = Row.RETAINED, "made_at"
    fields = {
        ("id", "case"): TECHNICAL,
        "said": Held(category=Category.COMMUNICATION, read=opened_json("said", case="case")),
        (
            "made_at",
            "confirmed_at",
            "has_permission",
            "authority_accepted_at",
            "authority_kind",
            "person_agreed_at",
            "review_wanted_at",
            "flags",
        ): PROCEDURE,
    }


@declare(Confirmation)
class ConfirmationPersonalData(PersonalData):
    """A mailed question about a case; its answer cannot be given from what is kept."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, kept("case__ended_at")
    row, born = Row.RETAINED, "made_at"
    fields = {
        ("id", "case"): TECHNICAL,
        ("kind", "made_at", "expires_at", "failures", "used_at"): PROCEDURE,
        "digest": Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
    }


@declare(Upload)
class UploadPersonalData(PersonalData):
    """A file that came with a case."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, kept("case__ended_at")
    row, born = Row.RETAINED, "kept_at"
    fields = {
        ("id", "case"): TECHNICAL,
        "name": Held(category=Category.FILE, read=opened("name", case="case")),
        ("kind", "media_type", "size", "kept_at"): PROCEDURE,
        "stored": TECHNICAL,
    }


@declare(Proof)
class ProofPersonalData(PersonalData):
    """How it was established who asked: which facts fitted, never what they were."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, kept("case__ended_at")
    row, born = Row.RETAINED, "tried_at"
    fields = {
        ("id", "case"): TECHNICAL,
        ("method", "facts", "result", "tried_at"): PROCEDURE,
        "doubt": Held(
            category=Category.OPINION, origin=Origin.DERIVED, read=opened("doubt", case="case")
        ),
        "tried_by": STAFF,
    }


@declare(Link)
class LinkPersonalData(PersonalData):
    """A mailed link to a case, for a person without account; neither link nor code can be read from it."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, kept("case__ended_at")
    row, born = Row.RETAINED, "made_at"
    fields = {
        ("id", "case"): TECHNICAL,
        ("made_at", "expires_at", "code_expires_at", "failures", "opened_at"): PROCEDURE,
        ("token_digest", "code_digest"): Secret(
            category=Category.AUTHENTICATION, origin=Origin.DERIVED
        ),
    }


@declare(Request)
class RequestPersonalData(PersonalData):
    """One right that was asked for, its clock, its state and its outcome."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, skeleton("case__ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "case"): TECHNICAL,
        ("right", "scope"): ASKED,
        (
            "round",
            "reopened_at",
            "state",
            "outcome",
            "statutory_due_at",
            "adjusted_due_at",
            "unrolled_due_on",
            "due_at",
            "clocks",
            "was_overdue",
            "days_late",
            "rule_version",
            "not_before",
            "answered_at",
            "closed_at",
            "kept",
            "result",
        ): PROCEDURE,
        ("lease_token", "lease_until", "attempts", "size"): OF_WORKERS,
        "owner": STAFF,
    }


@declare(Request, role="staff")
class StaffRequestPersonalData(PersonalData):
    """Which requests a member of staff looks after."""

    subject, purpose, retention = "owner", REQUEST_HANDLING, skeleton("case__ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "case"): TECHNICAL,
        (
            "right",
            "scope",
            "round",
            "reopened_at",
            "state",
            "outcome",
            "statutory_due_at",
            "adjusted_due_at",
            "unrolled_due_on",
            "due_at",
            "clocks",
            "was_overdue",
            "days_late",
            "rule_version",
            "not_before",
            "answered_at",
            "closed_at",
            "kept",
            "result",
        ): SOMEBODY_ELSES,
        ("lease_token", "lease_until", "attempts", "size"): OF_WORKERS,
        "owner": LET_GO,
    }


class _DelayTerms(PersonalData):
    """What everything has in common that moves a request's date."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = kept("request__case__ended_at"), Row.RETAINED


@declare(Pause)
class PausePersonalData(_DelayTerms):
    """What the person was asked, and when they answered."""

    fields = {
        ("id", "request", "letter"): TECHNICAL,
        ("kind", "asked_at", "answered_at", "affirmed"): PROCEDURE,
        "reason": Held(
            category=Category.COMMUNICATION,
            origin=Origin.DERIVED,
            read=opened("reason", case="request__case"),
        ),
    }


@declare(Fee)
class FeePersonalData(PersonalData):
    """What an answer would cost, whether the person agreed, and where the payment stands in the books."""

    subject, purpose = "pause__request__case__subject", REQUEST_HANDLING
    retention, row = kept("pause__request__case__ended_at"), Row.RETAINED
    fields = {
        "pause": TECHNICAL,
        ("amount", "currency", "accepted_at", "paid_at"): PROCEDURE,
        "payment": Held(
            category=Category.TRANSACTION,
            read=opened("payment", case="pause__request__case"),
        ),
    }


@declare(Extension)
class ExtensionPersonalData(_DelayTerms):
    """That the time for an answer was extended, under which law and on which ground."""

    fields = {
        ("id", "request", "letter"): TECHNICAL,
        ("regime", "ground", "notified_at"): PROCEDURE,
    }


@declare(Promise)
class PromisePersonalData(_DelayTerms):
    """The day by which an answer was promised."""

    fields = {
        ("id", "request", "letter"): TECHNICAL,
        ("until", "notified_at"): PROCEDURE,
    }


@declare(Preserved)
class PreservedPersonalData(_DelayTerms):
    """That a copy which was refused is kept for a while, sealed."""

    retention = kept("ended_at")
    fields = {
        ("id", "request"): TECHNICAL,
        ("until", "owed_at", "copied_at", "ended_at"): PROCEDURE,
    }


@declare(Warned)
class WarnedPersonalData(_DelayTerms):
    """When staff were warned that a date comes near."""

    fields = {
        ("id", "request"): TECHNICAL,
        ("mark", "due_at", "warned_at", "mailed_at"): PROCEDURE,
    }
