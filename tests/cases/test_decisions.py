"""Refusals hold up: a ground under each law, words where the law asks for them, the officer's word where it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import decisions, letters
from dsar.cases.decisions import DecisionError
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Decision, Letter, Request
from dsar.cases.states import Outcome, Right, State
from dsar.law import grounds
from dsar.law.grounds import Need
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

REFUSED = Decision.Verdict.REFUSED
WEIGHED = "Your wish for quiet weighs less here than the safety of others."
OFFICERS = [
    (ground.code, regime)
    for ground in grounds.all_grounds().values()
    for regime in ("SG", "EU", "GB")
    if Need.OFFICER in ground.needs and ground.holds(right="access", regime=regime)
]


@pytest.fixture
def by_staff(settings) -> None:
    settings.DSAR = {**settings.DSAR, "POLICY": {"access": "staff"}}


def asked(user: AbstractBaseUser, settings, right: Right, regime: str, **scope: Any) -> Request:
    home, residence = {"SG": (("SG",), ""), "EU": ((), "DE"), "GB": ((), "GB")}[regime]
    settings.DSAR = {**settings.DSAR, "REGIMES": home}
    return cast.route(cast.request_of(user, right, scope=scope, residence=residence))


def objection(user: AbstractBaseUser, settings) -> Request:
    return asked(user, settings, Right.OBJECTION, "EU", objection="other", purposes=["test_safety"])


@pytest.mark.parametrize("where", OFFICERS, ids="-".join)
@pytest.mark.usefixtures("by_staff")
def test_grounds_that_need_the_officer_close_nothing_before_that_signature(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, settings, where: tuple[str, str]
) -> None:
    code, regime = where
    request = asked(alice, settings, Right.ACCESS, regime)
    said: dict[str, Any] = {"grounds": {regime: code}, "reason": "As the file shows."}
    decision = decisions.decide(request, verdict=REFUSED, actor=dora, **said)
    request.refresh_from_db()
    assert (request.state, request.answered_at) == (State.IN_REVIEW, None)
    assert decisions.awaits_officer(decision)
    assert not Letter.objects.filter(request=request).exists()
    with pytest.raises(NotPermittedError):
        decisions.approve(request, actor=dora)
    decisions.approve(request, actor=olga)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.REFUSED)
    assert Letter.objects.filter(request=request, kind=Letter.Kind.REFUSAL).count() == 1


def test_what_the_officer_refuses_needs_no_other_signature(
    alice: AbstractBaseUser, olga: Actor, settings, by_staff
) -> None:
    request = asked(alice, settings, Right.ACCESS, "SG")
    said: dict[str, Any] = {"grounds": {"SG": "threat_to_another"}}
    decisions.decide(request, verdict=REFUSED, actor=olga, **said)
    request.refresh_from_db()
    assert request.state == State.CLOSED


def test_a_refusal_that_waits_for_the_officer_can_be_decided_anew(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, settings, by_staff
) -> None:
    request = asked(alice, settings, Right.ACCESS, "SG")
    decisions.decide(request, verdict=REFUSED, actor=dora, grounds={"SG": "threat_to_another"})
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora)
    assert request.state == State.APPROVED
    with pytest.raises(MoveError):
        decisions.approve(request, actor=olga)


@pytest.mark.parametrize(
    ("code", "regime"),
    [
        ("manifestly_unfounded", "EU"),
        ("manifestly_excessive", "GB"),
        ("rights_of_others", "EU"),
        ("reveals_other_person", "SG"),
    ],
)
@pytest.mark.usefixtures("by_staff")
def test_the_house_says_why_such_a_ground_holds_and_why_no_part_can_be_given(
    alice: AbstractBaseUser, olga: Actor, settings, code: str, regime: str
) -> None:
    request = asked(alice, settings, Right.ACCESS, regime)
    with pytest.raises(DecisionError, match="why it holds"):
        decisions.decide(request, verdict=REFUSED, actor=olga, grounds={regime: code}, reason="  ")
    assert not Decision.objects.filter(request=request).exists()


def test_a_refused_objection_was_weighed_and_the_person_reads_how(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, settings
) -> None:
    request = objection(alice, settings)
    compelling: dict[str, Any] = {"grounds": {"EU": "compelling_legitimate_grounds"}}
    with pytest.raises(DecisionError, match="weighed"):
        decisions.decide(request, verdict=REFUSED, actor=dora, **compelling)
    said = decisions.decide(
        request, verdict=REFUSED, actor=dora, balancing=WEIGHED, reason="canary", **compelling
    )
    assert said.balancing is not None
    assert b"safety" not in bytes(said.balancing)
    decisions.approve(request, actor=olga)
    text = letters.render(Letter.objects.get(request=request, kind=Letter.Kind.REFUSAL)).text
    assert WEIGHED in text
    assert "GDPR Art. 21(1)" in text
    assert "canary" not in text


def test_protected_facts_are_told_in_the_same_words_whatever_they_are(
    alice: AbstractBaseUser, olga: Actor, settings, by_staff
) -> None:
    said = set()
    for code in (
        "threat_to_another",
        "harm_to_requester",
        "reveals_informant",
        "national_interest",
    ):
        request = asked(alice, settings, Right.ACCESS, "SG")
        decisions.decide(request, verdict=REFUSED, actor=olga, grounds={"SG": code})
        letter = Letter.objects.get(request=request, kind=Letter.Kind.REFUSAL)
        said.add(tuple(letters.read(letter)["reasons"]))
        assert code not in letters.render(letter).text
    assert len(said) == 1


@pytest.mark.parametrize("regime", ["SG", "EU"])
def test_what_must_stay_silent_is_no_ground_for_a_letter(
    alice: AbstractBaseUser, olga: Actor, settings, by_staff, regime: str
) -> None:
    request = asked(alice, settings, Right.ACCESS, regime)
    with pytest.raises(DecisionError):
        decisions.decide(
            request, verdict=REFUSED, actor=olga, grounds={regime: "law_enforcement_disclosure"}
        )
