"""Whoever files for the bench sees every request through, whatever happened to the account before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsar.cases.states import Right, State
from dsar.management.bench import desk
from tests.testapp.factories import make_cast

if TYPE_CHECKING:
    from pytest_django import Settings


def changed_lately(_person: object, _since: object) -> tuple[list[str], list[str]]:
    """An account that somebody took up with another device last week."""
    return ["new_device"], ["earlier@example.com"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("right", [Right.ACCESS, Right.DELETION])
def test_an_account_that_changed_lately_gets_its_earlier_address_s_word(
    settings: Settings, right: Right
) -> None:
    settings.DSAR = settings.DSAR | {"ACCOUNT_CHANGES": f"{__name__}.{changed_lately.__name__}"}
    request = desk.approved(make_cast().alice.user.pk, right)
    assert request.state == State.APPROVED
    assert request.case.verification_method == "earlier_address"
