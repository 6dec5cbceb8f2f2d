"""Objection, restriction and withdrawal are true in the gate from the moment they are answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import decisions, letters
from dsar.cases.asked import Asked, IntakeError
from dsar.cases.models import Decision
from dsar.cases.states import Outcome, Right, State
from dsar.contract.vocabulary import Channel
from dsar.engine import execution
from dsar.processing import Contact, not_to_return, permitted
from dsar.registers import consents, objections, suppression
from tests.testapp.models import Member
from tests.testapp.privacy import LENDING, NEWSLETTER, SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


def test_withdrawal_takes_effect_with_its_filing(cast: Cast, ask: Callable[..., Case]) -> None:
    """No staff, no worker: the gate says no in the transaction of the filing; Bob's consent stands."""
    for person in (cast.alice, cast.bob):
        consents.give(person.user, NEWSLETTER, wording="Yes, send it.")
    assert permitted(cast.alice.user, NEWSLETTER)
    case = ask(
        cast.alice, Asked(right=Right.CONSENT_WITHDRAWAL, scope={"purposes": [NEWSLETTER.code]})
    )
    request = case.requests.get()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert not permitted(cast.alice.user, NEWSLETTER)
    assert permitted(cast.bob.user, NEWSLETTER)


def test_the_letter_of_a_withdrawal_says_what_it_costs_and_that_nothing_was_deleted(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """The likely consequences (R108), and the offer to delete as well, which is asked for apart (R112)."""
    held = Member.objects.filter(user_id=cast.alice.pk).values().get()
    consents.give(cast.alice.user, NEWSLETTER, wording="Yes, send it.")
    case = ask(
        cast.alice, Asked(right=Right.CONSENT_WITHDRAWAL, scope={"purposes": [NEWSLETTER.code]})
    )
    said = letters.read(case.requests.get().letters.get(kind="answer"))
    assert NEWSLETTER.consequence in json.dumps(said["consequences"])
    assert "not a deletion" in json.dumps(said["not_retroactive"])
    assert "ask for it" in json.dumps(said["not_retroactive"])
    assert Member.objects.filter(user_id=cast.alice.pk).values().get() == held


def test_marketing_objection_takes_effect_with_its_filing(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """All marketing stops, consent or not, and the address is suppressed for later imports (R122)."""
    consents.give(cast.alice.user, NEWSLETTER, wording="Yes, send it.")
    case = ask(cast.alice, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    assert case.requests.get().state == State.CLOSED
    assert not permitted(cast.alice.user, NEWSLETTER)
    assert suppression.is_suppressed(cast.alice.email)
    assert not suppression.is_suppressed(cast.bob.email)


def test_marketing_objection_stops_every_channel_and_every_number_that_is_held(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """Filed as a right it is about all channels; so are the lists that later imports ask (Art. 21(3), R122)."""
    Member.objects.filter(user_id=cast.alice.pk).update(phone="+65 6000 0001")
    Member.objects.filter(user_id=cast.bob.pk).update(phone="+65 6000 0002")
    case = ask(cast.alice, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    assert suppression.is_suppressed("60000001", channel=Channel.PHONE)
    assert not suppression.is_suppressed("60000002", channel=Channel.PHONE)
    assert objections.is_open(cast.alice.user, None)
    back = Contact(email="another@example.com", phone="0065 6000-0001")
    beside = Contact(email="beside@example.com", phone="+65 6000 0002")
    assert not_to_return({back, beside}) == {back}
    said = letters.read(case.requests.get().letters.get(kind="answer"))
    assert said["purposes"][-1].startswith("Advertising stops in every way")


@pytest.mark.parametrize("channel", list(Channel))
def test_marketing_objection_to_one_channel_suppresses_what_reaches_that_one(
    cast: Cast, ask: Callable[..., Case], channel: Channel
) -> None:
    """The other channel's list does not know her; the letter says which it was (R113)."""
    Member.objects.filter(user_id=cast.alice.pk).update(phone="+65 6000 0001")
    scope = {"objection": "marketing", "channels": [channel.value]}
    case = ask(cast.alice, Asked(right=Right.OBJECTION, scope=scope))
    stopped = {
        Channel.EMAIL: suppression.is_suppressed(cast.alice.email),
        Channel.PHONE: suppression.is_suppressed("60000001", channel=Channel.PHONE),
    }
    assert stopped == {one: one is channel for one in Channel}
    assert objections.is_open(cast.alice.user, None, channel=channel)
    assert not objections.is_open(cast.alice.user, None)
    said = letters.read(case.requests.get().letters.get(kind="answer"))
    assert said["purposes"][-1].endswith("goes on.")


@pytest.mark.parametrize(
    "scope",
    [
        {"objection": "marketing", "channels": []},
        {"objection": "marketing", "channels": ["fax"]},
        {"objection": "marketing", "channels": "email"},
        {"objection": "other", "purposes": [SAFETY.code], "channels": ["email"]},
    ],
)
def test_a_channel_that_there_is_not_is_refused(
    cast: Cast, ask: Callable[..., Case], scope: dict[str, Any]
) -> None:
    with pytest.raises(IntakeError, match="channels"):
        ask(cast.alice, Asked(right=Right.OBJECTION, scope=scope))


def test_both_channels_asked_for_apart_are_every_channel(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    case = ask(
        cast.alice,
        *(
            Asked(right=Right.OBJECTION, scope={"objection": "marketing", "channels": [one.value]})
            for one in Channel
        ),
    )
    assert case.requests.get().scope["channels"] == ["email", "phone"]
    assert objections.is_open(cast.alice.user, None)


def test_other_objection_is_weighed_by_staff_first(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Until somebody grants it the purpose is restricted; then the objection stops it, and only for her."""
    case = ask(
        cast.alice,
        Asked(right=Right.OBJECTION, scope={"objection": "other", "purposes": [SAFETY.code]}),
    )
    assert case.requests.get().state == State.IN_REVIEW
    assert not objections.is_open(cast.alice.user, SAFETY)
    assert answered(case).outcome == Outcome.FULFILLED
    assert objections.is_open(cast.alice.user, SAFETY)
    assert not permitted(cast.alice.user, SAFETY)
    assert permitted(cast.bob.user, SAFETY)


def test_restriction_leaves_storage_only(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """The named purpose stops; others go on."""
    scope = {"ground": "accuracy_contested", "purposes": [LENDING.code]}
    assert permitted(cast.alice.user, LENDING)
    request = answered(ask(cast.alice, Asked(right=Right.RESTRICTION, scope=scope)))
    assert request.outcome == Outcome.FULFILLED
    assert not permitted(cast.alice.user, LENDING)
    assert permitted(cast.alice.user, SAFETY)
    assert permitted(cast.bob.user, LENDING)


def test_objection_to_a_contract_is_not_a_reason_to_fail(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """It waits for staff with the ground it will meet (R196)."""
    case = ask(
        cast.alice,
        Asked(right=Right.OBJECTION, scope={"objection": "other", "purposes": [LENDING.code]}),
    )
    assert case.requests.get().scope["grounds"] == {LENDING.code: "contract_performance"}


def test_an_objection_to_an_interest_and_a_contract_is_granted_and_refused(
    cast: Cast, ask: Callable[..., Case], dora: Actor
) -> None:
    """What can be objected to stops, and nobody can promise the rest by mistake."""
    both = {"objection": "other", "purposes": [SAFETY.code, LENDING.code]}
    case = ask(cast.alice, Asked(right=Right.OBJECTION, scope=both))
    interest = case.requests.get(scope__purposes=[SAFETY.code])
    contract = case.requests.get(scope__purposes=[LENDING.code])
    with pytest.raises(decisions.DecisionError, match="contract_performance"):
        decisions.decide(contract, verdict=Decision.Verdict.GRANTED, actor=dora)
    decisions.decide(interest, verdict=Decision.Verdict.GRANTED, actor=dora)
    grounds = {"SG": "contract_performance"}
    decisions.decide(contract, verdict=Decision.Verdict.REFUSED, actor=dora, grounds=grounds)
    execution.run(interest.pk)
    interest.refresh_from_db()
    contract.refresh_from_db()
    assert (interest.outcome, contract.outcome) == (Outcome.FULFILLED, Outcome.REFUSED)
    assert not permitted(cast.alice.user, SAFETY)
    assert permitted(cast.alice.user, LENDING)
