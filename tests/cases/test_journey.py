"""The shortest whole stories of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import letters, withdrawal
from dsar.cases.models import Letter
from dsar.cases.states import Outcome, Right, State
from dsar.cases.timeline import timeline
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor


def test_access_of_a_verified_account_needs_no_people(alice: AbstractBaseUser) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS))
    assert request.state == State.APPROVED
    cast.execute(request)
    cast.answer(request, **cast.ACCESS_ANSWER)
    cast.fulfil(request)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert request.answered_at is not None
    assert [event.what for event in timeline(request)] == [
        "We received your request.",
        "You proved who you are.",
        "Your request was granted; we will carry it out.",
        "We are carrying out your request.",
        "We wrote you a letter.",
        "We completed your request.",
    ]


def test_deletion_needs_two_people(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    request = cast.granted(cast.request_of(alice, Right.DELETION), by=dora, signed_by=olga)
    cast.execute(request)
    cast.answer(request, **cast.DELETION_ANSWER)
    assert cast.fulfil(request).outcome == Outcome.FULFILLED


def test_unverified_access_waits_and_can_be_withdrawn(alice: AbstractBaseUser) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False))
    assert request.state == State.AWAITING_VERIFICATION
    withdrawal.withdraw(request, actor=cast.requester(alice))
    assert request.outcome == Outcome.WITHDRAWN_BY_REQUESTER
    letter = Letter.objects.get(request=request)
    assert "You have withdrawn your request" in letters.render(letter).text
