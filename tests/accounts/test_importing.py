"""A file of contacts: who may come in does, who must not come back is stopped, and nobody gets news by it."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import importing, mailing
from accounts.importing import Brought, ColumnsError
from accounts.models import User
from dsar.contract.vocabulary import Channel
from dsar.ledger.models import Entry
from dsar.registers import suppression
from dsar.registers.suppression import SuppressionKeyMissingError
from tests.factories.accounts import CampaignFactory, UserFactory

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def bring(*lines: str) -> Brought:
    return sum(importing.bring(lines), Brought())


def entries() -> list[str]:
    found = Entry.objects.filter(tag="contacts.imported").order_by("pk")
    return list(found.values_list("canonical", flat=True))


def test_neighbours_come_in_and_whoever_must_not_come_back_is_stopped():
    UserFactory(email="known@example.test")
    suppression.add("gone@example.test")
    suppression.add("+65 6111 2222", channel=Channel.PHONE)
    done = bring(
        "email,name,phone,country",
        "before@example.test,Bea Fiction,+65 6000 0001,SG",
        " GONE@Example.test ,Gus Fiction,,SG",
        "same-number@example.test,Gus Fiction,0065 61112222,SG",
        "known@example.test,Known Fiction,,",
        "After@Example.test,Ana Fiction,,",
        "after@example.test,Ana Fiction,,",
    )
    assert done == Brought(rows=6, added=2, known=2, stopped=2)
    came = User.objects.exclude(email="known@example.test").order_by("pk")
    assert [one.email for one in came] == ["before@example.test", "after@example.test"]
    assert [one.profile.name for one in came] == ["Bea Fiction", "Ana Fiction"]
    assert not any(one.has_usable_password() for one in came)
    (said,) = entries()
    counts = {"rows": 6, "added": 2, "known": 2, "stopped": 2, "unreadable": 0}
    assert json.loads(said)["detail"] == counts
    assert "example.test" not in said


def test_nobody_who_comes_in_gets_news_without_having_agreed():
    bring("email", "new@example.test")
    assert User.objects.get().email == "new@example.test"
    assert mailing.send(CampaignFactory()) == 0


def test_the_same_file_again_changes_nothing():
    lines = ("email,name", "one@example.test,One", "two@example.test,Two")
    bring(*lines)
    assert bring(*lines) == Brought(rows=2, known=2)
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    "row",
    [
        "no-address,Nobody,SG",
        ",Nobody,SG",
        "a@example.test,Nobody,Singapore",
        "a@example.test,Nobody",
        "a@example.test,Nobody,SG,more",
        "a@example.test,No\0body,SG",
        f"a@example.test,{'x' * 201},SG",
    ],
)
def test_a_row_that_is_not_one_is_counted_and_its_neighbour_comes_in(row):
    done = bring("email,name,country", row, "b@example.test,Bea Fiction,SG")
    assert done == Brought(rows=2, added=1, unreadable=1)
    assert User.objects.get().email == "b@example.test"


@pytest.mark.parametrize("header", ["", "name", "email,email", "email,is_superuser"])
def test_a_file_with_other_columns_is_refused_whole(header):
    with pytest.raises(ColumnsError):
        bring(header, "a@example.test,1")
    assert not User.objects.exists()


def test_where_the_list_cannot_be_read_nobody_comes_in(settings: Settings):
    settings.DSAR = settings.DSAR | {"SUPPRESSION_KEY": ""}
    with pytest.raises(SuppressionKeyMissingError):
        bring("email", "a@example.test")
    assert not User.objects.exists()


def test_a_batch_costs_the_same_however_many_are_in_it(monkeypatch: pytest.MonkeyPatch):
    def asked(number: int) -> int:
        rows = [f"{number}-{place}@example.test" for place in range(number)]
        with CaptureQueriesContext(connection) as found:
            assert bring("email", *rows).added == number
        return len(found)

    assert asked(1) == asked(60)
    monkeypatch.setattr(importing, "BATCH", 20)
    assert asked(40) == 2 * asked(10)
    assert len(entries()) == 5


def test_the_command_tells_numbers_and_no_names(tmp_path: Path):
    suppression.add("gone@example.test")
    file, out = tmp_path / "contacts.csv", StringIO()
    file.write_text("\ufeffemail\nnew@example.test\ngone@example.test\nnobody\n", encoding="utf-8")
    call_command("import_contacts", str(file), stdout=out)
    assert out.getvalue().startswith("3 rows: 1 came in, 0 were here already, 1 must not come back")
    assert "@" not in out.getvalue()
    file.write_bytes(b"email\n\xffsecret@example.test\n")
    with pytest.raises(CommandError, match="not UTF-8") as raised:
        call_command("import_contacts", str(file), stdout=out)
    assert "secret" not in str(raised.value)
    with pytest.raises(CommandError):
        call_command("import_contacts", str(tmp_path / "nothing.csv"), stdout=out)
