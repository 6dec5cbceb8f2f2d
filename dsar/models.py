"""Door: the models of every room, so that Django finds them."""

from __future__ import annotations

from dsar.api.models import Reply
from dsar.audit.models import Export
from dsar.cases.complaint_models import Complaint
from dsar.cases.correction_models import Correction
from dsar.cases.delays import Extension, Holiday, Pause, Preserved, Promise, Warned
from dsar.cases.deputy_models import Deputyship
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.fee_models import Fee
from dsar.cases.handling_models import HandlingRule
from dsar.cases.identity_models import Claim, Confirmation, Proof, Upload
from dsar.cases.message_models import Attachment, Message
from dsar.cases.models import Case, Decision, Letter, Link, Note, Request
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.redaction_models import Redaction, Replacement
from dsar.cases.sending_models import Sending
from dsar.dispatch.models import Wake
from dsar.duties.retention.models import RetentionRun
from dsar.engine.models import Heartbeat, Plan, Removal, Step, Sweep
from dsar.keys.models import Key
from dsar.ledger.models import Checkpoint, Entry, Leaf, Node, Placement, Unsealed
from dsar.packages.models import Download, Package
from dsar.registers.annotation_models import Annotation
from dsar.registers.anonymous_models import AnonymousSet, AnonymousShare, RelinkTest
from dsar.registers.destination_models import Destination
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.incident_models import Incident, IncidentEntry, IncidentNotice
from dsar.registers.minor_models import MinorReport
from dsar.registers.models import (
    Consent,
    ConsentEvent,
    Disclosure,
    Hold,
    NumberCheck,
    Objection,
    Purpose,
    Restriction,
    Suppression,
)
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy
from dsar.registers.purpose_models import Assessment, Signature
from dsar.registers.recipient_models import RecipientRecord
from dsar.registers.security_models import SecurityDescription
from dsar.registers.source_models import SourceNotice
from dsar.registers.staff_models import HouseReview, StaffRecord
from dsar.registers.transfer_models import Transfer, TransferNotice
from dsar.tally.models import Count

__all__ = [
    "Annotation",
    "AnonymousSet",
    "AnonymousShare",
    "Assessment",
    "Attachment",
    "Case",
    "Checkpoint",
    "Claim",
    "Complaint",
    "Confirmation",
    "Consent",
    "ConsentEvent",
    "Correction",
    "Count",
    "Decision",
    "Deputyship",
    "Destination",
    "Disclosure",
    "Download",
    "Enquiry",
    "Entry",
    "ExemptedUse",
    "Export",
    "Extension",
    "Fee",
    "HandlingRule",
    "Heartbeat",
    "Hold",
    "Holiday",
    "HouseReview",
    "Incident",
    "IncidentEntry",
    "IncidentNotice",
    "Key",
    "Leaf",
    "Letter",
    "Link",
    "Message",
    "MinorReport",
    "Node",
    "Note",
    "NumberCheck",
    "Objection",
    "Package",
    "Pause",
    "Placement",
    "Plan",
    "PolicyNotice",
    "Preserved",
    "PrivacyPolicy",
    "Promise",
    "Proof",
    "Purpose",
    "RecipientRecord",
    "RecipientTask",
    "Redaction",
    "RelinkTest",
    "Removal",
    "Replacement",
    "Reply",
    "Request",
    "Restriction",
    "RetentionRun",
    "SecurityDescription",
    "Sending",
    "Signature",
    "SourceNotice",
    "StaffRecord",
    "Step",
    "Suppression",
    "Sweep",
    "Transfer",
    "TransferNotice",
    "Unsealed",
    "Upload",
    "Wake",
    "Warned",
]
