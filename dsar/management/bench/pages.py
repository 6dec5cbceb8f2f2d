"""The desk's pages among very many requests, each beside the one statement that reads its rows.

What is compared is the time that the server spends on a page's statements about our tables; `page_ms` is the whole
page, written out. A page takes as many statements among all requests as among a thousand, or the bench fails.
"""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from dsar.audit import exporting
from dsar.cases.states import Right
from dsar.ledger import placing, sealing
from dsar.management.bench import crowd, desk, figures, ledger, scratch, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dsar.cases.models import Request
    from dsar.management.bench.figures import Counter

FEW, RATIO = 1_000, 3
_TIMES = 9
_FILTERS = (
    "standing=closed", "standing=all", "due=late", "due=soon", "due=week", "owner=me", "owner=nobody",
    "signature=wanted", "hold=yes", "hold=no", "right__exact=objection", "state__exact=needs_attention", "law=EU",
    "kind=agent", "case__channel__exact=post", "language=zh-hans",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page to look at. `reads` is what the statement that reads its rows, and no other, ends with or says."""

    name: str
    address: str
    reads: str
    sent: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at a page took."""

    page_ms: float
    ours_ms: float | None
    limit_ms: float | None
    statements: int | None


def run(*, requests: int, entries: int, pairs: int | None = None) -> Iterator[dict[str, Any]]:
    """Measure each page among few and among many requests, and the export of the whole history."""
    counter = figures.Counter()
    try:
        with surroundings.made() as folder, _open_desk():
            few = {
                found["work"]: found["statements"]
                for found in _measured(FEW, FEW, counter, folder / "few", times=1)
            }
            for found in _measured(requests, entries, counter, folder / "many", times=pairs):
                _compare(found, few)
                yield found
    finally:
        counter.close()


def _compare(found: dict[str, Any], few: dict[str, int | None]) -> None:
    """Raise RuntimeError where a page takes more statements the more there is."""
    name, now = found["work"], found.get("statements")
    if name in few and few[name] != now:
        message = f"{name} takes {few[name]} statements among {FEW} requests, and {now} here."
        raise RuntimeError(message)


def _measured(
    requests: int, entries: int, counter: Counter, folder: Path, *, times: int | None
) -> Iterator[dict[str, Any]]:
    with scratch.copy_of(ledger.USERS), ledger.own_keys(folder):
        own, client = _settled(requests, entries)
        size = {"requests": requests, "entries": entries}
        for page in _pages(own, client):
            looks = [_look(page, client, counter) for _ in range((times or _TIMES) + 1)][1:]
            yield {"work": page.name, **size, **_summary(looks), "budget": _budget(page)}
        if entries > FEW:
            yield {"work": "export", **size, **_exported()}


def _settled(requests: int, entries: int) -> tuple[Request, Client]:
    """The crowd, and in it one case that was filed as people do, with an officer who looks."""
    person = get_user_model()._base_manager.order_by("-pk")[0]
    officer, _ = desk.officers(person.pk)
    crowd.fill(requests, owner=officer.user.pk)
    ledger.fill(entries)
    own = desk.approved(person.pk, Right.ACCESS)
    crowd.settle()
    client = Client()
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    return own, client


@contextmanager
def _open_desk() -> Iterator[None]:
    """Let this process ask itself for pages."""
    dsar = settings.DSAR | {"STAFF_NEEDS_MFA": False}
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    with override_settings(DSAR=dsar, ALLOWED_HOSTS=hosts):
        yield


def _pages(own: Request, client: Client) -> Iterator[Page]:
    listing, limit = reverse("admin:dsar_request_changelist"), "LIMIT 51"
    yield Page(name="home", address=reverse("admin:index"), reads="LIMIT 10")
    yield Page(name="list", address=listing, reads=limit)
    deep = listing
    for _ in range(5):
        deep = listing + _next(client.get(deep, secure=True).content.decode())
    yield Page(name="list, sixth page", address=deep, reads=limit)
    for one in _FILTERS:
        yield Page(name=f"list, {one}", address=f"{listing}?{one}", reads=limit)
    reference = own.case.reference
    yield Page(name="search by reference", address=f"{listing}?q={reference}", reads=limit)
    person: Any = own.case.subject
    yield Page(
        name="search by address",
        address=reverse("admin:dsar_request_find"),
        sent={"address": getattr(person, person.EMAIL_FIELD)},
        reads="LIMIT 100",
    )
    yield Page(
        name="case",
        address=reverse("admin:dsar_case_change", args=[own.case_id]),
        reads='FROM "dsar_cases_case"',
    )
    cases = reverse("admin:dsar_case_changelist")
    yield Page(name="list of cases", address=cases, reads=limit)


def _next(page: str) -> str:
    found = re.search(r'href="([^"]+)" rel="next"', page)
    return html.unescape(found[1]) if found else ""


def _look(page: Page, client: Client, counter: Counter) -> Look:
    """Ask for a page, and for its rows alone, right after each other."""
    rows: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's order.
        if page.reads in sql:
            rows.append((sql, params))
        return execute(sql, params, many, context)

    statements, spent = counter.count(), counter.spent()
    with connection.execute_wrapper(watch), figures.stopwatch() as whole:
        status = _asked(page, client)
    statements, ours = _since(statements, counter.count()), _since(spent, counter.spent())
    if status != HTTPStatus.OK or not rows:
        message = f"{page.name} answered {status}; nothing was measured."
        raise RuntimeError(message)
    spent = counter.spent()
    with connection.cursor() as cursor:
        cursor.execute(*rows[0])
        cursor.fetchall()
    return Look(
        page_ms=whole[0],
        ours_ms=ours,
        limit_ms=_since(spent, counter.spent()),
        statements=statements,
    )


def _asked(page: Page, client: Client) -> int:
    if page.sent is None:
        return client.get(page.address, secure=True).status_code
    return client.post(page.address, page.sent, secure=True).status_code


def _since(before: Any, after: Any) -> Any:
    return None if before is None or after is None else after - before


def _budget(page: Page) -> dict[str, Any]:
    """Lists and searches; the first page and a case have more to tell than their first rows."""
    return {"ratio": RATIO} if "/request/" in page.address and page.sent is None else {}


def _summary(looks: list[Look]) -> dict[str, Any]:
    counted = [(one.ours_ms, one.limit_ms) for one in looks if one.ours_ms and one.limit_ms]
    return {
        "statements": looks[-1].statements,
        "page_ms": round(median(one.page_ms for one in looks), 1),
        "ours_ms": round(median(ours for ours, _ in counted), 2) if counted else None,
        "limit_ms": round(median(limit for _, limit in counted), 2) if counted else None,
        "ratio": round(median(ours / limit for ours, limit in counted), 2) if counted else None,
    }


def _exported() -> dict[str, Any]:
    """The whole history, sealed and carried, as an auditor gets it."""
    sealing.seal()
    placing.place()
    export = exporting.new()
    with figures.growth() as grown, figures.stopwatch() as took:
        exporting.run(export.pk)
    export.refresh_from_db()
    return {
        "rows": export.rows,
        "ours_ms": round(took[0], 1),
        "memory_growth_mb": round(grown[0], 1),
        "budget": {"memory_growth_mb": figures.MEMORY_MB},
    }
