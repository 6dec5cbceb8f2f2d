"""Mail a campaign to everybody who agreed to it and nobody else, nobody twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Campaign, CampaignDelivery, User
from accounts.purposes import MARKETING_EMAIL
from dsar.processing import only_permitted, optional_mail, suppressed_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMultiAlternatives
    from django.db.models import QuerySet

BATCH = 200
_FOOTER = "\n\nYou receive this because you agreed to news by e-mail."


def recipients(campaign: Campaign) -> QuerySet[User]:
    """Who may and should still get it: consent, objection, restriction and past deliveries in one statement."""
    delivered = CampaignDelivery.objects.filter(campaign=campaign, user=OuterRef("pk"))
    people = User.objects.active().filter(~Exists(delivered))
    return only_permitted(people, MARKETING_EMAIL).order_by("pk")


def send(campaign: Campaign) -> int:
    """Mail it to everybody who may get it; how many were written to. Safe to run again and side by side."""
    sent = 0
    for people in batches(campaign):
        with get_connection() as connection:
            connection.send_messages([_message(campaign, person) for person in people])
        sent += len(people)
    Campaign.objects.filter(pk=campaign.pk).update(finished_at=timezone.now())
    return sent


def batches(campaign: Campaign) -> Iterator[list[User]]:
    """Claim people in small batches: whoever withdraws between two of them gets nothing any more."""
    after: int | None = 0
    while after is not None:
        people, after = _claim(campaign, after=after)
        if people:
            yield people


@transaction.atomic
def _claim(campaign: Campaign, *, after: int) -> tuple[list[User], int | None]:
    """Note the deliveries before the mails go out: after a crash nobody is written to twice.

    The gate is a condition of the statement that finds the people, and the list of suppressed addresses is asked once
    for all of them: a batch costs the same statements whoever is in it. The campaign's row is locked, so that two
    senders never claim the same people. Beside them, where the next batch begins; None after the last.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    found = list(recipients(campaign).filter(pk__gt=after)[:BATCH])
    suppressed = suppressed_among(person.email for person in found)
    people = [person for person in found if person.email not in suppressed]
    CampaignDelivery.objects.bulk_create(
        CampaignDelivery(campaign=campaign, user=person) for person in people
    )
    return people, found[-1].pk if len(found) == BATCH else None


def _message(campaign: Campaign, person: User) -> EmailMultiAlternatives:
    text = campaign.body + _FOOTER
    return optional_mail(
        person.pk, MARKETING_EMAIL, subject=campaign.subject, text=text, to=person.email
    )
