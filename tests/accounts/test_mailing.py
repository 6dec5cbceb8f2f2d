"""A campaign reaches those who agreed to it, nobody who said no since, and nobody twice."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command

from accounts import mailing
from accounts.models import CampaignDelivery, User
from accounts.purposes import MARKETING_EMAIL
from accounts.tasks import send_campaign
from dsar.registers import consents, objections, restrictions, suppression
from dsar.registers.models import Restriction
from tests.factories.accounts import CampaignFactory, UserFactory

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def agreed(**fields: object) -> User:
    """Somebody who agreed to marketing e-mail."""
    person: User = UserFactory(**fields)
    consents.give(person, MARKETING_EMAIL, wording="Yes, write to me.")
    return person


def written_to() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def test_only_those_who_agreed_are_written_to():
    alice, bob = agreed(), agreed()
    UserFactory()
    assert mailing.send(CampaignFactory()) == 2
    assert written_to() == sorted([alice.email, bob.email])


def test_withdrawal_objection_and_restriction_count_at_once():
    stays, withdrew, objected, restricted = agreed(), agreed(), agreed(), agreed()
    consents.withdraw(withdrew, MARKETING_EMAIL)
    objections.object_to(objected, MARKETING_EMAIL)
    restrictions.restrict(restricted, MARKETING_EMAIL, ground=Restriction.Ground.ACCURACY_CONTESTED)
    mailing.send(CampaignFactory())
    assert written_to() == [stays.email]


def test_closed_accounts_and_suppressed_addresses_are_left_alone():
    stays, gone, suppressed = agreed(), agreed(is_active=False), agreed()
    suppression.add(suppressed.email.upper())
    campaign = CampaignFactory()
    assert mailing.send(campaign) == 1
    assert written_to() == [stays.email]
    assert not gone.is_active
    assert [one.user for one in campaign.deliveries.all()] == [stays]


def test_a_second_run_writes_to_nobody_again_but_to_those_who_agreed_since():
    agreed()
    campaign = CampaignFactory()
    mailing.send(campaign)
    mail.outbox.clear()
    late = agreed()
    assert mailing.send(campaign) == 1
    assert written_to() == [late.email]


def test_another_campaign_reaches_the_same_people():
    agreed()
    assert [mailing.send(CampaignFactory()), mailing.send(CampaignFactory())] == [1, 1]


def test_a_crash_between_claim_and_mail_writes_to_nobody_twice(monkeypatch: pytest.MonkeyPatch):
    agreed()
    campaign = CampaignFactory()

    def crash() -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "get_connection", crash)
        with pytest.raises(ConnectionRefusedError):
            mailing.send(campaign)
    assert CampaignDelivery.objects.count() == 1
    assert mailing.send(campaign) == 0
    assert not mail.outbox


def test_many_people_are_asked_for_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for _ in range(5):
        agreed()
    campaign = CampaignFactory()
    with django_assert_num_queries(1):
        assert len(mailing.recipients(campaign)) == 5


def test_people_are_claimed_batch_by_batch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailing, "BATCH", 2)
    people = [agreed() for _ in range(5)]
    campaign = CampaignFactory()
    batches = mailing.batches(campaign)
    assert next(batches) == people[:2]
    consents.withdraw(people[2], MARKETING_EMAIL)
    assert [person for batch in batches for person in batch] == people[3:]


def test_the_mail_says_how_to_stop_it():
    agreed()
    mailing.send(CampaignFactory())
    (message,) = mail.outbox
    assert "You have the right to object" in message.body
    assert isinstance(message, EmailMultiAlternatives)
    assert message.extra_headers["List-Unsubscribe"].startswith("<mailto:")


def test_the_task_and_the_command_send():
    agreed()
    assert send_campaign(CampaignFactory().code) == 1
    out = StringIO()
    campaign = CampaignFactory()
    call_command("send_campaign", campaign.code, "--count", stdout=out)
    assert "1 people may" in out.getvalue()
    call_command("send_campaign", campaign.code, stdout=out)
    assert "1 people were" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("send_campaign", "nothing-of-the-kind")
