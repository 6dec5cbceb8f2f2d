"""An objection to a decision by machine is decided with a human's own look at it, which everybody can read (R127)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from dsar.cases import decisions, letters
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.decisions import DecisionError
from dsar.cases.human_review import HumanReview
from dsar.cases.models import Decision, Letter, Request
from dsar.cases.states import Right, State
from dsar.ledger import log
from tests.testapp.factories import make_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

SCOPE = {"objection": "automated_decision", "purposes": ["test_safety"]}
LOOKED = {
    "human_review": "changed",
    "review_reason": "The late returns were canary-somebody else's.",
    "view_considered": "on",
}


@pytest.fixture
def contested(cast: Any, ask: Callable[..., Any]) -> Request:
    """Alice objects to a decision that a machine took about her."""
    ask(cast.alice, Asked(right=Right.OBJECTION, scope=SCOPE), residence="DE")
    return Request.objects.get()


def decide(client: Client, request: Request, **said: str) -> Any:
    address = reverse("admin:dsar_request_act", args=[request.pk, "decide"])
    shown = client.get(address).context["digest"]
    return client.post(address, {"verdict": "granted", "shown": shown} | said, follow=True)


def officer() -> Actor:
    user: Any = make_person("officer", is_staff=True).user
    user.groups.add(Group.objects.get(name="Data protection officers"))
    return Actor(kind=ActorKind.STAFF, user=user)


@pytest.mark.parametrize("lacking", LOOKED)
def test_without_each_part_of_the_second_look_nothing_is_decided(
    dora: Client, contested: Request, lacking: str
) -> None:
    said = {name: value for name, value in LOOKED.items() if name != lacking}
    answer = decide(dora, contested, **said)
    assert answer.context["form"].errors[lacking]
    contested.refresh_from_db()
    assert contested.state == State.IN_REVIEW
    assert not Decision.objects.exists()


def test_the_result_stands_on_the_decision_in_the_ledger_in_the_letter_and_on_the_pages(
    dora: Client, contested: Request, worked: Callable[[], None]
) -> None:
    decide(dora, contested, **LOOKED)
    worked()
    contested.refresh_from_db()
    assert contested.state == State.CLOSED
    decision = Decision.objects.get()
    assert (decision.human_review, decision.view_considered) == ("changed", True)
    assert decision.review_reason is not None
    assert b"canary" not in bytes(decision.review_reason)
    (entry,) = [one for one in log.entries(contested.pk) if one.tag == "request.decided"]
    assert json.loads(entry.canonical)["detail"]["human_review"] == "changed"
    assert "canary" not in entry.canonical
    letter = Letter.objects.get(request=contested, kind=Letter.Kind.ANSWER)
    text = letters.render(letter).text
    assert "What a person found who looked again" in text
    assert "and changed the decision." in text
    assert "The late returns were canary-somebody else's." in text
    page = dora.get(reverse("admin:dsar_request_change", args=[contested.pk])).content.decode()
    assert "with the person's own view: it was changed" in page
    case = dora.get(reverse("admin:dsar_case_change", args=[contested.case_id])).content.decode()
    assert "with the person's own view: it was changed" in case


def test_a_refusal_says_what_the_human_found_in_the_persons_language(contested: Request) -> None:
    contested.case.language = "zh-hans"
    contested.case.save()
    decisions.decide(
        contested,
        verdict=Decision.Verdict.REFUSED,
        actor=officer(),
        grounds={"EU": "automated_decision_allowed"},
        reason="For the file.",
        looked_again=HumanReview(result="upheld", reason="分数是对的。", view_considered=True),
    )
    letter = Letter.objects.get(request=contested, kind=Letter.Kind.REFUSAL)
    text = letters.render(letter).text
    assert "人工复核的结果" in text
    assert "该决定维持不变。" in text
    assert "分数是对的。" in text


@pytest.mark.parametrize(
    "said",
    [
        None,
        HumanReview(result="upheld", reason="Looked.", view_considered=False),
        HumanReview(result="upheld", reason=" ", view_considered=True),
        HumanReview(result="ignored", reason="Looked.", view_considered=True),
    ],
)
def test_no_face_can_leave_a_part_out(contested: Request, said: HumanReview | None) -> None:
    with pytest.raises(DecisionError, match="look at what the machine decided"):
        decisions.decide(
            contested, verdict=Decision.Verdict.GRANTED, actor=officer(), looked_again=said
        )
    assert not Decision.objects.exists()


def test_other_requests_neither_ask_for_it_nor_take_it(
    cast: Any, ask: Callable[..., Any], dora: Client
) -> None:
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    form = dora.get(reverse("admin:dsar_request_act", args=[request.pk, "decide"])).context["form"]
    assert not set(LOOKED) & set(form.fields)
    said = HumanReview(result="upheld", reason="Looked.", view_considered=True)
    with pytest.raises(DecisionError, match="no decision by a machine"):
        decisions.decide(
            request, verdict=Decision.Verdict.GRANTED, actor=officer(), looked_again=said
        )
