"""The ledger of whole stories names nobody, and the timeline tells the person what is theirs to know."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.cases import decisions, identity, lifecycle, links, notes, withdrawal
from dsar.cases.actors import SYSTEM
from dsar.cases.asked import Asked, Proposal
from dsar.cases.models import Decision, Letter, Note
from dsar.cases.states import Right, State
from dsar.cases.timeline import timeline
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.registers import holds
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

CANARIES = ("alice", "canary", "dora", "olga", "quarrel", "ali baba")


def test_no_entry_of_any_story_names_anybody(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    proposal = Proposal(
        declaration="testapp.Member", row="1", field="nickname", old="Alice", new="Ali Baba"
    )
    told = cast.file(alice, Asked(right=Right.CORRECTION, corrections=(proposal,)), fresh=False)
    me = cast.requester(alice)
    identity.verify(told, actor=me, authenticated_at=timezone.now())
    correction = cast.route(told.requests.get())
    lifecycle.advance(
        correction, to=State.AWAITING_REQUESTER, actor=dora, reason="A quarrel with Alice"
    )
    withdrawal.withdraw(correction, actor=me)
    deletion = cast.route(cast.request_of(alice, Right.DELETION))
    granted = Decision.Verdict.GRANTED
    decisions.decide(deletion, verdict=granted, actor=dora, reason="Alice's quarrel is over")
    decisions.approve(deletion, actor=olga)
    cast.execute(deletion)
    cast.answer(deletion, **cast.DELETION_ANSWER | {"receipts": ["Canary"]})
    cast.fulfil(deletion)
    links.make(deletion.case)

    reasons = [notes.read(note) for note in Note.objects.select_related("case__key")]
    assert reasons == ["A quarrel with Alice"]
    entries = list(Entry.objects.values_list("canonical", flat=True))
    assert len(entries) > 15
    for entry in entries:
        assert not [canary for canary in CANARIES if canary in entry.casefold()], entry


def test_reasons_and_actors_are_recognised_while_the_key_lives(
    alice: AbstractBaseUser, dora: Actor, olga: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.DELETION))
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora, reason="She asked")
    detail = json.loads(log.entries(request.pk).get(tag="request.decided").canonical)["detail"]
    key = request.case.key
    assert detail["reason"] == box.digest(key, "She asked")
    assert detail["by"] == box.digest(key, f"user {dora.user.pk}")
    assert detail["by"] != box.digest(key, f"user {olga.user.pk}")
    assert decisions.read_reason(request.decision) == "She asked"


def test_the_same_reason_in_two_cases_looks_different(alice: AbstractBaseUser, dora: Actor) -> None:
    digests = set()
    for _ in range(2):
        request = cast.route(cast.request_of(alice, Right.DELETION))
        decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora, reason="So")
        entry = log.entries(request.pk).get(tag="request.decided")
        digests.add(json.loads(entry.canonical)["detail"]["reason"])
    assert len(digests) == 2


def test_the_person_sees_neither_holds_nor_names_nor_failures(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    review = timezone.localdate() + timedelta(days=30)
    holds.place(alice, ground="Inquiry", law="Some law", review_on=review, by=dora.user)
    request = cast.execute(cast.route(cast.request_of(alice, Right.ACCESS)))
    lifecycle.advance(request, to=State.NEEDS_ATTENTION, actor=SYSTEM, reason="It crashed")
    lifecycle.advance(request, to=State.IN_REVIEW, actor=dora, reason="Dora looks into it")
    told = [event.what for event in timeline(request)]
    assert told[-1] == "We are looking at your request."
    for hidden in ("hold", "Inquiry", "dora", "Dora", "crash", "fail"):
        assert hidden not in " ".join(told)


def test_every_event_has_its_time_in_order(alice: AbstractBaseUser) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS))
    times = [event.at for event in timeline(request)]
    assert times == sorted(times)
    assert all(at.tzinfo is not None for at in times)


def test_a_letter_leaves_an_entry_with_its_digest(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.DELETION)
    letter = cast.answer(request, **cast.DELETION_ANSWER)
    detail = json.loads(log.entries(request.pk).get(tag="letter.written").canonical)["detail"]
    plain = box.unseal(letter.case.key, letter.content).decode()
    assert detail["content"] == box.digest(letter.case.key, plain)
    assert Letter.objects.filter(pk=detail["letter"]).exists()
