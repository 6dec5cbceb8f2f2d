"""The portal's plain words for rights, states and outcomes, in the order in which people are offered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dsar.cases.complaint_models import Complaint
from dsar.cases.identity_models import Claim
from dsar.cases.models import Letter
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.sending_models import Sending
from dsar.cases.states import ObjectionScope, Outcome, Right, State
from dsar.contract.vocabulary import LegalBasis
from dsar.registers.models import ConsentEvent, Restriction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A right as somebody would say it who has never heard of it."""

    right: Right
    title: Promise
    hint: Promise


WISHES: tuple[Wish, ...] = (
    Wish(
        right=Right.ACCESS,
        title=_("Get a copy of my data"),
        hint=_("Everything we hold about you, and how we use it, to read and to keep."),
    ),
    Wish(
        right=Right.CORRECTION,
        title=_("Correct something"),
        hint=_("Change what is wrong or out of date."),
    ),
    Wish(
        right=Right.DELETION,
        title=_("Delete my data"),
        hint=_("You see exactly what goes and what the law makes us keep before you confirm."),
    ),
    Wish(
        right=Right.PORTABILITY,
        title=_("Take my data elsewhere"),
        hint=_("What you gave us and what we observed, in files that other services can read."),
    ),
    Wish(
        right=Right.OBJECTION,
        title=_("Stop using my data for something"),
        hint=_("Advertising stops at once. Other uses are weighed, and you are told the result."),
    ),
    Wish(
        right=Right.RESTRICTION,
        title=_("Limit what you do with my data"),
        hint=_("We keep it but do not use it, for example while you dispute that it is right."),
    ),
    Wish(
        right=Right.CONSENT_WITHDRAWAL,
        title=_("Withdraw my consent"),
        hint=_("For anything you once agreed to. It works at once."),
    ),
)

_TITLES = {wish.right: wish.title for wish in WISHES}

STATES: Mapping[str, Promise] = {
    State.SUBMITTED: _("Received"),
    State.AWAITING_VERIFICATION: _("Waiting for you to confirm who you are"),
    State.IN_REVIEW: _("Being looked at"),
    State.AWAITING_REQUESTER: _("Waiting for your reply"),
    State.APPROVED: _("Granted, about to start"),
    State.EXECUTING: _("Being carried out"),
    State.CLOSED: pgettext_lazy("a request", "Closed"),
}

OUTCOMES: Mapping[str, Promise] = {
    Outcome.FULFILLED: _("Done"),
    Outcome.PARTIALLY_FULFILLED: _("Done in part"),
    Outcome.REFUSED: _("Refused"),
    Outcome.NO_DATA_HELD: _("We hold nothing about you"),
    Outcome.IDENTITY_NOT_VERIFIED: _("Closed: we could not confirm who you are"),
    Outcome.WITHDRAWN_BY_REQUESTER: _("Withdrawn by you"),
    Outcome.FORWARDED_TO_CONTROLLER: _("Handed to the organisation responsible"),
    Outcome.DUPLICATE: _("Closed: asked for already"),
    Outcome.SPAM: pgettext_lazy("a request", "Closed"),
    Outcome.NOT_A_RIGHTS_REQUEST: _("Closed: not a request of this kind"),
}

RESTRICTION_GROUNDS: tuple[tuple[str, Promise], ...] = (
    (Restriction.Ground.ACCURACY_CONTESTED, _("The data is wrong, and I want you to check it")),
    (
        Restriction.Ground.UNLAWFUL,
        _("You should not be using it, but I do not want it deleted"),
    ),
    (Restriction.Ground.CLAIMS, _("I need it for a legal claim, though you no longer do")),
    (
        Restriction.Ground.OBJECTION_PENDING,
        _("I have objected, and you are still weighing my objection"),
    ),
)

OBJECTIONS: tuple[tuple[str, Promise], ...] = (
    (ObjectionScope.MARKETING, _("All advertising, news and offers")),
    (ObjectionScope.OTHER, _("Particular uses, which I choose below")),
)


RELATIONS: tuple[tuple[str, Promise], ...] = (
    (Claim.Relation.CUSTOMER, _("A customer, ordering without an account")),
    (Claim.Relation.FORMER_CUSTOMER, _("A former customer")),
    (Claim.Relation.REPORT_SUBJECT, _("Somebody named in a report")),
    (Claim.Relation.NAMED_BY_USER, _("Somebody whom a customer named to you")),
    (Claim.Relation.ENQUIRER, _("Somebody who once asked you something")),
    (Claim.Relation.GUARDIAN, _("A parent or guardian, asking for a child")),
    (
        Claim.Relation.MINOR_REPORT,
        _("Somebody who knows that you hold data of a minor, and wants it deleted"),
    ),
    (Claim.Relation.AGENT, _("An agent whom somebody has authorised")),
    (Claim.Relation.REPRESENTATIVE, _("A legal representative")),
    (Claim.Relation.DECEASED, _("A relative or representative of somebody who has died")),
    (Claim.Relation.COMPANY, _("A company or another organisation")),
)

FACTS: Mapping[str, Promise] = {
    "order_number": _("Number of an order"),
    "order_total": _("Total of an order"),
    "phone": _("Telephone number you gave with it"),
    "enterprise": _("Enterprise that the report is about"),
    "role": _("Your role there"),
}

LETTERS: Mapping[str, Promise] = {
    Letter.Kind.RECEIPT: _("We have received your request"),
    Letter.Kind.ANSWER: _("Our answer"),
    Letter.Kind.REFUSAL: _("Why we refused"),
    Letter.Kind.WITHDRAWN: _("You withdrew your request"),
    Letter.Kind.IDENTITY: _("We ask you to show that it is you"),
    Letter.Kind.CLARIFICATION: _("A question from us"),
    Letter.Kind.EXTENSION: _("We need more time"),
    Letter.Kind.INTERIM: _("By when you will have our answer"),
    Letter.Kind.FEE: _("What a copy would cost"),
    Letter.Kind.LIFTING: _("A limit is about to end"),
    Letter.Kind.FORWARDED: _("We handed your request on"),
    Letter.Kind.NOT_VERIFIED: _("We could not confirm who you are"),
    Letter.Kind.BREACH: _("Something happened to your data"),
    Letter.Kind.COMPLAINT_RECEIVED: _("We have received your complaint"),
    Letter.Kind.COMPLAINT_OUTCOME: _("What came of your complaint"),
    Letter.Kind.SENT_ON: _("Your data and the other service"),
    Letter.Kind.ENQUIRY_RECEIVED: _("We have received your question"),
    Letter.Kind.ENQUIRY_ANSWER: _("Our answer to your question"),
}

RECIPIENTS: Mapping[str, Promise] = {
    RecipientTask.State.OPEN: _("is still to be told"),
    RecipientTask.State.SENT: _("was told"),
    RecipientTask.State.CONFIRMED: _("was told, and confirmed it"),
    RecipientTask.State.IMPOSSIBLE: _("could not be told"),
    RecipientTask.State.DISPROPORTIONATE: _("was not told: it would take too much effort"),
}

SENDINGS: Mapping[str, Promise] = {
    Sending.State.WAITING: _(
        "You asked us to send it to %(service)s. We wait for you to confirm that."
    ),
    Sending.State.CONFIRMED: _("You confirmed that it goes to %(service)s. We are sending it."),
    Sending.State.SENT: _("We sent it to %(service)s, and they told us that they have it."),
    Sending.Reason.UNLISTED: _(
        "The service you asked for is not among those we send to, so we sent nothing."
    ),
    Sending.Reason.WITHDRAWN: _(
        "The service you chose is not among those we send to any more, so we sent nothing."
    ),
    Sending.Reason.NOT_CONFIRMED: _(
        "You did not confirm in time that it goes to %(service)s, so we sent nothing."
    ),
    Sending.Reason.COPY_GONE: _(
        "The copy ended before it could go to %(service)s, so we sent nothing. You can ask for a new one."
    ),
    Sending.Reason.TOO_LARGE: _("The copy is too large to be sent to %(service)s."),
    Sending.Reason.NO_PUBLIC_ADDRESS: _(
        "The address of %(service)s leads to no public place on the internet, so we sent nothing."
    ),
    Sending.Reason.REFUSED: _("We offered the copy to %(service)s, and they did not take it."),
    Sending.Reason.UNREACHABLE: _(
        "We tried several times to send the copy to %(service)s, and did not hear that they have it."
    ),
}
"""How a copy for another service stands, by its state, or by the reason why it was not sent."""

COMPLAINTS: Mapping[str, Promise] = {
    Complaint.Outcome.UPHELD: _("We stay with our first answer"),
    Complaint.Outcome.UPHELD_IN_PART: _("You are right in part"),
    Complaint.Outcome.OVERTURNED: _("You are right: we decide anew"),
}

CONSENT_EVENTS: Mapping[str, Promise] = {
    ConsentEvent.Kind.GIVEN: pgettext_lazy("a consent", "Turned on"),
    ConsentEvent.Kind.RENEWED: pgettext_lazy("a consent", "Turned on again"),
    ConsentEvent.Kind.WITHDRAWN: pgettext_lazy("a consent", "Turned off"),
}

BASES: Mapping[str, Promise] = {
    LegalBasis.CONSENT: _("your consent"),
    LegalBasis.CONTRACT: _("a contract with you"),
    LegalBasis.LEGAL_OBLIGATION: _("a legal obligation"),
    LegalBasis.VITAL_INTEREST: _("somebody's vital interests"),
    LegalBasis.PUBLIC_INTEREST: _("a task in the public interest"),
    LegalBasis.LEGITIMATE_INTEREST: _("our legitimate interest"),
}


def fact(name: str) -> str:
    """A held fact by the name that declarations give it."""
    return str(FACTS.get(name, name.replace("_", " ").capitalize()))


def letter(kind: str) -> Promise:
    """What a letter is about."""
    return LETTERS[kind]


def place(right: str) -> int:
    """Where the right stands among the wishes."""
    return list(_TITLES).index(Right(right))


def title(right: str) -> Promise:
    """The right as a person would say it."""
    return _TITLES[Right(right)]


def standing(request: Mapping[str, Any]) -> Promise:
    """Where a request stands: its outcome once it has one, its state before."""
    outcome = request["outcome"]
    return OUTCOMES[outcome] if outcome else STATES[request["state"]]


def sending(said: Mapping[str, Any]) -> str:
    """How a copy for another service stands."""
    service = f"{said['service']} ({said['host']})"
    return str(SENDINGS[said["reason"] or said["state"]]) % {"service": service}
