"""What the privacy policy says of the company's own data: all of it in a copy, gone when its time is over."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import timezone

from accounts import importing, mailing
from accounts.models import SecurityEvent, SupportFile, SupportMessage, User
from accounts.purposes import MARKETING_EMAIL
from dsar.cases import letters
from dsar.cases.intake import Asked
from dsar.cases.models import Letter
from dsar.cases.states import Right, State
from dsar.duties.retention import due, runs
from dsar.registers import consents
from orders.models import Order
from tests import faces
from tests.engine import archives
from tests.engine.conftest import grant, make_staff
from tests.factories import accounts, orders
from tests.testapp.factories import PASSWORD, Person

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

MINE = "pia@example.com"
BROWSER = "Fictional/1.0"
PICTURE = b"what the error looks like"
HOUSE = {
    "name": "Fictional Reports Pte. Ltd.",
    "address": "7 Imaginary Road, Singapore 000007",
    "email": "ask@fictional.example",
}


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faces.settle(settings, tmp_path)
    storage = FileSystemStorage(location=tmp_path / "uploads")
    monkeypatch.setattr(SupportFile._meta.get_field("file"), "storage", storage)


@pytest.fixture
def pia(transactional_db: None) -> Person:
    """A customer with a log-in, an order, and a question to support."""
    user: Any = accounts.UserFactory(email=MINE)
    user.set_password(PASSWORD)
    user.save()
    accounts.SecurityEventFactory(user=user, user_agent=BROWSER, detail="/reports/?q=teas")
    thread = accounts.SupportThreadFactory(user=user, subject="It does not open")
    message = accounts.SupportMessageFactory(thread=thread, staff=None, text="See the picture")
    accounts.SupportFileFactory(
        message=message, filename="error.txt", file=ContentFile(PICTURE, name="error.txt")
    )
    order = orders.OrderFactory(customer=user, number="P-1", contact_name="Pia Fiction")
    orders.OrderLineFactory(order=order)
    orders.QuotaUseFactory(order=order, used_for="Fictional Teas")
    return Person(user=user, name="pia")


def test_a_copy_holds_account_log_orders_and_support_and_never_the_password(pia: Person) -> None:
    """Sections 1.2(1) to 1.2(4), of one customer and not of another."""
    other = accounts.SecurityEventFactory(user_agent="Neighbour/1.0")
    orders.OrderFactory(customer=other.user, number="N-1")
    request = faces.file(pia, "access").requests.get()
    faces.work()
    with archives.opened(request) as archive:
        rows, whole = archives.rows(archive), archives.everything(archive)
        files = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    (account,) = rows["accounts.User"]
    assert account["email"] == MINE
    assert "password" not in account
    assert pia.user.password not in whole
    (event,) = rows["accounts.SecurityEvent"]
    assert (event["user_agent"], event["detail"]) == (BROWSER, "/reports/?q=teas")
    assert {"ip", "language", "happened_at"} <= set(event)
    (order,) = rows["orders.Order"]
    assert (order["number"], order["contact_name"]) == ("P-1", "Pia Fiction")
    assert {"contact_email", "placed_at", "total"} <= set(order)
    assert rows["orders.OrderLine"][0]["product"]
    assert rows["orders.QuotaUse"][0]["used_for"] == "Fictional Teas"
    assert rows["accounts.SupportMessage"][0]["text"] == "See the picture"
    assert files == [PICTURE]
    assert "Neighbour/1.0" not in whole
    assert "N-1" not in whole


def test_logs_support_and_orders_go_when_their_time_is_over(pia: Person) -> None:
    """The log after a year, a closed matter after two, an order after five years of the books (4.1(2))."""
    long_ago = timezone.now() - timedelta(days=7 * 366)
    old: dict[str, Any] = {
        "event": accounts.SecurityEventFactory(user=pia.user, happened_at=long_ago),
        "order": orders.OrderFactory(customer=pia.user, number="P-0", placed_at=long_ago),
        "thread": accounts.SupportThreadFactory(
            user=pia.user, opened_at=long_ago, closed_at=long_ago
        ),
    }
    old["message"] = accounts.SupportMessageFactory(thread=old["thread"], sent_at=long_ago)
    begun = runs.begin(on=due.today())
    runs.go_on(begun)
    for one in old.values():
        assert not type(one).objects.filter(pk=one.pk).exists(), one
    assert SecurityEvent.objects.filter(user_id=pia.pk, user_agent=BROWSER).exists()
    assert SupportMessage.objects.filter(text="See the picture").exists()
    assert list(Order.objects.values_list("number", flat=True)) == ["P-1"]


def test_page_letter_and_copy_say_the_same_of_the_company(pia: Person, settings: Settings) -> None:
    """Section 8: name, address and e-mail are written down once and shown everywhere."""
    settings.DSAR = settings.DSAR | {"ORGANISATION": settings.DSAR["ORGANISATION"] | HOUSE}
    request = faces.file(pia, "access").requests.get()
    faces.work()
    page = Client().get("/privacy/").content.decode()
    letter = letters.render(Letter.objects.get(request=request, kind=Letter.Kind.ANSWER))
    with archives.opened(request) as archive:
        copy = archive.read("index.html").decode()
        said = json.loads(archive.read("information.json"))
    for line in HOUSE.values():
        for shown in (page, letter.text, letter.html, copy):
            assert line in shown
    assert HOUSE["email"] in json.dumps(said)


def test_who_objected_is_not_written_to_again_though_they_were_deleted(pia: Person) -> None:
    """The list of who wants no advertising outlives the account and stops an import (6.5, R122, R129)."""
    consents.give(pia.user, MARKETING_EMAIL, wording="Yes, write to me.")
    faces.file(pia, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    deletion = grant(faces.file(pia, "deletion"), dora=make_staff("dora"), otto=make_staff("otto"))
    faces.work()
    deletion.refresh_from_db()
    assert deletion.state == State.CLOSED
    assert not User.objects.filter(email=MINE).exists()
    read = importing.bring(["email", "before@example.com", MINE.upper(), "after@example.com"])
    assert [(part.added, part.stopped) for part in read] == [(2, 1)]
    assert not User.objects.filter(email__iexact=MINE).exists()
    assert User.objects.filter(email__in=["before@example.com", "after@example.com"]).count() == 2
    again, neighbour = (accounts.UserFactory(email=one) for one in (MINE, "new@example.com"))
    for one in (again, neighbour):
        consents.give(one, MARKETING_EMAIL, wording="Yes, write to me.")
    mail.outbox.clear()
    assert mailing.send(accounts.CampaignFactory()) == 1
    assert [message.to for message in mail.outbox] == [[neighbour.email]]
