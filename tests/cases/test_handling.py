"""The officer says who decides a right: what comes is decided so, and what the law keeps for people stays with them."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from dsar.cases import handling, policy
from dsar.cases.handling import HandlingError
from dsar.cases.handling_models import HandlingRule
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Request
from dsar.cases.policy import Handling
from dsar.cases.states import Right, State
from dsar.duties.retention import due, schedule
from dsar.ledger.models import Entry
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

pytestmark = pytest.mark.django_db
WHY = "Too many copies went out unread."


@pytest.fixture
def olga() -> Actor:
    return cast.staff("olga", "Data protection officers")


def say(who: Actor, variant: str = "access", to: Handling = Handling.STAFF) -> HandlingRule:
    return handling.change(variant=variant, handling=to, reason=WHY, actor=who)


def test_what_comes_is_decided_by_the_last_word(alice: AbstractBaseUser, olga: Actor) -> None:
    assert cast.route(cast.request_of(alice, Right.ACCESS)).state != State.IN_REVIEW
    say(olga)
    assert cast.route(cast.request_of(alice, Right.ACCESS)).state == State.IN_REVIEW
    assert policy.handling(Request(right=Right.PORTABILITY)) is Handling.AUTOMATIC
    say(olga, to=Handling.AUTOMATIC)
    assert cast.route(cast.request_of(alice, Right.ACCESS)).state != State.IN_REVIEW


def test_it_goes_before_the_settings(settings: Any, olga: Actor) -> None:
    settings.DSAR = {**settings.DSAR, "POLICY": {"access": "two_people"}}
    assert policy.table()["access"] is Handling.TWO_PEOPLE
    say(olga)
    assert (
        policy.table()["access"] is policy.handling(Request(right=Right.ACCESS)) is Handling.STAFF
    )


def test_the_list_of_what_two_people_sign_follows(alice: AbstractBaseUser, olga: Actor) -> None:
    asked = cast.request_of(alice, Right.RESTRICTION, scope={"ground": "unlawful"})
    two = Request.objects.filter(policy.takes_two())
    assert asked not in two
    say(olga, "restriction", Handling.TWO_PEOPLE)
    assert asked in Request.objects.filter(policy.takes_two())


def test_what_waits_for_staff_is_not_decided_by_machine(
    alice: AbstractBaseUser, olga: Actor
) -> None:
    say(olga)
    waits = cast.route(cast.request_of(alice, Right.ACCESS))
    assert list(handling.waiting("access")) == [waits]
    say(olga, to=Handling.AUTOMATIC)
    waits.refresh_from_db()
    assert waits.state == State.IN_REVIEW


def test_waiting_tells_one_objection_from_another(alice: AbstractBaseUser) -> None:
    other = cast.request_of(
        alice, Right.OBJECTION, scope={"objection": "other", "purposes": ["test_lending"]}
    )
    assert list(handling.waiting("objection_other")) == [other]
    assert not handling.waiting("objection_automated_decision").exists()


@pytest.mark.parametrize(
    ("variant", "to"),
    [
        ("deletion", Handling.STAFF),
        ("deletion", Handling.TWO_PEOPLE),
        ("objection_automated_decision", Handling.AUTOMATIC),
        ("objection_other", Handling.AUTOMATIC),
        ("correction", Handling.AUTOMATIC),
        ("objection_marketing", Handling.STAFF),
        ("consent_withdrawal", Handling.STAFF),
        ("access", Handling.AT_ONCE),
        ("canary", Handling.STAFF),
    ],
)
def test_what_the_law_or_the_house_keeps_is_not_changed(
    olga: Actor, variant: str, to: Handling
) -> None:
    with pytest.raises(HandlingError):
        say(olga, variant, to)
    assert not HandlingRule.objects.exists()


def test_no_word_on_deletions_even_in_the_database(olga: Actor) -> None:
    with pytest.raises(IntegrityError):
        HandlingRule.objects.create(
            variant="deletion", handling="staff", reason=WHY, entered_by_id=olga.user.pk
        )


def test_a_reason_is_needed(olga: Actor) -> None:
    with pytest.raises(HandlingError):
        handling.change(variant="access", handling=Handling.STAFF, reason=" ", actor=olga)


def test_only_the_officer_has_the_say() -> None:
    for group in ("Privacy handlers", "Privacy reviewers", "Auditors", "System owners"):
        with pytest.raises(NotPermittedError):
            say(cast.staff(group.split()[-1], group))
    assert not HandlingRule.objects.exists()


def test_every_change_has_an_entry_with_what_held_before(olga: Actor) -> None:
    say(olga)
    say(olga, to=Handling.TWO_PEOPLE)
    made = Entry.objects.filter(tag="handling.changed").order_by("pk")
    first, second = (json.loads(one.canonical)["detail"] for one in made)
    assert (first["before"], first["handling"]) == ("automatic", "staff")
    assert (second["before"], second["handling"]) == ("staff", "two_people")
    assert second["role"] == "officer"
    assert WHY not in str(second)


def test_one_word_stands_and_only_what_has_ended_goes_with_its_time(olga: Actor) -> None:
    old, new = say(olga), say(olga, to=Handling.TWO_PEOPLE)
    assert list(HandlingRule.objects.filter(ended_at__isnull=True)) == [new]
    long_ago = timezone.now() - timedelta(days=1500)
    HandlingRule.objects.update(entered_at=long_ago)
    HandlingRule.objects.filter(pk=old.pk).update(ended_at=long_ago)
    (unit,) = (one for one in schedule.units() if one.label.startswith("dsar.HandlingRule"))
    assert set(due.free(unit, of=due.day(due.today())).values_list("pk", flat=True)) == {old.pk}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_word_and_no_error_but_ours(olga: Actor) -> None:
    together, failed = threading.Barrier(2), []

    def change(to: Handling) -> None:
        together.wait(10)
        try:
            say(olga, to=to)
        except HandlingError as error:
            failed.append(error)
        finally:
            connection.close()

    both = [
        threading.Thread(target=change, args=[to]) for to in (Handling.STAFF, Handling.TWO_PEOPLE)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert HandlingRule.objects.filter(ended_at__isnull=True).count() == 1
    assert HandlingRule.objects.count() + len(failed) == 2
    assert Entry.objects.filter(tag="handling.changed").count() == HandlingRule.objects.count()
