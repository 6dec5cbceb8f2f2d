"""Who acts at the desk stands in whatever is appended meanwhile, and nowhere else."""

from __future__ import annotations

import json

import pytest

from dsar.ledger import acting, log
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "192.0.2.44"


@pytest.fixture
def member():
    return acting.Member(account=7, role=lambda: "officer", address=ADDRESS)


@pytest.fixture
def details():
    """What entries say that were appended since."""
    last = Entry.objects.order_by("pk").last()
    written = Entry.objects.filter(pk__gt=last.pk if last else 0).order_by("pk")
    return lambda: [json.loads(one.canonical)["detail"] for one in written.all()]


def test_an_entry_says_who_acted_in_which_role_and_a_digest_of_where_from(member, details):
    with acting.at_desk(member):
        log.append(Tag.HOLD_RELEASED, hold="one")
    log.append(Tag.HOLD_RELEASED, hold="two")
    at_desk, elsewhere = details()
    assert at_desk.pop("origin") not in {"", ADDRESS}
    assert at_desk == {"hold": "one", "actor": "staff", "role": "officer", "by": "account:7"}
    assert elsewhere == {"hold": "two"}
    assert not Entry.objects.filter(canonical__contains=ADDRESS)


def test_the_same_place_is_recognised_and_another_is_not(member, details):
    with acting.at_desk(member):
        log.append(Tag.HOLD_RELEASED, hold="one")
        log.append(Tag.HOLD_RELEASED, hold="two")
    other = acting.Member(account=7, role=lambda: "officer", address="192.0.2.45")
    with acting.at_desk(other):
        log.append(Tag.HOLD_RELEASED, hold="three")
    first, second, third = (one["origin"] for one in details())
    assert first == second != third


def test_what_a_case_says_of_who_acted_stands(member, details):
    with acting.at_desk(member):
        log.append(Tag.NOTE_WRITTEN, actor="staff", role="handler", by="0f" * 32)
    (found,) = details()
    assert (found["role"], found["by"]) == ("handler", "0f" * 32)
    assert found["origin"]


@pytest.mark.parametrize("capacity", ["system", "requester"])
def test_what_others_did_meanwhile_stays_theirs(member, details, capacity):
    with acting.at_desk(member):
        log.append(Tag.REQUEST_CLOSED, actor=capacity)
    assert details() == [{"actor": capacity}]


def test_a_long_account_number_is_no_telephone_number(details):
    member = acting.Member(account=123456789, role=lambda: "handler", address=ADDRESS)
    with acting.at_desk(member):
        log.append(Tag.HOLD_RELEASED, hold="one")
    assert details()[0]["by"] == "account:123456789"
