"""What dsar itself holds about people: their requests, what they said, and what was done about it."""

from __future__ import annotations

import json
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from dsar.api.models import Reply
from dsar.audit.models import Export
from dsar.cases.complaint_models import Complaint
from dsar.cases.delays import Extension, Holiday, Pause, Preserved, Promise, Warned
from dsar.cases.identity_models import Claim, Confirmation, Proof, Upload
from dsar.cases.message_models import Attachment, Message
from dsar.cases.models import (
    Case,
    Correction,
    Decision,
    Letter,
    Link,
    Note,
    Request,
)
from dsar.cases.recipient_models import RecipientTask
from dsar.declarations import (
    Category,
    Erase,
    Held,
    LegalBasis,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Purpose,
    Retention,
    Row,
    Secret,
    Whose,
)
from dsar.dispatch.models import Wake
from dsar.duties.retention.models import RetentionRun
from dsar.engine.models import Heartbeat, Plan, Removal, Step
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger.models import Checkpoint, Entry, Leaf, Node, Placement, Unsealed
from dsar.packages.models import Download, Package
from dsar.registers import models as registers
from dsar.registers.incident_models import Incident, IncidentEntry, IncidentNotice
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy
from dsar.registers.purpose_models import Assessment, Signature
from dsar.registers.recipient_models import RecipientRecord
from dsar.registry import declare, holds_nothing
from dsar.tally.models import Count

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST_HANDLING: Final = Purpose(
    code="request_handling",
    label="Answering requests about personal data and proving that they were answered",
    basis=LegalBasis.LEGAL_OBLIGATION,
    pdpa="s 13(b) read with ss 12, 21 and 22: required by written law",
    dpv="RightsFulfilment",
)

_KEPT_LAW: Final = "GDPR Art. 5(2) and 17(3)(b), (e); Limitation Act 1959 (Singapore) s 6"
_TECHNICAL: Final = NotPersonal(because="A technical key that the rows are joined by.")
_PROCEDURE: Final = Held(category=Category.LEGAL, origin=Origin.DERIVED)
_ASKED: Final = Held(category=Category.LEGAL, origin=Origin.PROVIDED)
_ACCOUNT: Final = Held(category=Category.ACCOUNT, origin=Origin.OBSERVED)
_STAFF: Final = Held(category=Category.ACCOUNT, origin=Origin.OBSERVED, whose=Whose.SOMEBODY_ELSE)
_LET_GO: Final = Erase(
    to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED, whose=Whose.SOMEBODY_ELSE
)
_SOMEBODY_ELSES: Final = Held(
    category=Category.LEGAL, origin=Origin.DERIVED, whose=Whose.SOMEBODY_ELSE
)
_OF_WORKERS: Final = NotPersonal(
    because="They say who carries the request out and how long it may take, not whom it is about."
)
_OF_PROCESSING: Final = NotPersonal(
    because="It says what is done with data, for everybody alike, and not whom it is about."
)
_CHOICE: Final = Held(category=Category.PRIVACY_PREFERENCE, origin=Origin.PROVIDED)


def _kept(after: str) -> Retention:
    """Three years after a trigger: longer than every regime's demand for records of requests (R45)."""
    return Retention(after=after, years=3, law=_KEPT_LAW)


def _skeleton(after: str) -> Retention:
    """The same; then the row stays as a skeleton: what was asked, when, and how it ended, and nobody's (R158)."""
    return Retention(after=after, years=3, law=_KEPT_LAW, then=Row.OVERWRITTEN)


def _opened(name: str, *, case: str) -> Callable[[Any], object]:
    """Read a text that is sealed under its case's key; a destroyed key leaves nothing to read."""

    def read(row: Any) -> str | None:
        sealed = getattr(row, name)
        owner = reduce(getattr, case.split("__"), row) if case else row
        try:
            return None if sealed is None else box.unseal(owner.key, sealed).decode()
        except box.KeyDestroyedError:
            return None

    return read


def _opened_json(name: str, *, case: str) -> Callable[[Any], object]:
    """Read a JSON value that is sealed under its case's key."""
    text = _opened(name, case=case)

    def read(row: Any) -> object:
        said = text(row)
        return json.loads(said) if isinstance(said, str) else None

    return read


@declare(Case)
class CasePersonalData(PersonalData):
    """A submission: when it came, through which channel, under which laws, and where answers go."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _skeleton("ended_at")
    row, born = Row.RETAINED, "created_at"
    fields = {
        ("id", "key", "continues"): _TECHNICAL,
        "reply_channel": _ASKED,
        "subject": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
        (
            "reference",
            "regimes",
            "verified_at",
            "verification_method",
            "frozen_at",
            "ended_at",
            "papers_allowed_at",
        ): _PROCEDURE,
        ("subject_relation", "channel", "language", "received_at"): _ASKED,
        "created_at": _PROCEDURE,
        "contact": Held(category=Category.EMAIL_ADDRESS, read=_opened("contact", case="")),
        "identifiers": Secret(category=Category.IDENTIFIER),
        "address_digest": Secret(to="", category=Category.IDENTIFIER, origin=Origin.DERIVED),
    }


@declare(Claim)
class ClaimPersonalData(PersonalData):
    """Who somebody without log-in said they are, and for whom they asked."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _kept("case__ended_at")
    row, born = Row.RETAINED, "made_at"
    fields = {
        ("id", "case"): _TECHNICAL,
        "said": Held(category=Category.COMMUNICATION, read=_opened_json("said", case="case")),
        (
            "made_at",
            "confirmed_at",
            "has_permission",
            "authority_accepted_at",
            "authority_kind",
            "person_agreed_at",
            "review_wanted_at",
            "flags",
        ): _PROCEDURE,
    }


@declare(Confirmation)
class ConfirmationPersonalData(PersonalData):
    """A mailed question about a case; its answer cannot be given from what is kept."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _kept("case__ended_at")
    row, born = Row.RETAINED, "made_at"
    fields = {
        ("id", "case"): _TECHNICAL,
        ("kind", "made_at", "expires_at", "failures", "used_at"): _PROCEDURE,
        "digest": Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
    }


@declare(Upload)
class UploadPersonalData(PersonalData):
    """A file that came with a case."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _kept("case__ended_at")
    row, born = Row.RETAINED, "kept_at"
    fields = {
        ("id", "case"): _TECHNICAL,
        "name": Held(category=Category.FILE, read=_opened("name", case="case")),
        ("kind", "media_type", "size", "kept_at"): _PROCEDURE,
        "stored": _TECHNICAL,
    }


@declare(Proof)
class ProofPersonalData(PersonalData):
    """How it was established who asked: which facts fitted, never what they were."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _kept("case__ended_at")
    row, born = Row.RETAINED, "tried_at"
    fields = {
        ("id", "case"): _TECHNICAL,
        ("method", "facts", "result", "tried_at"): _PROCEDURE,
        "doubt": Held(
            category=Category.OPINION, origin=Origin.DERIVED, read=_opened("doubt", case="case")
        ),
        "tried_by": _STAFF,
    }


@declare(Link)
class LinkPersonalData(PersonalData):
    """A mailed link to a case, for a person without account; neither link nor code can be read from it."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _kept("case__ended_at")
    row, born = Row.RETAINED, "made_at"
    fields = {
        ("id", "case"): _TECHNICAL,
        ("made_at", "expires_at", "code_expires_at", "failures", "opened_at"): _PROCEDURE,
        ("token_digest", "code_digest"): Secret(
            category=Category.AUTHENTICATION, origin=Origin.DERIVED
        ),
    }


@declare(Request)
class RequestPersonalData(PersonalData):
    """One right that was asked for, its clock, its state and its outcome."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _skeleton("case__ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "case"): _TECHNICAL,
        ("right", "scope"): _ASKED,
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
            "result",
        ): _PROCEDURE,
        ("lease_token", "lease_until", "attempts", "size"): _OF_WORKERS,
        "owner": _STAFF,
    }


@declare(Request, role="staff")
class StaffRequestPersonalData(PersonalData):
    """Which requests a member of staff looks after."""

    subject, purpose, retention = "owner", REQUEST_HANDLING, _skeleton("case__ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "case"): _TECHNICAL,
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
            "result",
        ): _SOMEBODY_ELSES,
        ("lease_token", "lease_until", "attempts", "size"): _OF_WORKERS,
        "owner": _LET_GO,
    }


class _DelayTerms(PersonalData):
    """What everything has in common that moves a request's date."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = _kept("request__case__ended_at"), Row.RETAINED


@declare(Pause)
class PausePersonalData(_DelayTerms):
    """What the person was asked, and when they answered."""

    fields = {
        ("id", "request", "letter"): _TECHNICAL,
        ("kind", "asked_at", "answered_at", "affirmed"): _PROCEDURE,
        "reason": Held(
            category=Category.COMMUNICATION,
            origin=Origin.DERIVED,
            read=_opened("reason", case="request__case"),
        ),
    }


@declare(Extension)
class ExtensionPersonalData(_DelayTerms):
    """That the time for an answer was extended, under which law and on which ground."""

    fields = {
        ("id", "request", "letter"): _TECHNICAL,
        ("regime", "ground", "notified_at"): _PROCEDURE,
    }


@declare(Promise)
class PromisePersonalData(_DelayTerms):
    """The day by which an answer was promised."""

    fields = {
        ("id", "request", "letter"): _TECHNICAL,
        ("until", "notified_at"): _PROCEDURE,
    }


@declare(Preserved)
class PreservedPersonalData(_DelayTerms):
    """That a copy which was refused is kept for a while, sealed."""

    retention = _kept("ended_at")
    fields = {
        ("id", "request"): _TECHNICAL,
        ("until", "owed_at", "copied_at", "ended_at"): _PROCEDURE,
    }


@declare(Warned)
class WarnedPersonalData(_DelayTerms):
    """When staff were warned that a date comes near."""

    fields = {
        ("id", "request"): _TECHNICAL,
        ("mark", "due_at", "warned_at", "mailed_at"): _PROCEDURE,
    }


class _DecisionTerms(PersonalData):
    """What both people in a decision share."""

    purpose, retention = REQUEST_HANDLING, _skeleton("request__case__ended_at")
    row = Row.RETAINED


@declare(Decision)
class DecisionPersonalData(_DecisionTerms):
    """What was decided on a request and on which grounds."""

    subject = "request__case__subject"
    fields = {
        ("id", "request"): _TECHNICAL,
        ("verdict", "grounds", "automatic", "decided_at", "approved_at"): _PROCEDURE,
        "plan_digest": Secret(to="", category=Category.LEGAL, origin=Origin.DERIVED),
        "reason": Erase(
            to=None,
            category=Category.LEGAL,
            origin=Origin.DERIVED,
            read=_opened("reason", case="request__case"),
        ),
        "balancing": Erase(
            to=None,
            category=Category.LEGAL,
            origin=Origin.DERIVED,
            read=_opened("balancing", case="request__case"),
        ),
        ("decided_by", "approved_by"): _STAFF,
    }


@declare(Decision, role="staff")
class StaffDecisionPersonalData(_DecisionTerms):
    """Which requests a member of staff decided or approved."""

    subject = ("decided_by", "approved_by")
    fields = {
        ("id", "request"): _TECHNICAL,
        ("decided_at", "approved_at"): _PROCEDURE,
        ("verdict", "grounds", "automatic", "reason", "balancing"): _SOMEBODY_ELSES,
        "plan_digest": Secret(to="", category=Category.LEGAL, origin=Origin.DERIVED),
        ("decided_by", "approved_by"): _LET_GO,
    }


@declare(Correction)
class CorrectionPersonalData(PersonalData):
    """A value a person wants changed, the value that stood there, and what became of it."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = _kept("request__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "request"): _TECHNICAL,
        ("declaration", "row", "field"): _ASKED,
        "old": Held(
            category=Category.IDENTIFIER,
            origin=Origin.OBSERVED,
            read=_opened_json("old", case="request__case"),
        ),
        "new": Held(category=Category.IDENTIFIER, read=_opened_json("new", case="request__case")),
        ("result", "ground"): _PROCEDURE,
    }


class _NoteTerms(PersonalData):
    """What both people in a note share. Somebody looks before a note is released: it may hold privileged advice."""

    purpose, retention = REQUEST_HANDLING, _kept("case__ended_at")
    row, reviewed = Row.RETAINED, True


@declare(Note)
class NotePersonalData(_NoteTerms):
    """What staff wrote about a case; legal advice is privileged and stays unread."""

    subject = "case__subject"
    concealed = {"kind": Note.Kind.LEGAL_ADVICE.value}
    fields = {
        ("id", "case"): _TECHNICAL,
        ("kind", "written_at"): _PROCEDURE,
        "text": Held(
            category=Category.OPINION, origin=Origin.DERIVED, read=_opened("text", case="case")
        ),
        "written_by": _STAFF,
    }


@declare(Note, role="staff")
class StaffNotePersonalData(_NoteTerms):
    """Which notes a member of staff wrote; they are about somebody else."""

    subject = "written_by"
    fields = {
        ("id", "case"): _TECHNICAL,
        "written_at": _PROCEDURE,
        ("kind", "text"): _SOMEBODY_ELSES,
        "written_by": _STAFF,
    }


class _MessageTerms(PersonalData):
    """What both people in a message share."""

    purpose, retention = REQUEST_HANDLING, _kept("case__ended_at")
    row = Row.RETAINED


@declare(Message)
class MessagePersonalData(_MessageTerms):
    """What you and we wrote to each other about a request."""

    subject = "case__subject"
    fields = {
        ("id", "case", "request"): _TECHNICAL,
        ("sender", "written_at", "answer_by", "answered_at"): _PROCEDURE,
        "text": Held(category=Category.COMMUNICATION, read=_opened("text", case="case")),
        "written_by": _STAFF,
    }


@declare(Message, role="staff")
class StaffMessagePersonalData(_MessageTerms):
    """Which messages a member of staff wrote; they are about somebody else."""

    subject = "written_by"
    fields = {
        ("id", "case", "request"): _TECHNICAL,
        ("sender", "written_at", "answer_by", "answered_at"): _PROCEDURE,
        "text": _SOMEBODY_ELSES,
        "written_by": _ACCOUNT,
    }


@declare(Attachment)
class AttachmentPersonalData(PersonalData):
    """Files that you sent with a message."""

    subject, purpose = "message__case__subject", REQUEST_HANDLING
    retention, row = _kept("message__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "message"): _TECHNICAL,
        ("media_type", "size"): _PROCEDURE,
        "name": Held(category=Category.COMMUNICATION, read=_opened("name", case="message__case")),
        # Its bytes are handed out by the page of the case, as they were sent.
        "content": Secret(category=Category.COMMUNICATION),
    }


class _ComplaintTerms(PersonalData):
    """What both people in a complaint share."""

    purpose, retention = REQUEST_HANDLING, _kept("case__ended_at")
    row = Row.RETAINED


_COMPLAINT_COURSE: Final = (
    "channel",
    "received_at",
    "acknowledge_by",
    "answer_by",
    "acknowledged_at",
    "outcome",
    "answered_at",
)


@declare(Complaint)
class ComplaintPersonalData(_ComplaintTerms):
    """A complaint of yours, and what became of it."""

    subject = "case__subject"
    fields = {
        ("id", "case", "request", "reopened"): _TECHNICAL,
        _COMPLAINT_COURSE: _PROCEDURE,
        "text": Held(category=Category.COMMUNICATION, read=_opened("text", case="case")),
        "assigned_to": _STAFF,
    }


@declare(Complaint, role="staff")
class StaffComplaintPersonalData(_ComplaintTerms):
    """Which complaints a member of staff looked at; they are about somebody else."""

    subject = "assigned_to"
    fields = {
        ("id", "case", "request", "reopened"): _TECHNICAL,
        _COMPLAINT_COURSE: _PROCEDURE,
        "text": _SOMEBODY_ELSES,
        "assigned_to": _ACCOUNT,
    }


@declare(Letter)
class LetterPersonalData(PersonalData):
    """The answers and notices that were written to the person."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, _kept("case__ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "case", "request", "number", "template", "mail_attempts"): _TECHNICAL,
        ("kind", "written_at", "mailed_at"): Held(
            category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED
        ),
        "content": Held(
            category=Category.COMMUNICATION,
            origin=Origin.DERIVED,
            read=_opened_json("content", case="case"),
        ),
    }


@declare(RecipientTask)
class RecipientTaskPersonalData(PersonalData):
    """Which recipients were told of a correction, deletion or restriction (GDPR Art. 19)."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = _kept("request__case__ended_at"), Row.RETAINED
    concealed = {"secret": True}
    fields = {
        ("id", "request"): _TECHNICAL,
        (
            "recipient_code",
            "recipient",
            "state",
            "due_at",
            "secret",
            "attempts",
            "tried_at",
            "next_try_at",
            "failure",
            "sent_at",
            "status",
            "digest",
            "ended_at",
        ): _PROCEDURE,
        "ended_by": _STAFF,
        # It may speak of the recipient's affairs; that it was impossible is said by the state.
        "facts": Secret(category=Category.LEGAL, origin=Origin.DERIVED),
    }


@declare(RecipientTask, role="staff")
class StaffRecipientTaskPersonalData(PersonalData):
    """Which of these tasks a member of staff ended by hand; they are about somebody else."""

    subject, purpose, retention = "ended_by", REQUEST_HANDLING, _kept("ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "request"): _TECHNICAL,
        ("state", "ended_at"): _PROCEDURE,
        (
            "recipient_code",
            "recipient",
            "due_at",
            "secret",
            "attempts",
            "tried_at",
            "next_try_at",
            "failure",
            "sent_at",
            "status",
            "digest",
            "facts",
        ): _SOMEBODY_ELSES,
        "ended_by": _ACCOUNT,
    }


@declare(Plan)
class PlanPersonalData(PersonalData):
    """What a request was to do, as it stood when it was approved; counts and names of tables."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = _kept("request__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "request"): _TECHNICAL,
        # Both cover what is concealed; each step that may be shown is a record of its own.
        ("document", "digest"): Secret(category=Category.LEGAL, origin=Origin.DERIVED),
        "planned_at": _PROCEDURE,
    }


@declare(Step)
class StepPersonalData(PersonalData):
    """Each action that carried a request out, in counts."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = _kept("request__case__ended_at"), Row.RETAINED
    concealed = {"hidden": True}
    fields = {
        ("id", "request", "cursor", "hidden"): _TECHNICAL,
        (
            "position",
            "action",
            "declaration",
            "state",
            "expected",
            "done",
            "finished_at",
        ): _PROCEDURE,
    }


@declare(Package)
class PackagePersonalData(PersonalData):
    """The sealed archives made for a person: when, how large, until when."""

    subject = Linked(via="dsar.Request", key="id", to="case__subject", on="request_reference")
    purpose, retention, row = REQUEST_HANDLING, _kept("expires_at"), Row.RETAINED
    fields = {
        ("id", "key", "request_reference"): _TECHNICAL,
        "name": NotPersonal(because="Where the storage keeps the archive: a random name."),
        (
            "state",
            "filename",
            "sealed_bytes",
            "archive_bytes",
            "archive_sha256",
            "manifest_sha256",
            "created_at",
            "ready_at",
            "expires_at",
            "ended_at",
            "removed_at",
        ): _PROCEDURE,
    }


@declare(Export)
class ExportPersonalData(PersonalData):
    """What a member of staff took out for audit; it names nobody whose request it was."""

    subject, purpose, retention = "asked_by", REQUEST_HANDLING, _kept("asked_at")
    row = Row.RETAINED
    fields = {
        ("id", "request_reference", "token"): _TECHNICAL,
        "asked_by": _ACCOUNT,
        ("asked_at", "by", "first_day", "last_day", "seed", "sample_size"): _PROCEDURE,
        ("state", "beat_at", "attempts", "done", "total", "entries", "rows"): _PROCEDURE,
        "sample": NotPersonal(because="Public references and draws by hash."),
        "finished_at": _PROCEDURE,
    }


@declare(Download)
class DownloadPersonalData(PersonalData):
    """Each time somebody fetched a package."""

    subject, purpose, retention = "by", REQUEST_HANDLING, _kept("started_at")
    row = Row.RETAINED
    fields = {
        ("id", "package"): _TECHNICAL,
        "by": _ACCOUNT,
        ("started_at", "first_byte", "next_byte", "completed_at"): Held(
            category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED
        ),
    }


@declare(registers.Consent)
class ConsentPersonalData(PersonalData):
    """What a person consented to, when and in which words; consent must be provable (GDPR Art. 7(1))."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _kept("withdrawn_at")
    row = Row.RETAINED
    fields = {
        "id": _TECHNICAL,
        "subject": _ACCOUNT,
        (
            "purpose",
            "given_at",
            "withdrawn_at",
            "wording",
            "policy_version",
            "language",
            "method",
        ): _CHOICE,
    }


@declare(registers.ConsentEvent)
class ConsentEventPersonalData(PersonalData):
    """Each time a person consented or withdrew, with the receipt they can fetch (GDPR Art. 7(1))."""

    subject, purpose = "consent__subject", REQUEST_HANDLING
    retention = _kept("consent__withdrawn_at")
    row = Row.RETAINED
    fields = {
        ("id", "consent"): _TECHNICAL,
        ("kind", "happened_at", "receipt"): _CHOICE,
    }


@declare(registers.Objection)
class ObjectionPersonalData(PersonalData):
    """What a person objected to; forgetting an objection would undo it (GDPR Art. 21)."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _kept("lifted_at")
    row = Row.RETAINED
    fields = {
        ("id", "request_reference"): _TECHNICAL,
        "subject": _ACCOUNT,
        ("purpose", "signal", "objected_at", "lifted_at"): _CHOICE,
    }


@declare(registers.Restriction)
class RestrictionPersonalData(PersonalData):
    """For which purposes a person's data may only be stored (GDPR Art. 18)."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _kept("lifted_at")
    row = Row.RETAINED
    fields = {
        ("id", "request_reference"): _TECHNICAL,
        "subject": _ACCOUNT,
        ("purpose", "ground", "restricted_at", "lifted_at"): _CHOICE,
    }


@declare(PolicyNotice)
class PolicyNoticePersonalData(PersonalData):
    """That a person was told of a version of the privacy policy, and said that they have seen it."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _kept("policy__effective_at")
    row = Row.RETAINED
    fields = {
        ("id", "policy"): _TECHNICAL,
        "subject": _ACCOUNT,
        ("attempts", "claimed_at", "mailed_at"): _PROCEDURE,
        "acknowledged_at": _ASKED,
    }


@declare(PrivacyPolicy, role="staff")
class StaffPolicyPersonalData(PersonalData):
    """Which versions of the privacy policy a member of staff wrote or published."""

    subject, purpose, retention = (
        ("written_by", "published_by"),
        REQUEST_HANDLING,
        # Versions of the policy stay for good, and by whom: `policies` refuses to change them.
        _skeleton("effective_at"),
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
        ("written_at", "published_at"): _PROCEDURE,
        ("written_by", "published_by"): _STAFF,
    }


@declare(Incident)
class IncidentPersonalData(PersonalData):
    """An incident in which an answer of yours went astray; what stays sealed speaks of other people as well."""

    subject = Linked(via="dsar.Case", key="id", to="subject", on="case_reference")
    purpose, retention = REQUEST_HANDLING, _kept("closed_at")
    row, born = Row.RETAINED, "opened_at"
    concealed = {"released_at": None}
    fields = {
        ("id", "key", "case_reference"): _TECHNICAL,
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
        ): _PROCEDURE,
        ("answers", "letter"): _SOMEBODY_ELSES,
    }


@declare(IncidentEntry, role="staff")
class StaffIncidentEntryPersonalData(PersonalData):
    """Which entries of an incident's timeline a member of staff wrote."""

    subject, purpose, retention = "written_by", REQUEST_HANDLING, _kept("incident__closed_at")
    row = Row.RETAINED
    fields = {
        ("id", "incident"): _TECHNICAL,
        ("kind", "law", "at", "written_at"): _PROCEDURE,
        "text": _SOMEBODY_ELSES,
        "written_by": _ACCOUNT,
    }


@declare(IncidentNotice)
class IncidentNoticePersonalData(PersonalData):
    """That an incident concerned a person, and when they were told. Until they are told it is not shown."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _kept("incident__closed_at")
    row = Row.RETAINED
    concealed = {"mailed_at": None}
    fields = {
        ("id", "incident"): _TECHNICAL,
        "subject": _ACCOUNT,
        ("attempts", "allowed", "claimed_at", "mailed_at"): _PROCEDURE,
        # Of people without account: sealed under the incident's key.
        ("address", "digest"): Secret(category=Category.EMAIL_ADDRESS),
    }


@declare(RetentionRun, role="staff")
class StaffRetentionPersonalData(PersonalData):
    """Which retention runs a member of staff let go on."""

    subject, purpose, retention = "approved_by", REQUEST_HANDLING, _kept("ended_at")
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
        "approved_at": _PROCEDURE,
        "approved_by": _STAFF,
    }


class _HoldTerms(PersonalData):
    """What both people in a hold share."""

    purpose, retention = REQUEST_HANDLING, _kept("released_at")
    row, reviewed = Row.RETAINED, True


@declare(registers.Hold)
class HoldPersonalData(_HoldTerms):
    """Why a person's data must stay for now."""

    subject = "subject"
    concealed = {"hidden": True}
    fields = {
        "id": _TECHNICAL,
        "subject": _ACCOUNT,
        ("ground", "law", "hidden", "placed_at", "review_on", "released_at"): _PROCEDURE,
        ("placed_by", "released_by"): _STAFF,
    }


@declare(registers.Hold, role="staff")
class StaffHoldPersonalData(_HoldTerms):
    """Which holds a member of staff placed or released; they are about somebody else."""

    subject = ("placed_by", "released_by")
    fields = {
        "id": _TECHNICAL,
        "placed_at": _PROCEDURE,
        ("subject", "ground", "law", "hidden", "review_on", "released_at"): _SOMEBODY_ELSES,
        ("placed_by", "released_by"): _STAFF,
    }


@declare(registers.Disclosure)
class DisclosurePersonalData(PersonalData):
    """What was told to whom about a person, when and why (PDPA s 21(1)(b))."""

    subject, purpose, retention = "subject", REQUEST_HANDLING, _kept("disclosed_at")
    row = Row.RETAINED
    concealed = {"secret": True}
    fields = {
        "id": _TECHNICAL,
        "subject": _ACCOUNT,
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
        ): _PROCEDURE,
    }


@declare(Reply)
class ReplyPersonalData(PersonalData):
    """What the API answered to one call, kept for a day so that the call sent again gets the same answer."""

    subject, purpose = "user", REQUEST_HANDLING
    retention = Retention(
        after="expires_at", days=1, law="Needed no longer once the key has expired"
    )
    born = "given_at"
    fields = {
        ("id", "digest"): _TECHNICAL,
        "user": _ACCOUNT,
        ("key", "status", "body"): _PROCEDURE,
        ("given_at", "expires_at"): _ACCOUNT,
    }


@declare(registers.Purpose, role="staff")
class StaffPurposePersonalData(PersonalData):
    """Which purposes a member of staff let be used."""

    # The purpose stays for as long as data is used for it; only by whom it was started is forgotten.
    subject, purpose, retention = "started_by", REQUEST_HANDLING, _skeleton("active_from")
    row = Row.RETAINED
    fields = {
        ("code", "label", "basis", "marketing", "said"): _OF_PROCESSING,
        ("declared_at", "active_from", "told_in"): _OF_PROCESSING,
        "started_by": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
    }


@declare(Assessment, role="staff")
class StaffAssessmentPersonalData(PersonalData):
    """Which assessments of purposes a member of staff wrote."""

    subject, purpose, retention = "written_by", REQUEST_HANDLING, _kept("review_on")
    row = Row.RETAINED
    fields = {
        ("id", "purpose", "basis", "review_on"): _OF_PROCESSING,
        ("benefit", "necessity", "balance"): _OF_PROCESSING,
        "written_at": _PROCEDURE,
        "written_by": _ACCOUNT,
    }


@declare(Signature, role="staff")
class StaffSignaturePersonalData(PersonalData):
    """Which assessments of purposes a member of staff signed, and in which office."""

    subject, purpose, retention = "signed_by", REQUEST_HANDLING, _kept("assessment__review_on")
    row = Row.RETAINED
    fields = {
        ("id", "assessment"): _TECHNICAL,
        ("office", "signed_at"): _PROCEDURE,
        "signed_by": _ACCOUNT,
    }


# A keyed digest is pseudonymous, yet it leads to nobody by itself: it answers only "may this address be
# written to?", to whoever already holds the address, and forgetting it would undo an objection for good.
holds_nothing(
    registers.Suppression,
    because="Only an HMAC of an address under a key that stands elsewhere; it must outlive the person's data so "
    "that nobody writes to the address again (GDPR Art. 21(3), 17(3)(b)).",
)
holds_nothing(
    RecipientRecord,
    because="It speaks of organisations that receive data: their name, an address of an office or of a machine.",
)
holds_nothing(Holiday, because="A day on which nobody works, whoever asks; its name is the day's.")
holds_nothing(Key, because="Random key material, wrapped; it speaks of nobody.")
holds_nothing(
    Entry,
    because="Identifiers and free text stand in it only as HMAC under a key that dies with the case (GDPR Art. 5(2)).",
)
holds_nothing(Unsealed, because="The number of an entry that waits for its place in the tree.")
holds_nothing(Leaf, because="The SHA-256 of an entry, which itself holds nothing personal.")
holds_nothing(Node, because="A hash over hashes.")
holds_nothing(Checkpoint, because="A root hash and its signatures.")
holds_nothing(Placement, because="Which checkpoint stands in the second place, named by a hash.")
holds_nothing(
    Removal,
    because="The name of a stored file that a deletion is removing; the row goes when the file has gone.",
)
holds_nothing(Heartbeat, because="It says when a worker was last alive.")
holds_nothing(
    Wake, because="The name of a task and the identifiers of the work, gone once published."
)
holds_nothing(
    Count,
    because="How often something happened to anybody; its name is the kind of happening, of a fixed list.",
)
