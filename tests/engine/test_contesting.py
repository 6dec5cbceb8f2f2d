"""Data whose accuracy is contested is only stored while it is checked, if its person wishes, and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsar.cases import letters, withdrawal
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import MEANWHILE, Asked, IntakeError
from dsar.cases.claims import Said
from dsar.cases.models import Letter
from dsar.cases.states import Right
from dsar.engine import contesting, meanwhile, reception
from dsar.processing import permitted
from dsar.registers import restrictions
from tests.engine.test_correction import correcting, wish
from tests.testapp.privacy import SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person


def contested(person: Person, field: str, value: str) -> Asked:
    """A correction with the wish that nothing else is done meanwhile."""
    return replace(correcting(wish(person, field, value)), scope={MEANWHILE: True})


def may_use(person: Person) -> bool:
    """Whether the gate lets the person's data be used for something that needs no consent."""
    return permitted(person.user, SAFETY)


def later(request: Request) -> None:
    """Let the days of notice pass."""
    before = timezone.now() - meanwhile.NOTICE - timedelta(minutes=1)
    Letter.objects.filter(request=request, kind=Letter.Kind.LIFTING).update(written_at=before)


def test_data_is_only_stored_while_it_is_checked_and_the_person_is_told_before_that_ends(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    assert may_use(cast.alice)
    case = ask(cast.alice, contested(cast.alice, "nickname", "Alix"))
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert standing.request_reference == case.requests.get().pk
    assert not may_use(cast.alice)
    assert may_use(cast.bob)
    assert contesting.sweep() == 0

    request = answered(case)
    assert not may_use(cast.alice)
    assert contesting.sweep() == 1
    told = Letter.objects.get(kind=Letter.Kind.LIFTING)
    text = letters.render(told).text
    assert "Your request for correction has ended." in text
    assert not may_use(cast.alice)
    assert contesting.sweep() == 0

    later(request)
    assert contesting.sweep() == 1
    assert may_use(cast.alice)
    assert contesting.sweep() == 0
    assert Letter.objects.filter(kind=Letter.Kind.LIFTING).count() == 1


def test_another_correction_or_a_restriction_of_its_own_keeps_it(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    requester = Actor(kind=ActorKind.REQUESTER, user=cast.alice.user)
    first = ask(cast.alice, contested(cast.alice, "nickname", "Alix")).requests.get()
    second = ask(cast.alice, contested(cast.alice, "phone", "+65 1111 1111")).requests.get()
    withdrawal.withdraw(second, actor=requester)
    assert contesting.sweep() == 1
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert standing.request_reference == first.pk
    assert not Letter.objects.filter(kind=Letter.Kind.LIFTING).exists()

    own = answered(ask(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "claims"})))
    withdrawal.withdraw(first, actor=requester)
    assert contesting.sweep() == 0
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert (standing.request_reference, standing.ground) == (own.pk, "claims")
    ask(cast.alice, contested(cast.alice, "phone", "+65 2222 2222"))
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert standing.request_reference == own.pk


def test_nothing_is_restricted_that_was_not_wished(cast: Cast, ask: Callable[..., Case]) -> None:
    no = replace(correcting(wish(cast.alice, "nickname", "Alix")), scope={MEANWHILE: False})
    assert ask(cast.alice, no).requests.get().scope == {}
    assert may_use(cast.alice)
    with pytest.raises(IntakeError) as refused:
        ask(cast.alice, replace(no, scope={MEANWHILE: "yes"}))
    assert list(refused.value.errors) == [f"0.scope.{MEANWHILE}"]


def test_without_account_the_wish_is_refused_with_the_way_to_ask(cast: Cast) -> None:
    said = Said(name="Somebody", address="somebody@example.com")
    with pytest.raises(IntakeError) as refused:
        reception.file_openly(
            said,
            asked=[contested(cast.alice, "nickname", "Alix")],
            actor=Actor(kind=ActorKind.REQUESTER),
            channel="portal",
            language="en",
        )
    assert "ask for a restriction beside" in refused.value.errors[f"0.scope.{MEANWHILE}"]
