"""One mail to each of very many people, over as few connections and statements as it takes.

Whoever waits stands in a table, with how often a mail was tried. Each is claimed before anything is done, counted
before the mail leaves, and marked after it. A worker that dies leaves its claims, which end after a while; what it had
counted and not marked may have left. Whether such a mail is tried again is said by the campaign's own `waiting`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from dsar.cases import contents
from dsar.crashpoints import effect
from dsar.dispatch import mails

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.core.mail.backends.base import BaseEmailBackend
    from django.db.models import QuerySet

BATCH = 200
MOST_ATTEMPTS = 30
"""How often a mail to somebody is tried, in a campaign that tries again."""
DEAD_AFTER = timedelta(minutes=10)
"""A claim older than this is a dead worker's."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """What is mailed to whom."""

    waiting: QuerySet[Any]
    """Those who are to be mailed: rows of a table of `registers.models.MailedNotice`."""
    addresses: Callable[[Sequence[Any]], Mapping[int, str]]
    """The address of each of a batch of them, by key; who has none is left out."""
    subject: str
    text: str


def run(campaign: Campaign) -> int:
    """Mail whoever waits and is in nobody's hands; how many mails left. Safe to run again, and by several at once."""
    mailed = 0
    try:
        while claimed := _claim(campaign.waiting):
            for left in _mail(campaign, claimed):
                mailed += left
    except (OSError, SMTPException) as error:
        # The error's own text may repeat an address. The next sweep goes on.
        logger.warning("The mail server is away: %s", type(error).__name__)
    return mailed


def in_each_language(
    said: Mapping[str, str], *, opening: Mapping[str, str], closing: Mapping[str, str]
) -> str:
    """One text for everybody: what is said in each language between that language's first and last words."""
    parts = [
        "\n\n".join(filter(None, (opening.get(one, opening["en"]), words, closing.get(one, ""))))
        for one, words in said.items()
        if words
    ]
    return "\n\n---\n\n".join([*parts, contents.contact()])


def unclaimed() -> Q:
    """Whom no living worker has in hand."""
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=timezone.now() - DEAD_AFTER)


def _claim(waiting: QuerySet[Any]) -> list[Any]:
    with effect("campaign.claim"), transaction.atomic():
        queue = waiting.filter(unclaimed()).order_by("pk")
        claimed = list(queue.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        rows = waiting.model._base_manager.filter(pk__in=[one.pk for one in claimed])
        rows.update(claimed_at=timezone.now())
    return claimed


def _mail(campaign: Campaign, claimed: Sequence[Any]) -> Iterator[bool]:
    """Mail a batch over one connection; of each whether it left. Raises what a server raises that is away."""
    addresses = campaign.addresses(claimed)
    if not addresses:
        return
    with get_connection() as server:
        for notice in claimed:
            if notice.pk in addresses:
                yield _sent(campaign, notice, to=addresses[notice.pk], server=server)


def _sent(campaign: Campaign, notice: Any, *, to: str, server: BaseEmailBackend) -> bool:
    message = mails.written(subject=campaign.subject, text=campaign.text, to=to, connection=server)
    row = campaign.waiting.model._base_manager.filter(pk=notice.pk)
    with effect("campaign.count"):
        row.update(attempts=F("attempts") + 1)
    try:
        with effect("campaign.mail"):
            message.send()
    except SMTPRecipientsRefused:
        logger.warning("%s was refused by the mail server.", notice)
        return False
    # What dies before this line may have left.
    with effect("campaign.mark"):
        row.update(mailed_at=timezone.now())
    return True
