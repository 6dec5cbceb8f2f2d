"""Records that an app removes while a copy of them is owed raise an alarm, with kind and number; nothing else does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsar.cases import withdrawal
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.states import Outcome, State
from dsar.duties.retention import due, runs
from dsar.engine import execution, vanished
from dsar.engine.models import Plan
from dsar.ledger import log
from tests.testapp.models import Device, Loan, LoanLine, Message, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def by_staff(settings: Settings) -> None:
    """A copy waits for review, so that something can happen meanwhile."""
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff", "portability": "staff"}}


def noted(request: Request) -> list[dict[str, Any]]:
    """What the ledger says went."""
    return [
        json.loads(one.canonical)["detail"]["rows"]
        for one in log.entries(request.pk)
        if one.tag == "records.vanished"
    ]


def gone(request: Request) -> dict[str, int]:
    return dict(Plan.objects.get(request=request).gone)


def remove_messages(of: Person, *, number: int) -> None:
    """As an app does it, by the ORM."""
    own = Message.objects.filter(sender_id=of.pk, recipient_id=of.pk)
    keys = list(own.values_list("pk", flat=True)[:number])
    removed, _ = Message.objects.filter(pk__in=keys).delete()
    assert removed == number


def write(sender: Person, to: Person, *, number: int = 3) -> None:
    Message.objects.bulk_create(
        Message(sender_id=sender.pk, recipient_id=to.pk, text=f"message {one}")
        for one in range(number)
    )


@pytest.mark.parametrize("right", ["access", "portability"])
def test_what_an_app_deletes_before_the_copy_is_named_with_its_number(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], right: str
) -> None:
    write(cast.alice, cast.alice)
    case = ask(cast.alice, right)
    request = case.requests.get()
    assert Plan.objects.get(request=request).counted["testapp.Message"] >= 3
    remove_messages(cast.alice, number=2)
    assert answered(case).state == State.CLOSED
    assert gone(request) == {"testapp.Message": 2}
    assert noted(request) == [{"testapp.Message": 2}]


def test_the_hourly_look_finds_it_while_the_request_is_open_and_says_it_once(
    cast: Cast, ask: Callable[..., Case], time_machine: Any
) -> None:
    write(cast.alice, cast.alice)
    alices = ask(cast.alice, "access").requests.get()
    bobs = ask(cast.bob, "access").requests.get()
    assert vanished.sweep() == 0
    remove_messages(cast.alice, number=1)
    assert vanished.sweep() == 0, "It was looked at within the hour."
    time_machine.move_to(timezone.now() + HOUR)
    assert vanished.sweep() == 1
    time_machine.move_to(timezone.now() + HOUR)
    assert vanished.sweep() == 0
    assert noted(alices) == [{"testapp.Message": 1}]
    remove_messages(cast.alice, number=1)
    Visit.objects.filter(
        serial__in=Device.objects.filter(owner_id=cast.alice.pk).values("serial")
    ).delete()
    time_machine.move_to(timezone.now() + HOUR)
    assert vanished.sweep() == 1
    assert noted(alices)[-1]["testapp.Message"] == 2
    assert noted(alices)[-1]["testapp.Visit"] >= 1
    assert gone(alices) == noted(alices)[-1]
    assert (gone(bobs), noted(bobs)) == ({}, [])


def test_nothing_is_said_where_nothing_went_where_rows_came_or_where_they_changed(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    write(cast.alice, cast.bob)
    case = ask(cast.alice, "access")
    write(cast.alice, cast.bob)
    Message.objects.filter(sender_id=cast.alice.pk).update(text="changed in the ordinary way")
    remove = Message.objects.create(sender_id=cast.bob.pk, recipient_id=cast.carol.pk, text="Bob's")
    remove.delete()
    LoanLine.objects.filter(loan__borrower_id=cast.bob.pk).delete()
    Loan.objects.filter(borrower_id=cast.bob.pk).delete()
    assert vanished.sweep() == 0
    request = answered(case)
    assert request.outcome == Outcome.FULFILLED
    assert (gone(request), noted(request)) == ({}, [])


def test_a_retention_run_meanwhile_leaves_the_rows_and_raises_none(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    write(cast.alice, cast.bob)
    long_ago = timezone.now() - timedelta(days=800)
    Message.objects.filter(sender_id=cast.alice.pk).update(sent_at=long_ago)
    case = ask(cast.alice, "access")
    runs.go_on(runs.begin(on=due.today()))
    request = answered(case)
    assert noted(request) == []


def test_a_deletion_that_had_begun_before_explains_what_it_took(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It took its turn before the copy was asked for; its own evidence says what went."""
    deletion = granted(ask(cast.alice, "deletion"))
    asked: list[Case] = []
    carry_out = execution.RUN["deletion"]

    def meanwhile(lease: Any) -> None:
        asked.append(ask(cast.alice, "access"))
        carry_out(lease)

    monkeypatch.setitem(execution.RUN, "deletion", meanwhile)
    execution.run(deletion.pk)
    deletion.refresh_from_db()
    assert deletion.state == State.CLOSED
    (request,) = asked[0].requests.all()
    assert Plan.objects.get(request=request).counted
    assert vanished.sweep() == 0
    assert noted(request) == []


def test_kinds_that_come_and_go_and_our_own_are_not_counted(
    cast: Cast, ask: Callable[..., Case], settings: Settings
) -> None:
    settings.DSAR = settings.DSAR | {"PASSING_KINDS": ("testapp.Message",)}
    write(cast.alice, cast.bob)
    request = ask(cast.alice, "access").requests.get()
    counted = Plan.objects.get(request=request).counted
    assert "testapp.Loan" in counted
    assert not [one for one in counted if one.startswith("dsar.") or one == "testapp.Message"]


def test_the_look_costs_a_few_statements_however_many_rows_there_are(
    cast: Cast, ask: Callable[..., Case], django_assert_max_num_queries: Any, time_machine: Any
) -> None:
    request = ask(cast.alice, "access").requests.get()
    write(cast.alice, cast.bob, number=300)
    with django_assert_max_num_queries(12):
        assert vanished.sweep() == 0
    me = Actor(kind=ActorKind.REQUESTER, user=cast.alice.user)
    withdrawal.withdraw(request, actor=me)
    time_machine.move_to(timezone.now() + HOUR)
    with django_assert_max_num_queries(4):
        assert vanished.sweep() == 0
