"""The desk: requests of Alice and Bob, and staff of every role at the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.dispatch import workers
from tests import faces
from tests.staff import acting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page
    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path) -> None:
    faces.settle(settings, tmp_path)


@pytest.fixture(autouse=True)
def _acts_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Client.request
    monkeypatch.setattr(
        Client, "request", lambda client, **environ: acting.noted(ask, client, environ)
    )


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers where no worker runs, so nobody is waited for."""
    monkeypatch.setattr(workers, "PATIENCE_SECONDS", 0.1)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol."""
    return faces.plain_cast()


@pytest.fixture
def at_desk(cast: Cast) -> Callable[..., Client]:
    """Log a member of staff in: of a role, or `carol` without any, or `root` with all."""

    def client(role: str, name: str = "") -> Client:
        user: Any = cast.carol.user if role == "carol" else faces.member_of_staff(role, name)
        found = Client()
        found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return found

    return client


@pytest.fixture
def dora(at_desk: Callable[..., Client]) -> Client:
    """A data protection officer, who decides."""
    return at_desk("officer", "dora")


@pytest.fixture
def otto(at_desk: Callable[..., Client]) -> Client:
    """A second one, who signs."""
    return at_desk("officer", "otto")


@pytest.fixture
def ask() -> Callable[..., Case]:
    """File rights for a person who has just logged in."""
    return faces.file


@pytest.fixture
def crowd(ask: Callable[..., Case], cast: Cast) -> Callable[[int], None]:
    """Let so many requests be open: further rounds of one that was filed, due a day apart."""

    def fill(number: int) -> None:
        first = (
            Request.objects.order_by("round").first() or ask(cast.bob, "deletion").requests.get()
        )
        there = Request.objects.count()
        Request.objects.bulk_create(
            Request(
                case_id=first.case_id,
                right=first.right,
                state=State.IN_REVIEW,
                round=there + place + 1,
                statutory_due_at=first.due_at,
                due_at=first.due_at + timedelta(days=place + 1),
            )
            for place in range(number - there)
        )

    return fill


@pytest.fixture
def worked() -> Callable[[], None]:
    """Carry out all that waits, as a worker would."""
    return faces.work


_SQUEEZED = """() => [...document.querySelectorAll("#content .module, #content .desk")]
    .filter(one => one.textContent.trim() && one.offsetParent && one.offsetWidth < 100)
    .map(one => one.textContent.trim().slice(0, 40))"""
"""The parts of a page that have something to say and no room to say it in."""


def _listen(page: Page, kept: list[str]) -> None:
    """Keep what the browser complains of; what it hints to developers about forms (`[DOM]`) is no complaint."""

    def heard(said: ConsoleMessage) -> None:
        if not said.text.startswith("[DOM]"):
            kept.append(said.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: kept.append(str(error)))


@pytest.fixture
def clean(live_server: Any, browser: Browser) -> Callable[..., None]:
    """Look at a page in a browser as somebody: it says what it should, has no barrier, and breaks no policy."""

    def look(client: Client, *addresses: str, says: str = "", width: int = 1280) -> None:
        for bypass in (True, False):
            page = faces.page_for(client, browser, live_server.url, bypass_csp=bypass, width=width)
            complaints: list[str] = []
            _listen(page, complaints)
            for address in addresses:
                answer = page.goto(live_server.url + address)
                assert answer is not None
                assert answer.status == 200, address
                assert page.get_by_text(says).count() > 0 or not says, address
                assert page.evaluate(_SQUEEZED) == [], address
                if bypass:
                    found = Axe().run(page).response["violations"]
                    faults = [(one["id"], one["nodes"][0]["html"]) for one in found]
                    assert faults == [], address
                else:
                    assert complaints == [], address
            page.context.close()

    return look
