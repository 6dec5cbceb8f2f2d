"""When the Do Not Call Register was last asked about a number, and what it said: a number by its HMAC only (R128).

A listing is no withdrawal: nothing here touches a consent or an objection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from dsar import conf
from dsar.contract.vocabulary import Channel
from dsar.crashpoints import effect
from dsar.law import do_not_call
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import suppression
from dsar.registers.models import NumberCheck

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

COLUMNS = ("number", "date", "listed")
_ANSWERS = {"yes": True, "no": False}
_DIGITS = re.compile(r"\+?[\d\s().-]+")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the register said about a number on a day."""

    number: str
    asked_on: date
    listed: bool


class LineError(ValueError):
    """A line of a file that is no answer of the register; the message says which and why, and quotes nothing."""


def read(row: dict[str, str], *, line: int) -> Answer:
    """One line of a file: a number of Singapore, a past day as 2026-02-02, and yes or no; raises LineError."""
    if None in row or None in row.values():
        raise LineError(f"Line {line}: it must have {len(COLUMNS)} columns.")
    number = row["number"].strip()
    if not _DIGITS.fullmatch(number) or not is_singaporean(number):
        raise LineError(f"Line {line}: the number is none of Singapore.")
    if row["listed"].strip().lower() not in _ANSWERS:
        raise LineError(f"Line {line}: say in `listed` whether it is: yes or no.")
    return Answer(
        number=number,
        asked_on=_day(row["date"].strip(), line=line),
        listed=_ANSWERS[row["listed"].strip().lower()],
    )


def _day(said: str, *, line: int) -> date:
    try:
        day = datetime.strptime(said, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone.
    except ValueError:
        raise LineError(f"Line {line}: write the date as 2026-02-02.") from None
    if day > _today():
        raise LineError(f"Line {line}: the date has not come yet.")
    return day


def is_singaporean(number: str) -> bool:
    """Whether a number, however it is written, is one of Singapore."""
    return do_not_call.is_singaporean(suppression.normalised(number, channel=Channel.PHONE))


def note(answers: Iterable[Answer]) -> int:
    """Keep the newest answer about each number; how many were newer. Two statements and an entry, all or nothing.

    Of two answers on one day the one that forbids more counts.
    """
    newest: dict[bytes, Answer] = {}
    for one in answers:
        digest = suppression.digest_of(one.number, channel=Channel.PHONE)
        known = newest.get(digest)
        if known is None or (one.asked_on, one.listed) > (known.asked_on, known.listed):
            newest[digest] = one
    with effect("number_checks.note"), transaction.atomic():
        written = _write(newest)
        listed = sum(one.listed for one in newest.values())
        log.append(Tag.NUMBERS_CHECKED, numbers=len(newest), listed=listed, newer=written)
    return written


def _write(newest: dict[bytes, Answer]) -> int:
    digests = sorted(newest)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_registers_number_check AS kept (digest, checked_on, listed)"
            " SELECT * FROM unnest(%s::bytea[], %s::date[], %s::boolean[])"
            " ON CONFLICT (digest) DO UPDATE SET checked_on = excluded.checked_on, listed = excluded.listed"
            " WHERE (excluded.checked_on, excluded.listed) > (kept.checked_on, kept.listed)",
            [
                digests,
                [newest[one].asked_on for one in digests],
                [newest[one].listed for one in digests],
            ],
        )
        return int(cursor.rowcount)


def free_among(numbers: Collection[str], *, today: date | None = None) -> set[str]:
    """Those of a batch that the register, by a check that stands today, does not list; one query.

    Of a number of another country the register says nothing: it is free of it.
    """
    asked = {one for one in numbers if is_singaporean(one)}
    digests = {one: suppression.digest_of(one, channel=Channel.PHONE) for one in asked}
    today = today or _today()
    standing = NumberCheck.objects.filter(
        digest__in=set(digests.values()),
        listed=False,
        checked_on__range=(do_not_call.first_that_stands(today), today),
    )
    free = {bytes(one) for one in standing.values_list("digest", flat=True)}
    return {one for one in numbers if one not in asked or digests[one] in free}


def _today() -> date:
    """The day in Singapore's register is the organisation's."""
    return timezone.now().astimezone(ZoneInfo(conf.get("TIME_ZONE"))).date()
