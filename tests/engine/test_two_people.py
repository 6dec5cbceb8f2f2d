"""A house that wants more people, or fewer, for another right than deletion gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsar.cases import handling
from dsar.cases.asked import Asked
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Decision
from dsar.cases.policy import Handling
from dsar.cases.states import Outcome, Right, State
from dsar.engine import execution, review
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast


def test_a_restriction_that_two_people_decide_waits_for_the_second(
    settings: Settings, cast: Cast, ask: Callable[..., Case], dora: Actor, otto: Actor
) -> None:
    settings.DSAR = settings.DSAR | {"POLICY": {"restriction": "two_people"}}
    case = ask(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "unlawful"}))
    request = case.requests.get()
    assert review.needs_second_person(request)
    shown = review.preview(request, actor=dora).digest
    request = review.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora, shown=shown)
    assert request.state == State.IN_REVIEW
    with pytest.raises(GuardError):
        review.approve(request, actor=dora)
    assert review.approve(request, actor=otto).state == State.APPROVED


def test_without_that_setting_one_person_suffices(
    cast: Cast, ask: Callable[..., Case], dora: Actor
) -> None:
    case = ask(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "unlawful"}))
    request = case.requests.get()
    assert not review.needs_second_person(request)
    shown = review.preview(request, actor=dora).digest
    request = review.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora, shown=shown)
    assert request.state == State.APPROVED


def test_a_restriction_that_nobody_decides_stands_at_once_and_is_answered(
    cast: Cast, ask: Callable[..., Case], otto: Actor
) -> None:
    to = Handling.AUTOMATIC
    handling.change(variant="restriction", handling=to, reason="Nobody loses by it.", actor=otto)
    case = ask(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "unlawful"}))
    request = case.requests.get()
    assert request.decision.automatic
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert Restriction.objects.filter(subject=cast.alice.pk, lifted_at__isnull=True).exists()
    assert not Restriction.objects.filter(subject=cast.bob.pk).exists()
