"""Whatever a filing without log-in does, without the values in it: what two of them must have in common (R16)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext

from dsar.cases import notices
from dsar.cases.models import Case, Letter
from dsar.dispatch.models import Wake
from tests.mailed import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUE = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+\b|\bs\d+_x\d+\b")


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What one filing did: to the database, towards whoever sent it, in the queue, and in the mailbox."""

    statements: list[str]
    response: tuple[int, list[tuple[str, str]], bytes]
    woken: list[tuple[str, str, int, bool]]
    """Task, queue, number of arguments, and whether it is put off; also those that a broker took at once."""
    mails: list[tuple[str, str]]
    rows: list[tuple[str, str, str]]
    is_looked_up: bool


def alike(*sends: Callable[[], Any]) -> Footprint:
    """What each of these filings did, which is the same, looks nobody up, and wakes and mails whoever it must."""
    one, *others = [footprint(send) for send in sends]
    assert [one] * len(others) == others
    assert len(one.statements) > 5
    assert [task for task, *_ in one.woken] == ["dsar.mail_notice", "dsar.look_up"]
    assert "TOKEN" in one.mails[0][1]
    assert not one.is_looked_up
    return one


def footprint(send: Callable[[], Any]) -> Footprint:
    """File by `send` as if nobody had filed before, send the notice of it, and return what it did."""
    cache.clear()
    woken: list[tuple[str, str, int, bool]] = []

    def note(instance: Wake, **_: object) -> None:
        # The row's own time is the database's; one that was put off has a time of Python's.
        put_off = not hasattr(instance.due_at, "resolve_expression")
        woken.append((instance.task, instance.queue, len(instance.arguments), put_off))

    post_save.connect(note, sender=Wake)
    try:
        with CaptureQueriesContext(connection) as captured:
            response = send()
    finally:
        post_save.disconnect(note, sender=Wake)
    case = Case.objects.latest("created_at")
    return Footprint(
        statements=[_VALUE.sub("?", one["sql"]) for one in captured],
        response=(response.status_code, _headers(response), response.content),
        woken=woken,
        mails=_mails(case),
        rows=sorted(case.requests.values_list("right", "state", "outcome")),
        is_looked_up=case.subject_id is not None or case.verified_at is not None,
    )


def _headers(response: Any) -> list[tuple[str, str]]:
    """All headers; of those that tell the time, only that they are there."""
    return sorted(
        (name, "" if name in {"Date", "Expires", "Last-Modified"} else value)
        for name, value in response.headers.items()
    )


def _mails(case: Case) -> list[tuple[str, str]]:
    """The subject and text of what the mailbox receives, without the link's secret and the reference."""
    mail.outbox.clear()
    for letter in Letter.objects.filter(case=case).order_by("written_at", "pk"):
        assert notices.send(str(letter.pk))
    said = [(one.subject, str(one.body)) for one in mail.outbox]
    return [
        (
            subject.replace(case.reference, "REFERENCE"),
            TOKEN.sub("TOKEN", text).replace(case.reference, "REFERENCE"),
        )
        for subject, text in said
    ]
