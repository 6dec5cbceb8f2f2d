"""What the tests of the API and of the admin share: folders of their own, staff of every role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.utils import timezone

from dsar.cases.actors import Actor, ActorKind
from dsar.cases.intake import Asked
from dsar.cases.states import Right
from dsar.engine import execution, reception
from dsar.ledger import notes
from tests.fit import fit
from tests.testapp.factories import make_cast, make_person
from tests.testapp.models import Assessment

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast, Person

SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
GROUPS = {
    "intake": "Privacy intake",
    "handler": "Privacy handlers",
    "reviewer": "Privacy reviewers",
    "officer": "Data protection officers",
    "auditor": "Auditors",
    "owner": "System owners",
}


def settle(settings: Settings, folder: Path) -> None:
    """Let files, counters and the journal of a test live and die with it; nothing waits."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {
        name: where | {"OPTIONS": {"location": str(folder / name)}}
        for name in ("default", "packages", "uploads")
    }
    settings.DSAR = settings.DSAR | {
        "ERASURE_JOURNAL": str(folder / "journal"),
        "WAITING_PERIOD_SECONDS": 0,
        "SWEEP_HOUR": None,
        "STAFF_NEEDS_MFA": False,
    }
    cache.clear()


def sign(settings: Settings, folder: Path) -> None:
    """Give a test's ledger a key and a second place of its own."""
    made = notes.generate("test.example/ledger")
    settings.DSAR = settings.DSAR | {
        "LEDGER_SIGNING_KEYS": [made.unsafe_text()],
        "LEDGER_VERIFIER_KEYS": [],
        "LEDGER_SECOND_PLACE": (folder / "second place").as_uri(),
    }


def plain_cast() -> Cast:
    """Alice, Bob and Carol, without the opinions that staff look at before they are released."""
    found = make_cast()
    Assessment.objects.all().delete()
    return found


def member_of_staff(role: str, name: str = "") -> Any:
    """Somebody of a role of the house; `root` may do everything."""
    user: Any = make_person(name or role, is_superuser=role == "root").user
    return appoint(user, role)


def appoint(user: Any, role: str) -> Any:
    """Give somebody a role of the house."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    if role in GROUPS:
        user.groups.add(Group.objects.get(name=GROUPS[role]))
    return fit(user)


def file(
    person: Person, *rights: str | Asked, at: datetime | None = None, residence: str = ""
) -> Case:
    """File rights for a person who logged in just now, or at another time."""
    asked = [one if isinstance(one, Asked) else Asked(right=Right(one)) for one in rights]
    user: Any = person.user
    return reception.file(
        subject=user,
        asked=asked,
        actor=Actor(kind=ActorKind.REQUESTER, user=user),
        channel="portal",
        language="en",
        contact=person.email,
        authenticated_at=at or timezone.now(),
        residence=residence,
    )


def work() -> None:
    """Carry out all that waits, as a worker would."""
    while execution.run() is not None:
        pass


def page_for(
    client: Client, browser: Browser, address: str, *, width: int = 1280, **look: Any
) -> Page:
    """A page of a browser in which the client's user is logged in; close its `context` at the end."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **look)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return context.new_page()
