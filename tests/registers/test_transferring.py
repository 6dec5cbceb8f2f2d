"""A new holder of the data: everybody concerned is told before, and what nobody renewed stops on the day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar import crashpoints, tasks
from dsar.dispatch.models import Wake
from dsar.duties import transferring
from dsar.ledger.models import Entry
from dsar.processing import gate, only_permitted, permitted
from dsar.registers import consents, purposes, transfers
from dsar.registers.transfer_models import Transfer, TransferNotice
from tests import transfers as made
from tests.cast import person
from tests.purposes import CONSENT, CONTRACT, INTEREST, LEGAL, VITAL


class DiedError(Exception):
    """The worker is gone."""


@pytest.fixture
def people(alice, bob):
    """Alice, Bob and Carol have accounts; Eve closed hers."""
    person("eve", is_active=False)
    return [alice, bob, person("carol")]


@pytest.fixture
def anew(people, alice):
    """The new holder is not bound; ordering and profiles go over."""
    consents.give(alice, CONSENT, wording="yes")
    return made.confirmed(by=alice, bound=False, purposes=[CONTRACT.code, CONSENT.code])


def _reached():
    return sorted(one.to[0] for one in mail.outbox)


def _everybody(people):
    return sorted(one.email for one in people)


def _notice(someone):
    return TransferNotice.objects.select_related("transfer").get(subject=someone)


def _renew(someone, purpose):
    transfers.renew(someone, _notice(someone), purpose.code, wording="go on", language="en")


def test_everybody_is_told_once_before_the_day_and_nothing_stops_until_then(people, anew):
    assert TransferNotice.objects.count() == len(people) + 1
    assert Wake.objects.get().task == transfers.ANNOUNCE
    assert transferring.announce(anew.pk) == len(people)
    assert transferring.announce(anew.pk) == 0
    assert _reached() == _everybody(people)
    (text,) = {one.body for one in mail.outbox}
    for said in (
        made.said()["holder"],
        "We merge",
        "我们与虚构公司合并",
        "stops on that day",
        "逐项授权",
    ):
        assert said in text
    assert permitted(people[1], CONTRACT)
    (entry,) = Entry.objects.filter(tag="transfer.announced")
    assert f'"mailed":{len(people)}' in entry.canonical


def test_what_was_not_renewed_stops_on_the_day_and_the_law_goes_on(people, anew):
    alice, bob, carol = people
    _renew(alice, CONTRACT)
    made.arrives(anew)
    assert permitted(alice, CONTRACT)
    for someone in (bob, carol):
        assert not permitted(someone, CONTRACT)
        assert permitted(someone, LEGAL)
        assert permitted(someone, VITAL)
        assert permitted(someone, INTEREST), "It did not go over, so nobody is asked about it."
    users = get_user_model().objects.filter(is_active=True)
    assert list(only_permitted(users, CONTRACT)) == [alice]
    assert gate.permitted_purposes(bob, [CONTRACT, LEGAL]) == {LEGAL.code}
    _renew(bob, CONTRACT)
    assert permitted(bob, CONTRACT), "Also afterwards one may let it go on."
    newcomer = person("newcomer")
    assert permitted(newcomer, CONTRACT), "Whoever came afterwards came to the new holder."


def test_a_consent_is_given_anew_or_it_ends_on_the_day(people, anew):
    alice, bob, carol = people
    consents.give(bob, CONSENT, wording="asked by the new holder")
    made.arrives(anew)
    assert not permitted(alice, CONSENT), "Hers is older than the transfer."
    assert permitted(bob, CONSENT)
    _renew(alice, CONSENT)
    assert permitted(alice, CONSENT)
    assert consents.open_for(alice).get().method == "transfer"
    consents.withdraw(alice, CONSENT)
    assert not permitted(alice, CONSENT)
    assert not permitted(carol, CONSENT)


def test_where_the_holder_is_bound_or_it_is_cancelled_nothing_stops(people, alice):
    bound = made.confirmed(by=alice, purposes=[CONTRACT.code])
    unconfirmed = made.entered(by=alice, bound=False, purposes=[CONTRACT.code])
    off = made.confirmed(by=alice, bound=False, purposes=[CONTRACT.code])
    transfers.cancel(off, by=alice)
    for one in (bound, unconfirmed, off):
        made.arrives(one)
    assert permitted(alice, CONTRACT)
    assert transferring.announce(off.pk) == transferring.announce(unconfirmed.pk) == 0
    assert mail.outbox == []
    made.arrives(made.confirmed(by=alice, bound=False, purposes=[CONTRACT.code]))
    assert not permitted(alice, CONTRACT), "The same transfer, bound to nothing and not cancelled."


def test_by_consent_goes_who_agreed_and_did_not_withdraw(people):
    alice, bob, carol = people
    for someone in (alice, bob):
        consents.give(someone, CONSENT, wording="Give it to Imaginary.")
    transfer = made.by_consent(CONSENT.code, by=carol)
    assert not TransferNotice.objects.filter(subject=carol).exists()
    assert _notice(alice).consent == consents.open_for(alice).get()
    transferring.announce(transfer.pk)
    assert _reached() == _everybody([alice, bob])
    consents.withdraw(bob, CONSENT)
    made.arrives(transfer)
    transferring.sweep()
    assert (_notice(alice).went, _notice(bob).went) == (True, False)
    assert '"went":1' in Entry.objects.get(tag="transfer.ended").canonical


def test_the_day_is_written_down_once_with_who_went_and_who_was_never_told(people, anew):
    transferring.announce(anew.pk)
    TransferNotice.objects.filter(subject=people[2]).update(mailed_at=None)
    assert Transfer.objects.get().ended_at is None
    made.arrives(anew)
    for _ in range(2):
        transferring.sweep()
    anew.refresh_from_db()
    assert anew.ended_at is not None
    assert anew.requests_open == 0
    (entry,) = Entry.objects.filter(tag="transfer.ended")
    # Carol, and Eve, who closed her account.
    assert '"untold":2' in entry.canonical


@pytest.mark.parametrize(
    "part",
    ["transferring.confirm", "transferring.enrol", "transferring.note", "transferring.end"],
)
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.django_db(transaction=True)
def test_a_death_at_any_point_leaves_nobody_out_and_tells_nobody_twice(people, alice, part, side):
    transfer = made.entered(by=alice, bound=False, purposes=[CONTRACT.code])

    def all_of_it():
        if Transfer.objects.get().confirmed_at is None:
            transferring.confirm(transfer, by=alice)
        transferring.announce(transfer.pk)
        if Transfer.objects.get().effective_at > timezone.now():
            made.arrives(transfer)
        transferring.sweep()

    def die(point):
        if point == f"{part}:{side}":
            raise DiedError

    with crashpoints.watched(die), pytest.raises(DiedError):
        all_of_it()
    TransferNotice.objects.update(claimed_at=F("claimed_at") - timedelta(minutes=11))
    all_of_it()
    assert _reached() == _everybody(people)
    assert TransferNotice.objects.filter(attempts=1).count() == len(people)
    assert TransferNotice.objects.filter(went=True).count() == len(people) + 1
    assert Entry.objects.filter(tag="transfer.ended").count() == 1


def test_the_hourly_look_reaches_who_joined_since(people, anew):
    late = person("late")
    Wake.objects.all().delete()
    tasks.remind()
    (arguments,) = Wake.objects.filter(task=transfers.ANNOUNCE).values_list("arguments", flat=True)
    tasks.announce_transfer(*arguments)
    assert _reached() == _everybody([*people, late])


def test_whom_it_concerns_and_the_gate_are_one_statement_however_many(people, anew):
    for number in range(30):
        person(f"extra-{number}")
    with CaptureQueriesContext(connection) as asked:
        transferring._enrol(anew)  # noqa: SLF001 - of the whole, this part must not grow.
    assert len([one for one in asked if "INSERT" in one["sql"]]) == 1
    made.arrives(anew)
    with CaptureQueriesContext(connection) as asked:
        assert not list(only_permitted(get_user_model().objects.all(), CONTRACT))
    assert len(asked) == 1


def test_what_makes_no_sense_is_refused(alice, bob):
    with pytest.raises(transfers.TransferTooSoonError):
        made.confirmed(by=alice, days=1)
    with pytest.raises(transfers.NothingStopsError):
        made.entered(by=alice, bound=False)
    for kind, consent in (("consent", ""), ("consent", CONTRACT.code), ("business", CONSENT.code)):
        facts = made.said() | {"kind": kind, "consent_purpose": consent}
        with pytest.raises(transfers.NoConsentNamedError):
            transfers.enter(**facts, by=alice, bound=True, purposes=[])
    transfer = made.confirmed(by=alice, bound=False, purposes=[CONTRACT.code])
    with pytest.raises(transfers.SettledError):
        transferring.confirm(transfer, by=alice)
    with pytest.raises(purposes.UnknownPurposeError):
        _renew(bob, INTEREST)
    with pytest.raises(TransferNotice.DoesNotExist):
        transfers.renew(bob, _notice(alice), CONTRACT.code, wording="", language="")
    made.arrives(transfer)
    with pytest.raises(transfers.SettledError):
        transfers.cancel(transfer, by=alice)
