"""Of JSON a value, or words within one, is missing from a copy; names and structure stand, and no row is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dsar.cases import redacting
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Decision
from dsar.cases.redacting import RedactionError
from dsar.cases.states import State
from dsar.engine import execution, review, texts
from tests.engine.archives import everything, opened, rows
from tests.engine.test_redaction import OTHERS, QUOTED, grant, look, mark
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

PREFERENCES = {
    "notes": [{"by": "desk", "said": f"Zilla lives at No. 5; {QUOTED}\nÜber Zilla"}, 5, None],
    "phone": 61234567,
    "Zilla": True,
    "kept": {"said": "plain"},
}


@pytest.fixture
def request_(cast: Cast, ask: Callable[..., Case]) -> Request:
    """Alice's access request, under review because opinions about her are in the copy."""
    member = Member.objects.get(user_id=cast.alice.pk)
    member.biography += f"\n{QUOTED}"
    member.save()
    return ask(cast.alice, "access").requests.get()


@pytest.mark.parametrize("few", [5, 500])
def test_a_passage_in_a_json_value_is_missing_and_the_rest_of_the_json_stands(  # noqa: PLR0917 - fixtures.
    settings: Settings, cast: Cast, request_: Request, dora: Actor, otto: Actor, few: int
) -> None:
    settings.DSAR = settings.DSAR | {"FEW_ROWS": few, "POLICY": {"access": "two_people"}}
    member = Member.objects.get(user_id=cast.alice.pk)
    member.preferences = PREFERENCES
    member.save()
    escaped = json.dumps(QUOTED)[1:-1]
    mark(request_, member, "preferences", escaped, "61234567", why=OTHERS, actor=dora)
    shown = review.preview(request_, actor=dora).digest
    granted = Decision.Verdict.GRANTED_IN_PART
    review.decide(request_, verdict=granted, actor=dora, shown=shown)
    with pytest.raises(GuardError, match="look of a second person"):
        review.approve(request_, actor=otto)
    assert look(request_, actor=dora) == 0
    assert look(request_, actor=otto) == 2
    request_.refresh_from_db()
    review.approve(request_, actor=otto)
    execution.run(request_.pk)
    copy = opened(request_)
    (said,) = rows(copy)["testapp.Member"]
    left = "[redacted: reveals_other_person]"
    assert said["preferences"] == PREFERENCES | {
        "notes": [{"by": "desk", "said": f"Zilla lives at No. 5; {left}\nÜber Zilla"}, 5, None],
        "phone": left,
    }
    text = everything(copy)
    assert "61234567" not in text
    assert "61234567" in json.dumps(PREFERENCES)
    table = copy.read("csv/testapp.Member.csv").decode()
    # The same words in another text were not marked, and stay.
    assert (table.count(left), table.count("Zilla said")) == (2, 1)
    member.refresh_from_db()
    assert member.preferences == PREFERENCES


def test_of_json_no_name_and_no_sign_is_marked(cast: Cast, request_: Request, dora: Actor) -> None:
    member = Member.objects.get(user_id=cast.alice.pk)
    member.preferences = PREFERENCES
    member.save()
    text = texts.find(request_, label="testapp.Member", row=str(member.pk), field="preferences")
    assert text is not None
    for words in ('Zilla"', "kept", ": ", "true,", "12345", "}"):
        start = text.words.index(words)
        with pytest.raises(RedactionError, match="only values"):
            redacting.mark(
                request_, text, spans=[(start, start + len(words))], why=OTHERS, actor=dora
            )
    assert not request_.redactions.exists()


def test_a_json_value_that_changed_after_it_was_marked_stops_the_copy(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    member = Member.objects.get(user_id=cast.alice.pk)
    member.preferences = PREFERENCES
    member.save()
    mark(request_, member, "preferences", "No. 5", why=OTHERS, actor=dora)
    member.preferences = PREFERENCES | {"phone": 1}
    member.save()
    closed = grant(request_, dora)
    assert closed.state == State.NEEDS_ATTENTION
