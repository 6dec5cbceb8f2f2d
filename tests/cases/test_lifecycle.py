"""Whatever anybody tries, a request moves along the table of moves and nowhere else."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from dsar.cases import decisions, identity, lifecycle, transitions, withdrawal
from dsar.cases.actors import SYSTEM
from dsar.cases.decisions import DecisionError
from dsar.cases.lifecycle import MoveError, TransitionError
from dsar.cases.models import Decision, Request
from dsar.cases.states import ENDINGS, TRANSITIONS, UNANSWERED, Outcome, Right, State
from dsar.ledger import log
from tests.cases import cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor


def put(request: Request, state: State) -> None:
    """Set a state past the trigger, as only the database's owner can."""
    outcome = Outcome.SPAM if state is State.CLOSED else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Request.objects.filter(pk=request.pk).update(state=state, outcome=outcome)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("source", State)
def test_plain_sql_moves_only_along_the_table(alice: AbstractBaseUser, source: State) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    moved = set()
    for target in State:
        put(request, source)
        outcome = Outcome.SPAM.value if target is State.CLOSED else ""
        with contextlib.suppress(IntegrityError), transaction.atomic():
            Request.objects.filter(pk=request.pk).update(state=target, outcome=outcome)
            moved.add(target)
    assert moved == TRANSITIONS[source] | {source}


@pytest.mark.parametrize("source", State)
def test_advance_knows_no_other_moves(alice: AbstractBaseUser, source: State) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    unknown = set()
    for target in State:
        put(request, source)
        try:
            lifecycle.advance(request, to=target, actor=SYSTEM)
        except TransitionError:
            unknown.add(target)
        except MoveError:
            continue
    assert unknown == set(State) - TRANSITIONS[source]


def test_the_installed_trigger_is_the_one_the_table_makes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [transitions.FUNCTION])
        (installed,) = cursor.fetchone()
    assert installed.strip() in transitions.sql()


def test_refused_moves_write_nothing(alice: AbstractBaseUser, carol: Actor) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    before = log.entries(request.pk).count()
    with pytest.raises(MoveError):
        lifecycle.advance(request, to=State.IN_REVIEW, actor=carol, reason="because")
    assert log.entries(request.pk).count() == before
    assert not request.case.notes.exists()


def test_each_move_writes_one_entry(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.RESTRICTION, scope={"ground": "unlawful"})
    before = log.entries(request.pk).count()
    lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)
    assert log.entries(request.pk).count() == before + 1


RIGHTS: tuple[tuple[Right, dict[str, Any]], ...] = (
    (Right.ACCESS, {}),
    (Right.DELETION, {}),
    (Right.RESTRICTION, {"ground": "unlawful"}),
    (Right.OBJECTION, {"objection": "marketing"}),
)
STEPS = st.one_of(
    st.tuples(st.just("advance"), st.sampled_from(State), st.sampled_from([None, *Outcome])),
    st.sampled_from([("route",), ("verify",), ("grant",), ("refuse",), ("approve",)]),
    st.sampled_from([("withdraw",), ("answer",), ("execute",), ("fulfil",)]),
)


class RandomWalks(TestCase):
    """Random people doing random things, with the table of moves as the oracle."""

    def setUp(self) -> None:
        """Bring on the cast."""
        self.alice = cast.person("alice")
        self.dora = cast.staff("dora", "Privacy reviewers")
        self.olga = cast.staff("olga", "Data protection officers")
        self.actors = (SYSTEM, self.dora, self.olga, cast.requester(self.alice))

    @settings(max_examples=25, deadline=None)
    @given(
        right=st.sampled_from(RIGHTS),
        fresh=st.booleans(),
        steps=st.lists(st.tuples(STEPS, st.integers(0, 3)), max_size=12),
    )
    def test_every_walk_stays_on_the_table(self, right, fresh, steps) -> None:
        """The ledger's path is a path of the table, and ends where the row stands."""
        request = cast.request_of(self.alice, right[0], scope=right[1], fresh=fresh)
        for (verb, *more), who in steps:
            self._attempt(request, verb, *more, actor=self.actors[who])
            self._check(Request.objects.select_related("case").get(pk=request.pk))

    def _attempt(self, request: Request, verb: str, *more: Any, actor: Actor) -> None:
        granted, refused = Decision.Verdict.GRANTED, Decision.Verdict.REFUSED
        attempts: dict[str, Callable[[], object]] = {
            "advance": lambda: lifecycle.advance(request, to=more[0], outcome=more[1], actor=actor),
            "route": lambda: cast.route(request),
            "verify": lambda: identity.verify(request.case, actor=actor),
            "grant": lambda: decisions.decide(request, verdict=granted, actor=actor),
            "refuse": lambda: decisions.decide(
                request,
                verdict=refused,
                actor=actor,
                grounds={"SG": "identity_not_verified"},
            ),
            "approve": lambda: decisions.approve(request, actor=actor),
            "withdraw": lambda: withdrawal.withdraw(request, actor=actor),
            "answer": lambda: cast.answer(request, outcome="decided"),
            "execute": lambda: cast.execute(request),
            "fulfil": lambda: cast.fulfil(request),
        }
        try:
            with transaction.atomic():
                attempts[verb]()
        except (MoveError, DecisionError, identity.NotFreshError, IntegrityError):
            request.refresh_from_db()

    def _check(self, request: Request) -> None:
        path = [State.SUBMITTED.value]
        for entry in log.entries(request.pk):
            detail = json.loads(entry.canonical)["detail"]
            if "from" in detail:
                assert detail["from"] == path[-1]
                assert detail["to"] in TRANSITIONS[State(path[-1])]
                path.append(detail["to"])
        assert path[-1] == request.state
        if request.state == State.CLOSED:
            self._check_end(request, came_from=State(path[-2]))
        if State.EXECUTING in path and request.right == Right.DELETION:
            raise AssertionError("The waiting period was skipped.")

    def _check_end(self, request: Request, *, came_from: State) -> None:
        at_once = request.right == Right.OBJECTION and came_from is State.SUBMITTED
        assert request.outcome in ENDINGS[came_from] or at_once
        assert request.answered_at or request.outcome in UNANSWERED
