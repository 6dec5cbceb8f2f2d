"""A correction applies what the model's rules accept, field by field, and only to the row that was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsar.cases.asked import Asked, Proposal
from dsar.cases.states import Outcome, Right
from dsar.engine import execution
from dsar.engine.rights.correction import NotCorrectableError, shown
from tests.engine.looking import rows_of
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person


def wish(person: Person, field: str, new: str, *, declaration: str = "testapp.Member") -> Proposal:
    """What somebody wants in a field of their own member row."""
    row = Member.objects.get(user_id=person.pk).pk
    return Proposal(declaration=declaration, row=str(row), field=field, new=new)


def correcting(*wishes: Proposal) -> Asked:
    """A correction of several fields."""
    return Asked(right=Right.CORRECTION, corrections=wishes)


def test_correction_is_shown_old_to_new_and_applied(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """The row changes in the two fields asked for; its neighbours do not change at all."""
    bobs = rows_of("testapp_member", "user_id = %s", cast.bob.pk)
    case = ask(
        cast.alice,
        correcting(
            wish(cast.alice, "nickname", "Alix"), wish(cast.alice, "phone", "+65 1111 1111")
        ),
    )
    before = shown(case.requests.get())
    assert {one["field"]: one["old"] for one in before}["nickname"] == cast.alice.canary("nickname")
    assert Member.objects.get(user_id=cast.alice.pk).nickname == cast.alice.canary("nickname")
    request = answered(case)
    assert request.outcome == Outcome.FULFILLED
    member = Member.objects.get(user_id=cast.alice.pk)
    assert (member.nickname, member.phone) == ("Alix", "+65 1111 1111")
    assert rows_of("testapp_member", "user_id = %s", cast.bob.pk) == bobs


def test_value_that_breaks_the_models_rules_is_refused_at_filing(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """Too long for the column: nothing is filed, and the message names the field."""
    with pytest.raises(NotCorrectableError) as refused:
        ask(cast.alice, correcting(wish(cast.alice, "nickname", "x" * 5000)))
    (place,) = refused.value.errors
    assert place.endswith("/nickname")


@pytest.mark.parametrize("field", ["card_token", "joined_at", "nonsense"])
def test_fields_not_declared_correctable_are_refused(
    field: str, cast: Cast, ask: Callable[..., Case]
) -> None:
    """Secrets, observed times and unknown fields cannot be set by a request."""
    with pytest.raises(NotCorrectableError):
        ask(cast.alice, correcting(wish(cast.alice, field, "1")))


def test_somebody_elses_row_does_not_exist(cast: Cast, ask: Callable[..., Case]) -> None:
    """Alice cannot correct Bob's row by naming its key."""
    with pytest.raises(NotCorrectableError):
        ask(cast.alice, correcting(wish(cast.bob, "nickname", "Mallory")))
    assert Member.objects.get(user_id=cast.bob.pk).nickname == cast.bob.canary("nickname")


def test_row_that_changed_meanwhile_is_not_overwritten(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
) -> None:
    """The value that stands there is not the one the person saw: that field is left alone and said so."""
    request = granted(
        ask(
            cast.alice,
            correcting(
                wish(cast.alice, "nickname", "Alix"), wish(cast.alice, "phone", "+65 2222 2222")
            ),
        )
    )
    Member.objects.filter(user_id=cast.alice.pk).update(nickname="changed by somebody")
    execution.run(request.pk)
    request.refresh_from_db()
    member = Member.objects.get(user_id=cast.alice.pk)
    assert (member.nickname, member.phone) == ("changed by somebody", "+65 2222 2222")
    assert request.outcome == Outcome.PARTIALLY_FULFILLED
    results = {one["field"]: one["result"] for one in shown(request)}
    assert results == {"nickname": "changed_meanwhile", "phone": "corrected"}


def test_recipients_of_the_corrected_data_are_to_be_told(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """One task a recipient of the purpose (R78)."""
    request = answered(ask(cast.alice, correcting(wish(cast.alice, "nickname", "Alix"))))
    assert list(request.recipient_tasks.values_list("recipient_code", flat=True)) == ["test_bank"]
