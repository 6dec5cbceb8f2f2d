"""The states, rights and outcomes of a request, and the only moves between states: data, no behaviour."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """What a person may ask for."""

    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    CONSENT_WITHDRAWAL = "consent_withdrawal"


class State(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    AWAITING_VERIFICATION = "awaiting_verification"
    IN_REVIEW = "in_review"
    AWAITING_REQUESTER = "awaiting_requester"
    APPROVED = "approved"
    EXECUTING = "executing"
    NEEDS_ATTENTION = "needs_attention"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a request ended."""

    FULFILLED = "fulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    REFUSED = "refused"
    NO_DATA_HELD = "no_data_held"
    IDENTITY_NOT_VERIFIED = "identity_not_verified"
    WITHDRAWN_BY_REQUESTER = "withdrawn_by_requester"
    FORWARDED_TO_CONTROLLER = "forwarded_to_controller"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    NOT_A_RIGHTS_REQUEST = "not_a_rights_request"


class ObjectionScope(StrEnum):
    """What an objection is directed at."""

    MARKETING = "marketing"
    OTHER = "other"
    SALE = "sale"
    SENSITIVE = "sensitive"
    AUTOMATED_DECISION = "automated_decision"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset(
        {State.AWAITING_VERIFICATION, State.IN_REVIEW, State.APPROVED, State.CLOSED}
    ),
    State.AWAITING_VERIFICATION: frozenset({State.IN_REVIEW, State.CLOSED}),
    State.IN_REVIEW: frozenset({State.AWAITING_REQUESTER, State.APPROVED, State.CLOSED}),
    State.AWAITING_REQUESTER: frozenset({State.IN_REVIEW, State.CLOSED}),
    State.APPROVED: frozenset({State.EXECUTING, State.IN_REVIEW, State.CLOSED}),
    State.EXECUTING: frozenset({State.CLOSED, State.NEEDS_ATTENTION, State.APPROVED}),
    State.NEEDS_ATTENTION: frozenset({State.EXECUTING, State.IN_REVIEW, State.CLOSED}),
    State.CLOSED: frozenset(),
}
"""Every allowed move. Guards, the database's trigger, the admin's actions and the tests read this table."""

OPEN = tuple(state for state in State if state is not State.CLOSED)
"""Where a request stands until it is closed; a list of these is read by an index, "not closed" is not."""

UNDECIDED = frozenset(
    {State.SUBMITTED, State.AWAITING_VERIFICATION, State.IN_REVIEW, State.AWAITING_REQUESTER}
)
"""Where a request may stand before anybody has decided it."""

COPIES = (Right.ACCESS, Right.PORTABILITY)
"""Rights that ask for a copy: while one is open, what was asked for is not deleted (R71)."""

IMMEDIATE = frozenset({Right.CONSENT_WITHDRAWAL})
"""Rights that take effect at filing, without staff (GDPR Art. 7(3)); marketing objections join them."""

_ASIDE = frozenset(
    {
        Outcome.WITHDRAWN_BY_REQUESTER,
        Outcome.FORWARDED_TO_CONTROLLER,
        Outcome.DUPLICATE,
        Outcome.SPAM,
        Outcome.NOT_A_RIGHTS_REQUEST,
    }
)

DONE = frozenset({Outcome.FULFILLED, Outcome.PARTIALLY_FULFILLED, Outcome.NO_DATA_HELD})
"""Outcomes that say the right was carried out."""

ENDINGS: dict[State, frozenset[Outcome]] = {
    State.SUBMITTED: _ASIDE,
    State.AWAITING_VERIFICATION: _ASIDE | {Outcome.IDENTITY_NOT_VERIFIED},
    State.IN_REVIEW: _ASIDE
    | {Outcome.REFUSED, Outcome.NO_DATA_HELD, Outcome.IDENTITY_NOT_VERIFIED},
    State.AWAITING_REQUESTER: _ASIDE | {Outcome.REFUSED, Outcome.IDENTITY_NOT_VERIFIED},
    State.APPROVED: frozenset({Outcome.WITHDRAWN_BY_REQUESTER}),
    State.EXECUTING: DONE | {Outcome.REFUSED},
    State.NEEDS_ATTENTION: frozenset({Outcome.PARTIALLY_FULFILLED, Outcome.REFUSED}),
    State.CLOSED: frozenset(),
}
"""The outcomes with which each state may close; nothing that was not executed ends as fulfilled.

A request that takes effect at once may also close as done from where it was filed.
"""

UNANSWERED = frozenset({Outcome.SPAM, Outcome.DUPLICATE})
"""Outcomes that need no letter."""
