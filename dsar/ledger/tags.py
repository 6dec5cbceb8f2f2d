"""The events that the ledger knows. A tag is never renamed and never used for something else."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """What happened, in past tense."""

    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_VERIFICATION_ASKED = "request.verification_asked"
    REQUEST_VERIFIED = "request.verified"
    REQUEST_MOVED = "request.moved"
    """Any change of state; `detail` says from where to where."""
    REQUEST_CLARIFICATION_ASKED = "request.clarification_asked"
    REQUEST_CLARIFIED = "request.clarified"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_DECIDED = "request.decided"
    REQUEST_APPROVED = "request.approved"
    REQUEST_CLAIMED = "request.claimed"
    REQUEST_RELEASED = "request.released"
    REQUEST_FAILED = "request.failed"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUEST_CLOSED = "request.closed"
    REQUEST_VIEWED = "request.viewed"
    REQUEST_PREVIEWED = "request.previewed"
    REQUEST_NOTED = "request.noted"

    CASE_OPENED = "case.opened"
    CASE_LINK_MADE = "case.link_made"
    CASE_LINK_OPENED = "case.link_opened"

    EXECUTION_STOPPED = "execution.stopped"
    PLAN_MADE = "plan.made"
    STEP_INTENDED = "step.intended"
    STEP_DONE = "step.done"
    EFFECT_INTENDED = "effect.intended"
    EFFECT_CONFIRMED = "effect.confirmed"
    FIELD_CORRECTED = "field.corrected"
    CORRECTION_REFUSED = "correction.refused"
    DELETION_VERIFIED = "deletion.verified"
    DELETION_VERIFICATION_FAILED = "deletion.verification_failed"
    ERASURE_JOURNALED = "erasure.journaled"
    ERASURES_REPLAYED = "erasures.replayed"

    LETTER_WRITTEN = "letter.written"
    LETTER_SENT = "letter.sent"
    LETTER_READ = "letter.read"
    RECIPIENT_TOLD = "recipient.told"
    RECIPIENT_TASK_CHANGED = "recipient.task_changed"

    PACKAGE_BEGUN = "package.begun"
    PACKAGE_SEALED = "package.sealed"
    PACKAGE_VERIFIED = "package.verified"
    PACKAGE_DOWNLOAD_STARTED = "package.download_started"
    PACKAGE_DOWNLOADED = "package.downloaded"
    PACKAGE_REVOKED = "package.revoked"
    PACKAGE_SHREDDED = "package.shredded"

    KEY_CREATED = "key.created"
    KEY_DESTROYED = "key.destroyed"
    KEYS_REWRAPPED = "keys.rewrapped"

    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    OBJECTION_RAISED = "objection.raised"
    OBJECTION_LIFTED = "objection.lifted"
    RESTRICTION_PLACED = "restriction.placed"
    RESTRICTION_LIFTED = "restriction.lifted"
    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    ADDRESS_SUPPRESSED = "address.suppressed"
    DISCLOSURE_RECORDED = "disclosure.recorded"

    PURPOSES_WRITTEN = "purposes.written"
    ROLES_GRANTED = "roles.granted"
    DATA_EXPORTED = "data.exported"
