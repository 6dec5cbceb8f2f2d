"""A deletion leaves single kinds of records where its decision says on which ground, and says so to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import covering, letters
from dsar.cases.decisions import DecisionError
from dsar.cases.models import Decision, Letter
from dsar.cases.states import Outcome
from dsar.contract import registry
from dsar.engine import execution, journal, keeping, review
from dsar.law import grounds
from tests.engine.looking import rows_of
from tests.testapp.models import Device, Loan, Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

CLAIMS = "legal_claims"


def decide(case: Case, kept: dict[str, dict[str, str]], *, by: Actor, **said: Any) -> Request:
    """Grant a deletion in part, on the plan as it is."""
    request = case.requests.get()
    shown = review.preview(request, actor=by).digest
    said = {"verdict": Decision.Verdict.GRANTED_IN_PART, "reason": "A claim is pending."} | said
    return review.decide(request, actor=by, shown=shown, kept=kept, **said)


def test_a_kind_is_left_on_its_ground_and_everything_else_goes(
    cast: Cast, ask: Callable[..., Case], dora: Actor, otto: Actor
) -> None:
    words = cast.alice.canary("remarks-0")
    assert Loan.objects.filter(borrower_id=cast.alice.pk, remarks__contains=words).count() == 1
    bobs = rows_of("testapp_loan", "borrower_id = %s", cast.bob.pk)
    assert Device.objects.filter(owner_id=cast.alice.pk).exists()
    case = ask(cast.alice, "deletion", residence="DE")
    kept = {"testapp.Loan": dict.fromkeys(case.regimes, CLAIMS)}
    request = decide(case, kept, by=dora)
    (step,) = [
        one for one in request.plan.document["steps"] if one.get("declaration") == "testapp.Loan"
    ]
    why = grounds.all_grounds()[CLAIMS].in_words("en")
    assert step["action"] == "retain"
    assert why in step["reason"]
    assert step["until"]
    assert request.decision.plan_digest == request.plan.digest
    review.approve(request, actor=otto)
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.outcome == Outcome.PARTIALLY_FULFILLED
    assert Loan.objects.filter(borrower=None, remarks__contains=words).count() == 1
    assert rows_of("testapp_loan", "borrower_id = %s", cast.bob.pk) == bobs
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()
    assert not Device.objects.filter(owner_id=cast.alice.pk).exists()
    answer = Letter.objects.get(request=request, kind=Letter.Kind.ANSWER)
    (told,) = [
        one for one in letters.read(answer)["receipts"] if one["declaration"] == "testapp.Loan"
    ]
    assert (told["deleted"], told["retained"], told["until"]) == (0, 3, step["until"])
    assert why in letters.render(answer).text
    (noted,) = journal.read()
    assert noted.declarations
    assert "testapp.Loan" not in noted.declarations


def test_nothing_stays_without_a_ground_that_every_law_knows(
    cast: Cast, ask: Callable[..., Case], dora: Actor
) -> None:
    case = ask(cast.alice, "deletion", residence="DE")
    every = dict.fromkeys(case.regimes, CLAIMS)
    going = [one.label for one in covering.of(case.requests.get()) if one.row != "retained"]
    wrong: list[tuple[dict[str, dict[str, str]], dict[str, Any]]] = [
        ({"testapp.Loan": {}}, {}),
        ({"testapp.Loan": {"EU": "accuracy_not_shown_wrong"}}, {}),
        ({"testapp.Loan": every | {"XX": CLAIMS}}, {}),
        ({"testapp.Payment": every}, {}),
        ({"testapp.Nothing": every}, {}),
        (dict.fromkeys(going, every), {}),
        ({"testapp.Loan": every}, {"verdict": Decision.Verdict.GRANTED}),
    ]
    for kept, said in wrong:
        with pytest.raises(DecisionError):
            decide(case, kept, by=dora, **said)
    assert not Decision.objects.exists()
    assert case.requests.get().kept == {}


def test_what_belongs_to_records_that_go_goes_with_them(
    cast: Cast, ask: Callable[..., Case], dora: Actor
) -> None:
    """A kind whose rows point at rows that are deleted cannot stay alone."""
    case = ask(cast.alice, "deletion")
    request = case.requests.get()
    every = dict.fromkeys(case.regimes, CLAIMS)
    labels = [one.label for one in registry.current().all() if one.row == "deleted"]
    hanging = []
    for label in labels:
        request.kept = {label: every}
        hanging += covering.hanging_on_what_goes(request)
    assert hanging
    with pytest.raises(DecisionError, match="cannot stay without"):
        decide(case, {hanging[0]: every}, by=dora)


def test_a_decision_made_anew_leaves_what_it_says_and_no_more(
    cast: Cast, ask: Callable[..., Case], dora: Actor
) -> None:
    case = ask(cast.alice, "deletion")
    kept = {"testapp.Loan": dict.fromkeys(case.regimes, CLAIMS)}
    assert decide(case, kept, by=dora).kept == kept
    chosen = {one["label"]: one["ground"] for one in keeping.choices(case.requests.get())}
    assert chosen["testapp.Loan"] == CLAIMS
    again = decide(case, {}, by=dora, verdict=Decision.Verdict.GRANTED)
    assert again.kept == {}
    actions = {one.get("declaration"): one["action"] for one in again.plan.document["steps"]}
    assert actions["testapp.Loan"] == "overwrite"
