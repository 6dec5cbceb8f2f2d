"""After a deletion in the company's own apps, whoever searches the whole database finds only what the law keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.db.models import JSONField, Model
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import Campaign, SupportFile
from dsar.cases.models import Letter
from dsar.cases.states import Outcome, State
from dsar.engine import execution, review
from dsar.ledger import log
from orders.models import Order, Product, ReportSubject
from tests.engine.looking import rows_of
from tests.factories import accounts, orders
from tests.testapp.factories import PASSWORD, Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

WORD = "kestrel"
"""Stands in every text that is Kestrel's, and nowhere else at first."""
KEPT = {
    "orders.Order.number",
    "orders.Order.invoice_party",
    "orders.Report.enterprise",
    "orders.Report.registration_number",
    "orders.Report.summary",
}
"""What the books must go on saying, and what reports say about enterprises."""
CODES = {
    *("accounts.Profile.language", "accounts.Profile.country", "accounts.User.password"),
    *("accounts.Guardianship.relation", "accounts.SecurityEvent.kind"),
    "accounts.ProfileEdit.field",
    *("orders.Order.status", "orders.Order.currency", "orders.ReportSubject.role"),
    *("orders.ReportSubject.nationality", "accounts.SupportFile.file"),
}
"""Columns of the apps that take a code, a digest or a name made up for a file, and no word of anybody's."""
BOBS_LETTER = f"To {WORD}@example.com: your letter came to me.".encode()
"""What Bob sent to support; it is his, though it names Kestrel."""
OF_NOBODY = {"Campaign", "Product"}

Place = tuple[str, str]
"""A column and the key of a row."""


@dataclass(frozen=True, kw_only=True)
class Company:
    """Kestrel's account with rows everywhere, and the neighbours' rows as the server writes them."""

    kestrel: Person
    files: list[Path]
    neighbours: list[Model] = field(default_factory=list)

    def bytes_of_neighbours(self) -> list[str]:
        """Each neighbour's row in PostgreSQL's own words."""
        return [_row_of(row) for row in self.neighbours]


def _row_of(row: Model) -> str:
    meta = row._meta
    (found,) = rows_of(meta.db_table, f"{meta.pk.column} = %s", row.pk)
    return found


def texts() -> list[tuple[type[Model], Any]]:
    """Every column of every model that can hold a word."""
    return [
        (model, found)
        for model in apps.get_models(include_auto_created=True)
        for found in model._meta.local_concrete_fields
        if isinstance(found, JSONField)
        or (found.db_type(connection) or "").startswith(("varchar", "text", "char"))
    ]


def places_of(word: str) -> set[Place]:
    """Every row and column in which a word stands, whoever's it is."""
    found: set[Place] = set()
    with connection.cursor() as cursor:
        for model, one in texts():
            meta = model._meta
            cursor.execute(
                f"SELECT {meta.pk.column}::text FROM {meta.db_table}"  # noqa: S608 - names of models.
                f' WHERE "{one.column}"::text ILIKE %s',
                [f"%{word}%"],
            )
            found |= {(f"{meta.label}.{one.name}", key) for (key,) in cursor.fetchall()}
    return found


def columns(places: set[Place]) -> set[str]:
    return {column for column, _ in places}


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of uploaded files, for one test."""
    storage = FileSystemStorage(location=tmp_path / "uploads")
    monkeypatch.setattr(SupportFile._meta.get_field("file"), "storage", storage)
    return tmp_path / "uploads"


@pytest.fixture
def company(cast: Cast, uploads: Path) -> Company:
    """Kestrel and, beside every row of theirs, one that looks like it and is somebody else's."""
    user = get_user_model().objects.create_user(email=f"{WORD}@example.com", password=PASSWORD)
    kestrel = Person(user=user, name=WORD)
    thread = _fill_account(user, by=cast.carol.user)
    _fill_orders(user)
    _fill_third_parties(user)
    return Company(
        kestrel=kestrel,
        files=[Path(one.file.path) for one in SupportFile.objects.filter(message__thread=thread)],
        neighbours=_neighbours(cast.bob.user),
    )


def _fill_account(user: Any, *, by: Any) -> Any:
    accounts.ProfileFactory(
        user=user, name="Kestrel O'Fiction", company="Kestrel Teas", phone="+65 6000 1111 kestrel"
    )
    accounts.GuardianshipFactory(guardian=user)
    accounts.ProfileEditFactory(user=user, before=f"{WORD} before", after=f"{WORD} since")
    accounts.SecurityEventFactory(
        user=user, detail="/reports/?q=kestrel", user_agent="kestrel/1.0", language="en-kestrel"
    )
    accounts.CampaignDeliveryFactory(user=user)
    thread = accounts.SupportThreadFactory(user=user, subject="kestrel's matter", handler=by)
    for staff in (None, by):
        message = accounts.SupportMessageFactory(
            thread=thread, staff=staff, text="Dear kestrel", people_named=["Kestrel's neighbour"]
        )
        accounts.SupportFileFactory(
            message=message,
            filename="kestrel.txt",
            content_type="text/kestrel",
            file=ContentFile(b"a letter of kestrel", name="kestrel.txt"),
        )
    return thread


def _fill_orders(user: Any) -> None:
    for number in range(3):
        order = orders.OrderFactory(
            customer=user,
            number=f"kestrel-{number}",
            contact_name="Kestrel O'Fiction",
            contact_email=f"{WORD}@example.com",
            contact_phone="+65 6000 1111 kestrel",
            link_code=f"kestrel-code-{number}",
            note="To kestrel's door",
            invoice_party="Kestrel Teas Pte. Ltd.",
        )
        orders.OrderLineFactory(order=order)
        orders.QuotaUseFactory(order=order, used_for="Kestrel's rival")
        orders.OrderDisclosureFactory(
            order=order, recipient=WORD, categories=[WORD], ground="kestrel asked"
        )
        report = orders.ReportFactory(
            order=order,
            delivered_to=f"{WORD}@example.com",
            enterprise="Kestrel Mines",
            registration_number="kestrel-1",
            summary="Kestrel Mines digs.",
        )
        orders.ReportSubjectFactory(report=report)
    orders.SearchTermFactory(customer=user, word=WORD)
    # Somebody else bought a report that names Kestrel.
    orders.ReportSubjectFactory(
        name="Kestrel O'Fiction", email=f"{WORD}@example.com", source="Register of kestrels"
    )


def _fill_third_parties(user: Any) -> None:
    address = EmailAddress.objects.create(
        user=user, email=f"{WORD}@example.com", verified=True, primary=True
    )
    EmailConfirmation.objects.create(email_address=address, key="kestrel-key", sent=timezone.now())


def _neighbours(bob: Any) -> list[Model]:
    """Bob shares Kestrel's mailbox and name; a guest wrote the same address."""
    mailbox = {"contact_email": f"{WORD}@example.com", "contact_name": "Kestrel O'Fiction"}
    shared = orders.OrderFactory(customer=bob, number="T-shared", **mailbox)
    guest = orders.OrderFactory(customer=None, number="T-guest", **mailbox)
    thread = accounts.SupportThreadFactory(user=bob, subject="Not my mail")
    message = accounts.SupportMessageFactory(
        thread=thread, text=f"I get mail for {WORD}@example.com"
    )
    return [
        accounts.ProfileFactory(user=bob, name="Kestrel O'Fiction"),
        message,
        accounts.SupportFileFactory(
            message=message, file=ContentFile(BOBS_LETTER, name="received.txt")
        ),
        shared,
        guest,
        orders.ReportFactory(order=shared, delivered_to=f"{WORD}@example.com"),
        orders.ReportFactory(order=guest, delivered_to=f"{WORD}@example.com"),
        *ReportSubject.objects.filter(name="Director O'Fiction"),
        bob,
    ]


@pytest.fixture
def logged_in(company: Company, client: Client) -> Client:
    """Kestrel at a browser, through the site's own form; a second factor is set up afterwards."""
    form = {"login": company.kestrel.email, "password": PASSWORD}
    client.post(reverse("account_login"), form, HTTP_USER_AGENT="kestrel/1.0")
    assert client.session[SESSION_KEY] == str(company.kestrel.pk)
    assert client.get(reverse("account_email"), HTTP_USER_AGENT="kestrel/1.0").status_code == 200
    Authenticator.objects.create(
        user=company.kestrel.user, type="recovery_codes", data={"owner": WORD}
    )
    return client


def test_only_what_the_plan_retained_still_names_the_person(
    company: Company,
    logged_in: Client,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    tmp_path: Path,
) -> None:
    """Every column that can hold a word held Kestrel's; afterwards only the books' do, and other people's rows."""
    before, neighbours = places_of(WORD), company.bytes_of_neighbours()
    theirs = {(f"{type(one)._meta.label}", str(one.pk)) for one in company.neighbours}
    assert columns(before) >= _columns_of_the_apps() - CODES
    assert {"usersessions.UserSession.user_agent", "mfa.Authenticator.data"} <= columns(before)
    assert {"account.EmailAddress.email", "account.EmailConfirmation.key"} <= columns(before)
    assert len(company.files) == 2
    assert len(_files_with(WORD, tmp_path)) == 3
    request = answered(ask(company.kestrel, "deletion"))
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.PARTIALLY_FULFILLED)
    expected = {
        place
        for place in before
        if place[0] in KEPT or (place[0].rpartition(".")[0], place[1]) in theirs
    }
    assert places_of(WORD) == expected
    assert company.bytes_of_neighbours() == neighbours
    (bobs,) = _files_with(WORD, tmp_path)
    assert bobs.read_bytes() == BOBS_LETTER
    assert (
        Order.objects.filter(number__startswith=WORD, customer=None, contact_name="").count() == 3
    )


def _columns_of_the_apps() -> set[str]:
    return {
        f"{model._meta.label}.{one.name}"
        for model, one in texts()
        if model._meta.app_label in {"accounts", "orders"} and model.__name__ not in OF_NOBODY
    }


def _files_with(word: str, folder: Path) -> list[Path]:
    """Stored files whose name or bytes say the word."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    return [one for one in files if word in one.name or word.encode() in one.read_bytes()]


def test_sessions_and_tokens_are_dead(
    company: Company,
    logged_in: Client,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    """The browser is logged out, the program's token opens nothing, and allauth knows nobody of that address."""
    _, token = AuthToken.objects.create(company.kestrel.user)
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    key = logged_in.session.session_key
    page, list_ = reverse("account_email"), reverse("dsar_api:cases")
    assert program.get(list_).status_code == 200
    assert Session.objects.filter(session_key=key).exists()
    bobs = AuthToken.objects.create(get_user_model().objects.get(email="bob@example.com"))[0]
    answered(ask(company.kestrel, "deletion"))
    assert not Session.objects.filter(session_key=key).exists()
    turned_away = logged_in.get(page)
    assert turned_away.status_code == 302
    assert reverse("account_login") in turned_away.headers["Location"]
    assert program.get(list_).status_code == 401
    assert AuthToken.objects.get() == bobs
    for model in (EmailAddress, EmailConfirmation, Authenticator, UserSession):
        assert not model._base_manager.exists(), model


COPIES: dict[str, tuple[str, type[Model], Callable[[], object]]] = {
    "another table's text": (
        "INSERT INTO accounts_campaign (code, subject, body, created_at) SELECT 'old', '', OLD.name, now()",
        Campaign,
        lambda: Campaign.objects.filter(code="old").delete(),
    ),
    "a table of things": (
        "UPDATE orders_product SET description = 'liked by ' || OLD.phone",
        Product,
        lambda: Product.objects.update(description=""),
    ),
}


@pytest.fixture
def copying(request: pytest.FixtureRequest, company: Company) -> Any:
    """A trigger that nobody declared: it puts aside what is deleted."""
    statement, model, mend = COPIES[request.param]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION test_copy() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {statement}; RETURN OLD; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER test_copy BEFORE DELETE ON accounts_profile"
            " FOR EACH ROW EXECUTE FUNCTION test_copy()"
        )
        yield model, mend
        cursor.execute("DROP FUNCTION test_copy() CASCADE")


@pytest.mark.parametrize("copying", COPIES, indirect=True)
def test_a_copy_that_nobody_declared_fails_the_deletion_until_it_is_mended(
    company: Company,
    copying: Any,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    dora: Actor,
) -> None:
    """Never fulfilled while a word is left: staff are told the table, mend it, and try again."""
    model, mend = copying
    request = answered(ask(company.kestrel, "deletion"))
    assert request.state == State.NEEDS_ATTENTION
    assert request.outcome in {None, ""}
    assert not Letter.objects.filter(request=request, kind=Letter.Kind.ANSWER).exists()
    failed = [one for one in log.entries(request.pk) if one.tag == "deletion.verification_failed"]
    assert len(failed) == 1
    assert model._meta.label in failed[0].canonical
    assert WORD not in failed[0].canonical.lower()
    review.retry(request, actor=dora)
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.NEEDS_ATTENTION
    mend()
    review.retry(request, actor=dora)
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.PARTIALLY_FULFILLED)
