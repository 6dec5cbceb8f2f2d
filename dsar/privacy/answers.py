"""What was decided, written and said in a case, and who was told of it."""

from __future__ import annotations

from typing import Final

from dsar.cases.complaint_models import Complaint
from dsar.cases.correction_models import Correction
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.message_models import Attachment, Message
from dsar.cases.models import Decision, Letter, Note
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.redaction_models import Redaction, Replacement
from dsar.declarations import Category, Erase, Held, Origin, PersonalData, Row, Secret
from dsar.law import grounds
from dsar.privacy.terms import (
    ACCOUNT,
    ASKED,
    LET_GO,
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


def _told_grounds(decision: Decision) -> dict[str, str]:
    """The grounds as the letter tells them: what the law protects has one code, whatever it is (R66)."""
    known = grounds.all_grounds()
    return {regime: known[code].told for regime, code in decision.grounds.items()}


class _DecisionTerms(PersonalData):
    """What both people in a decision share."""

    purpose, retention = REQUEST_HANDLING, skeleton("request__case__ended_at")
    row = Row.RETAINED


def _told(name: str) -> Erase:
    """Words of a decision for the person, sealed under the case's key."""
    read = opened(name, case="request__case")
    return Erase(to=None, category=Category.LEGAL, origin=Origin.DERIVED, read=read)


@declare(Decision)
class DecisionPersonalData(_DecisionTerms):
    """What was decided on a request and on which grounds."""

    subject = "request__case__subject"
    fields = {
        ("id", "request"): TECHNICAL,
        ("verdict", "automatic", "decided_at", "approved_at"): PROCEDURE,
        ("human_review", "view_considered"): PROCEDURE,
        "review_reason": _told("review_reason"),
        "grounds": Held(category=Category.LEGAL, origin=Origin.DERIVED, read=_told_grounds),
        "plan_digest": Secret(to="", category=Category.LEGAL, origin=Origin.DERIVED),
        # For the file: it may say what the law protects, or who told it (R66). The letter says what the person is told.
        "reason": LET_GO,
        "balancing": _told("balancing"),
        "derived_from": _told("derived_from"),
        ("decided_by", "approved_by"): STAFF,
    }


@declare(Decision, role="staff")
class StaffDecisionPersonalData(_DecisionTerms):
    """Which requests a member of staff decided or approved."""

    subject = ("decided_by", "approved_by")
    fields = {
        ("id", "request"): TECHNICAL,
        ("decided_at", "approved_at"): PROCEDURE,
        ("verdict", "grounds", "automatic", "reason", "balancing", "derived_from"): SOMEBODY_ELSES,
        ("human_review", "review_reason", "view_considered"): SOMEBODY_ELSES,
        "plan_digest": Secret(to="", category=Category.LEGAL, origin=Origin.DERIVED),
        ("decided_by", "approved_by"): LET_GO,
    }


class _RedactionTerms(PersonalData):
    """What both people in a mark share; it holds the place of a passage, and no word of it."""

    purpose, retention = REQUEST_HANDLING, kept("request__case__ended_at")
    row = Row.RETAINED


@declare(Redaction)
class RedactionPersonalData(_RedactionTerms):
    """Which passages a copy left out. What may be told of it stands in the copy and its letter."""

    subject, released = "request__case__subject", False
    fields = {
        ("id", "request"): TECHNICAL,
        ("declaration", "row", "field", "start", "end"): PROCEDURE,
        ("grounds", "not_own", "needs_officer", "of_file", "made_at", "seen_at"): PROCEDURE,
        ("text_digest", "instead_digest"): Secret(category=Category.LEGAL, origin=Origin.DERIVED),
        "reason": Held(
            category=Category.LEGAL,
            origin=Origin.DERIVED,
            read=opened("reason", case="request__case"),
        ),
        ("made_by", "seen_by"): STAFF,
    }


@declare(Redaction, role="staff")
class StaffRedactionPersonalData(_RedactionTerms):
    """Which passages a member of staff marked or looked at; they are about somebody else."""

    subject = ("made_by", "seen_by")
    fields = {
        ("id", "request"): TECHNICAL,
        ("made_at", "seen_at"): PROCEDURE,
        ("declaration", "row", "field", "start", "end"): SOMEBODY_ELSES,
        ("grounds", "not_own", "needs_officer", "of_file", "reason"): SOMEBODY_ELSES,
        ("text_digest", "instead_digest"): Secret(category=Category.LEGAL, origin=Origin.DERIVED),
        ("made_by", "seen_by"): ACCOUNT,
    }


@declare(Replacement)
class ReplacementPersonalData(PersonalData):
    """Redacted files that a copy holds in place of the stored ones; the copy handed them out."""

    subject, purpose = "redaction__request__case__subject", REQUEST_HANDLING
    retention, row = kept("redaction__request__case__ended_at"), Row.RETAINED
    released = False
    fields = {
        "redaction": TECHNICAL,
        ("media_type", "size"): PROCEDURE,
        "content": Secret(category=Category.FILE),
    }


@declare(Correction)
class CorrectionPersonalData(PersonalData):
    """A value a person wants changed, the value that stood there, and what became of it."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = kept("request__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "request"): TECHNICAL,
        ("declaration", "row", "field"): ASKED,
        "old": Held(
            category=Category.IDENTIFIER,
            origin=Origin.OBSERVED,
            read=opened_json("old", case="request__case"),
        ),
        "new": Held(category=Category.IDENTIFIER, read=opened_json("new", case="request__case")),
        ("result", "ground"): PROCEDURE,
    }


class _NoteTerms(PersonalData):
    """What both people in a note share. Somebody looks before a note is released: it may hold privileged advice."""

    purpose, retention = REQUEST_HANDLING, kept("case__ended_at")
    row, reviewed = Row.RETAINED, True


@declare(Note)
class NotePersonalData(_NoteTerms):
    """What staff wrote about a case; legal advice is privileged and stays unread."""

    subject = "case__subject"
    concealed = {"kind": Note.Kind.LEGAL_ADVICE.value}
    fields = {
        ("id", "case"): TECHNICAL,
        ("kind", "written_at"): PROCEDURE,
        "text": Held(
            category=Category.OPINION, origin=Origin.DERIVED, read=opened("text", case="case")
        ),
        "written_by": STAFF,
    }


@declare(Note, role="staff")
class StaffNotePersonalData(_NoteTerms):
    """Which notes a member of staff wrote; they are about somebody else."""

    subject = "written_by"
    fields = {
        ("id", "case"): TECHNICAL,
        "written_at": PROCEDURE,
        ("kind", "text"): SOMEBODY_ELSES,
        "written_by": STAFF,
    }


class _MessageTerms(PersonalData):
    """What both people in a message share."""

    purpose, retention = REQUEST_HANDLING, kept("case__ended_at")
    row = Row.RETAINED


@declare(Message)
class MessagePersonalData(_MessageTerms):
    """What you and we wrote to each other about a request."""

    subject = "case__subject"
    fields = {
        ("id", "case", "request"): TECHNICAL,
        ("sender", "written_at", "answer_by", "answered_at"): PROCEDURE,
        "text": Held(category=Category.COMMUNICATION, read=opened("text", case="case")),
        "written_by": STAFF,
    }


@declare(Message, role="staff")
class StaffMessagePersonalData(_MessageTerms):
    """Which messages a member of staff wrote; they are about somebody else."""

    subject = "written_by"
    fields = {
        ("id", "case", "request"): TECHNICAL,
        ("sender", "written_at", "answer_by", "answered_at"): PROCEDURE,
        "text": SOMEBODY_ELSES,
        "written_by": ACCOUNT,
    }


@declare(Attachment)
class AttachmentPersonalData(PersonalData):
    """Files that you sent with a message."""

    subject, purpose = "message__case__subject", REQUEST_HANDLING
    retention, row = kept("message__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "message"): TECHNICAL,
        ("media_type", "size"): PROCEDURE,
        "name": Held(category=Category.COMMUNICATION, read=opened("name", case="message__case")),
        # Its bytes are handed out by the page of the case, as they were sent.
        "content": Secret(category=Category.COMMUNICATION),
    }


class _ComplaintTerms(PersonalData):
    """What both people in a complaint share."""

    purpose, retention = REQUEST_HANDLING, kept("case__ended_at")
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
        ("id", "case", "request", "reopened"): TECHNICAL,
        _COMPLAINT_COURSE: PROCEDURE,
        "text": Held(category=Category.COMMUNICATION, read=opened("text", case="case")),
        "assigned_to": STAFF,
    }


@declare(Complaint, role="staff")
class StaffComplaintPersonalData(_ComplaintTerms):
    """Which complaints a member of staff looked at; they are about somebody else."""

    subject = "assigned_to"
    fields = {
        ("id", "case", "request", "reopened"): TECHNICAL,
        _COMPLAINT_COURSE: PROCEDURE,
        "text": SOMEBODY_ELSES,
        "assigned_to": ACCOUNT,
    }


class _EnquiryTerms(PersonalData):
    """What both people in an enquiry share."""

    purpose, retention = REQUEST_HANDLING, kept("case__ended_at")
    row = Row.RETAINED


@declare(Enquiry)
class EnquiryPersonalData(_EnquiryTerms):
    """A question of yours, and when it was answered."""

    subject = "case__subject"
    fields = {
        ("id", "case"): TECHNICAL,
        ("kind", "answer_by", "answered_at"): PROCEDURE,
        "text": Held(category=Category.COMMUNICATION, read=opened("text", case="case")),
        "answered_by": STAFF,
    }


@declare(Enquiry, role="staff")
class StaffEnquiryPersonalData(_EnquiryTerms):
    """Which questions a member of staff answered; they are somebody else's."""

    subject = "answered_by"
    fields = {
        ("id", "case"): TECHNICAL,
        ("kind", "answer_by", "answered_at"): PROCEDURE,
        "text": SOMEBODY_ELSES,
        "answered_by": ACCOUNT,
    }


@declare(Letter)
class LetterPersonalData(PersonalData):
    """The answers and notices that were written to the person."""

    subject, purpose, retention = "case__subject", REQUEST_HANDLING, kept("case__ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "case", "request", "number", "template", "mail_attempts"): TECHNICAL,
        ("kind", "written_at", "mailed_at"): Held(
            category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED
        ),
        "content": Held(
            category=Category.COMMUNICATION,
            origin=Origin.DERIVED,
            read=opened_json("content", case="case"),
        ),
    }


@declare(RecipientTask)
class RecipientTaskPersonalData(PersonalData):
    """Which recipients were told of a correction, deletion or restriction (GDPR Art. 19)."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = kept("request__case__ended_at"), Row.RETAINED
    concealed = {"secret": True}
    fields = {
        ("id", "request"): TECHNICAL,
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
        ): PROCEDURE,
        "ended_by": STAFF,
        # It may speak of the recipient's affairs; that it was impossible is said by the state.
        "facts": Secret(category=Category.LEGAL, origin=Origin.DERIVED),
    }


@declare(RecipientTask, role="staff")
class StaffRecipientTaskPersonalData(PersonalData):
    """Which of these tasks a member of staff ended by hand; they are about somebody else."""

    subject, purpose, retention = "ended_by", REQUEST_HANDLING, kept("ended_at")
    row = Row.RETAINED
    fields = {
        ("id", "request"): TECHNICAL,
        ("state", "ended_at"): PROCEDURE,
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
        ): SOMEBODY_ELSES,
        "ended_by": ACCOUNT,
    }
