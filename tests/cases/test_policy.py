"""Who handles what, what may be changed about it, and that the documentation says the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dsar.cases import policy, variants
from dsar.cases.models import Request
from dsar.cases.policy import Handling
from dsar.cases.states import ENDINGS, TRANSITIONS, Outcome, Right, State
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

DOCUMENT = Path(__file__).parents[2] / "docs" / "life-of-a-request.md"
HANDLED = [
    (Right.ACCESS, {}, Handling.AUTOMATIC),
    (Right.PORTABILITY, {}, Handling.AUTOMATIC),
    (Right.CORRECTION, {}, Handling.STAFF),
    (Right.DELETION, {}, Handling.TWO_PEOPLE),
    (Right.RESTRICTION, {"ground": "unlawful"}, Handling.STAFF),
    (Right.CONSENT_WITHDRAWAL, {"purposes": ["test_newsletter"]}, Handling.AT_ONCE),
    (Right.OBJECTION, {"objection": "marketing"}, Handling.AT_ONCE),
    (Right.OBJECTION, {"objection": "sale"}, Handling.AT_ONCE),
    (Right.OBJECTION, {"objection": "sensitive"}, Handling.AT_ONCE),
    (Right.OBJECTION, {"objection": "other"}, Handling.STAFF),
    (Right.OBJECTION, {"objection": "automated_decision"}, Handling.STAFF),
]


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("right", "scope", "expected"), HANDLED)
def test_each_right_is_handled_as_the_table_says(
    right: Right, scope: dict[str, Any], expected: Handling
) -> None:
    assert policy.handling(Request(right=right, scope=scope)) is expected


def test_the_house_may_put_people_to_an_automatic_right(alice: AbstractBaseUser, settings) -> None:
    settings.DSAR = {**settings.DSAR, "POLICY": {"access": "staff"}}
    assert cast.route(cast.request_of(alice, Right.ACCESS)).state == State.IN_REVIEW


@pytest.mark.parametrize("chosen", ["automatic", "staff", "at_once"])
def test_no_setting_takes_the_second_person_from_deletion(settings, chosen: str) -> None:
    settings.DSAR = {**settings.DSAR, "POLICY": {"deletion": chosen}}
    with pytest.raises(ImproperlyConfigured):
        policy.handling(Request(right=Right.DELETION))


def test_no_setting_delays_what_takes_effect_at_once(settings) -> None:
    slow = {"objection_marketing": "staff", "consent_withdrawal": "staff"}
    settings.DSAR = {**settings.DSAR, "POLICY": slow}
    marketing = Request(right=Right.OBJECTION, scope={"objection": "marketing"})
    assert variants.takes_effect_at_once(marketing)
    assert policy.handling(marketing) is Handling.AT_ONCE
    assert policy.handling(Request(right=Right.CONSENT_WITHDRAWAL)) is Handling.AT_ONCE


def test_the_documented_moves_are_the_moves() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*)\|$", DOCUMENT.read_text(), re.MULTILINE)
    said = {source: set(re.findall(r"`(\w+)`", targets)) for source, targets in rows}
    documented = {state: said.get(state.value) for state in State}
    assert documented == {
        source: {target.value for target in targets} for source, targets in TRANSITIONS.items()
    }


def test_every_outcome_is_documented_and_can_be_reached() -> None:
    text = DOCUMENT.read_text()
    assert [one for one in Outcome if f"`{one.value}`" not in text] == []
    assert set().union(*ENDINGS.values()) == set(Outcome)
