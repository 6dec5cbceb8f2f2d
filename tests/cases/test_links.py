"""A mailed link and a code reach a case without account, and only that case."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from dsar import tasks
from dsar.cases import codes, links, notices
from dsar.cases.actors import ActorKind
from dsar.cases.links import LinkError
from dsar.cases.models import Case, Letter, Link
from dsar.cases.states import Right
from dsar.dispatch.models import Wake
from dsar.keys import box
from dsar.ledger.models import Entry
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@pytest.fixture
def case(alice: AbstractBaseUser) -> Case:
    found = cast.request_of(alice, Right.ACCESS).case
    mail.outbox.clear()
    return found


def token_in(text: str) -> str:
    found = re.search(r"[A-Za-z0-9_-]{43}", text)
    assert found
    return found[0]


def code_for(token: str) -> str:
    """Ask for a code and read it in the mail, as the person does."""
    links.ask_for_code(token)
    wake = Wake.objects.filter(task="dsar.mail_code").latest("pk")
    tasks.mail_code(*wake.arguments)
    found = re.search(r": (\d{8})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_link_and_code_open_their_case_only(case: Case, bob: AbstractBaseUser) -> None:
    bobs = cast.request_of(bob, Right.ACCESS).case
    token = token_in(links.make(case))
    actor = links.open_(token, code=code_for(token))
    assert actor.kind is ActorKind.REQUESTER
    assert actor.is_requester_of(case)
    assert not actor.is_requester_of(bobs)


def test_a_deleted_account_still_reaches_its_letter(case: Case, alice: AbstractBaseUser) -> None:
    alice.delete()
    letter = Letter.objects.get(case=case)
    notices.send(str(letter.pk))
    token = token_in(str(mail.outbox[-1].body))
    assert links.open_(token, code=code_for(token)).case == case.pk


def test_a_person_with_an_account_gets_no_link(case: Case) -> None:
    notices.send(str(Letter.objects.get(case=case).pk))
    assert not Link.objects.exists()
    assert "log in" in str(mail.outbox[-1].body)


def test_a_new_account_does_not_inherit_the_case(case: Case, alice: AbstractBaseUser) -> None:
    alice.delete()
    newcomer = cast.person("alice")
    assert not cast.requester(newcomer).is_requester_of(case)


def test_a_code_works_once_and_the_link_again(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    links.open_(token, code=code)
    with pytest.raises(LinkError):
        links.open_(token, code=code)
    assert links.open_(token, code=code_for(token)).case == case.pk


def test_a_new_code_takes_the_place_of_the_old(case: Case) -> None:
    token = token_in(links.make(case))
    old, new = code_for(token), code_for(token)
    with pytest.raises(LinkError):
        links.open_(token, code=old)
    assert links.open_(token, code=new).case == case.pk


def test_an_expired_code_fails(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    with time_machine.travel(timezone.now() + timedelta(seconds=601)), pytest.raises(LinkError):
        links.open_(token, code=code)


def test_an_expired_link_fails(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    Link.objects.update(expires_at=timezone.now())
    with pytest.raises(LinkError):
        links.open_(token, code=code)


def test_five_failures_shut_the_link_even_for_the_right_code(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    for _ in range(codes.MOST_FAILURES):
        with pytest.raises(LinkError):
            links.open_(token, code=other_than(code))
    with pytest.raises(LinkError):
        links.open_(token, code=code)
    links.ask_for_code(token)
    assert Link.objects.get().failures == codes.MOST_FAILURES


def test_four_failures_do_not(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    for _ in range(codes.MOST_FAILURES - 1):
        with pytest.raises(LinkError):
            links.open_(token, code=other_than(code))
    assert links.open_(token, code=code).case == case.pk


def test_without_a_code_no_link_opens(case: Case) -> None:
    token = token_in(links.make(case))
    for guess in ("", "00000000"):
        with pytest.raises(LinkError):
            links.open_(token, code=guess)


def test_unknown_tokens_look_like_known_ones(case: Case) -> None:
    links.ask_for_code("no-such-token")
    assert not Wake.objects.filter(task="dsar.mail_code").exists()
    with pytest.raises(LinkError) as unknown:
        links.open_("no-such-token", code="00000000")
    with pytest.raises(LinkError) as known:
        links.open_(token_in(links.make(case)), code="00000000")
    assert str(unknown.value) == str(known.value)


def test_neither_token_nor_code_is_kept(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    link = Link.objects.get()
    kept = f"{bytes(link.token_digest)!r} {link.code_digest}"
    assert token not in kept
    assert code not in kept
    told = " ".join(Entry.objects.values_list("canonical", flat=True))
    assert token not in told + str(list(Wake.objects.values()))
    assert code not in str(list(Wake.objects.values_list("arguments", flat=True)))


def test_link_and_code_never_travel_in_one_mail(case: Case) -> None:
    token = token_in(links.make(case))
    code_for(token)
    assert token not in str(mail.outbox[-1].body)


def test_a_link_dies_with_the_case_content(case: Case) -> None:
    token = token_in(links.make(case))
    code = code_for(token)
    box.destroy(case.key)
    with pytest.raises(LinkError):
        links.open_(token, code=code)
