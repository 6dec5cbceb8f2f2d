"""A refusal rests on a ground that its regime knows."""

from __future__ import annotations

import pytest

from dsar.law import grounds, rules

REFUSABLE = [
    (right, code)
    for code in sorted(rules.known())
    for right, rule in rules.latest(code).rights.items()
    if rule.refusable
]


@pytest.mark.parametrize(("right", "regime"), REFUSABLE)
def test_every_refusable_right_has_grounds_in_every_regime(right: str, regime: str) -> None:
    assert grounds.applicable(right, regime=regime)


@pytest.mark.parametrize("regime", sorted(rules.known()))
@pytest.mark.parametrize("variant", ["marketing", "sale", "sensitive"])
def test_absolute_objections_cannot_be_refused(variant: str, regime: str) -> None:
    assert grounds.applicable(f"objection_{variant}", regime=regime) == []


def test_a_ground_of_one_regime_does_not_serve_another() -> None:
    given = {"EU": "manifestly_unfounded", "SG": "manifestly_unfounded"}
    assert grounds.missing("access", regimes=["EU", "SG"], given=given) == ["SG"]


def test_a_ground_for_another_right_does_not_serve() -> None:
    assert grounds.missing("access", regimes=["SG"], given={"SG": "still_necessary"}) == ["SG"]


def test_a_law_that_does_not_know_the_right_needs_no_ground() -> None:
    given = {"EU": "automated_decision_allowed"}
    right = "objection_automated_decision"
    assert grounds.missing(right, regimes=["EU", "SG"], given=given) == []
    assert grounds.missing(right, regimes=["EU", "SG"], given={}) == ["EU"]


def test_silent_grounds_are_never_offered() -> None:
    offered = grounds.applicable("access", regime="SG")
    assert "law_enforcement_disclosure" not in {ground.code for ground in offered}


def test_european_letters_never_cite_singapore() -> None:
    cited = " ".join(ground.source("EU") for ground in grounds.all_grounds().values())
    assert "PDPA" not in cited
    assert "Companies Act" not in cited


def test_protected_facts_have_no_words_of_their_own() -> None:
    protected = ("threat_to_another", "harm_to_requester", "reveals_informant", "national_interest")
    said = {grounds.all_grounds()[code].in_words("en") for code in protected}
    assert said == {"The law forbids us to provide this data."}
