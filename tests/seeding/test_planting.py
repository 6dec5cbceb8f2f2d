"""The sample company is the same for the same numbers, says what it was told to say, and leaves the tables whole."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import SecurityEvent, SupportFile, SupportMessage, User
from config.seeding import accounts, bare, cast, orders, planting
from config.seeding.nasty import LONG, NASTY
from config.seeding.policy import publish as publish_policy
from dsar.engine.discovery import discover
from dsar.registers import policies, starting
from dsar.registers.models import Purpose
from orders.models import Order

if TYPE_CHECKING:
    from django.core.files.storage import InMemoryStorage

pytestmark = pytest.mark.django_db

TABLES = [model._meta.db_table for model in accounts.MODELS + orders.MODELS]


_DIGEST = "SELECT count(*), md5(string_agg(t::text, '' ORDER BY t.id)) FROM {} t"


def plant(users: int = 60, *, seed: int = 1, giants: tuple[int, ...] = ()) -> dict[str, int]:
    return planting.plant(planting.Order(users=users, seed=seed, giants=giants))


def asked(query: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def digest() -> list[Any]:
    """A digest of every row of every seeded table, keys left as they are."""
    return [asked(_DIGEST.format(table))[0] for table in TABLES]


def digest_of(users: int, *, seed: int) -> list[Any]:
    """Plant, take the digest, and undo it."""
    with transaction.atomic():
        plant(users, seed=seed)
        found = digest()
        transaction.set_rollback(True)
    return found


def shape() -> list[Any]:
    """Every index and constraint of the seeded tables as the server spells them."""
    return asked(
        "SELECT pg_get_indexdef(indexrelid), NULL FROM pg_index WHERE indrelid = ANY(%s::regclass[])"
        " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND convalidated ORDER BY 1, 2",
        TABLES,
        TABLES,
    )


def test_the_same_numbers_give_the_same_rows():
    first = digest_of(60, seed=1)
    assert all(count for count, _ in first)
    assert digest_of(60, seed=1) == first


def test_another_seed_gives_other_rows():
    assert digest_of(60, seed=1) != digest_of(60, seed=2)


def test_every_nasty_text_arrives_as_it_was_written():
    plant(300)
    assert set(NASTY) <= set(SecurityEvent.objects.values_list("detail", flat=True))
    assert SupportMessage.objects.filter(text=LONG).exists()
    assert len(LONG) == 100_000
    texts = SupportMessage.objects.values_list("text", flat=True)
    assert any("\n\\.\n" in text for text in texts)


def test_all_kinds_of_people_are_there():
    plant(300)
    people = User.objects.filter(email__startswith="person-")
    assert people.filter(is_active=False).exists()
    assert people.filter(profile__isnull=True, orders__isnull=True, events__isnull=True).exists()
    assert User.objects.filter(is_staff=True, support_answers__isnull=False).exists()
    shared = Order.objects.filter(contact_email__endswith="@shared.example.test")
    assert shared.count() > shared.values("contact_email").distinct().count()
    guests = Order.objects.of_guests()
    assert guests.filter(contact_email__startswith="guest-").exists()
    assert guests.filter(contact_email__startswith="person-").exists()


def test_a_giant_has_exactly_so_many_rows():
    plant(10, giants=(10_000,))
    giant = User.objects.get(email=cast.giant_email(10_000))
    assert sum(discover(giant.pk, concealed=True).values()) == 10_000


@pytest.mark.parametrize("size", cast.GIANTS)
def test_the_parts_of_a_giant_sum_up(size: int):
    (giant,) = cast.giants([size], first=1)
    placed = cast.order_of(giant, key=1, number=1)
    of_order = 1 + placed.lines + placed.uses + placed.reports * (1 + placed.named) + 1
    assert 3 + giant.events + giant.terms + giant.threads * 4 + giant.orders * of_order == size


def test_giants_are_chosen_to_suit():
    assert planting.suits(10) == ()
    assert planting.suits(300) == (10_000,)
    assert planting.suits(200_000) == cast.GIANTS


def test_keys_go_on_after_the_last_row():
    plant()
    highest = max(User.objects.values_list("pk", flat=True))
    assert User.objects.create(email="late@example.test").pk == highest + 1


def test_people_who_were_there_before_stay():
    alice = User.objects.create(email="alice@example.test")
    plant()
    alice.refresh_from_db()
    assert alice.email == "alice@example.test"
    assert User.objects.count() == 61


def test_a_second_company_is_refused_and_changes_nothing():
    plant()
    before = digest()
    with pytest.raises(planting.AlreadySeededError):
        plant(seed=2)
    assert digest() == before


def test_tables_are_whole_again_after_a_bulk_load(monkeypatch: pytest.MonkeyPatch):
    before = shape()
    monkeypatch.setattr(planting, "_MANY", 1)
    plant()
    assert shape() == before
    assert all(count for count, _ in digest())


def test_a_stripped_table_has_neither_indexes_nor_references():
    whole = shape()
    assert any("INDEX orders_order_contact " in str(row) for row in whole)
    with bare.stripped(TABLES):
        left = "\n".join(str(row) for row in shape())
    assert "FOREIGN KEY" not in left
    assert "INDEX orders_order_contact " not in left
    assert "_pkey" in left
    assert shape() == whole


def test_nobody_logs_in_by_password_unless_asked_for():
    plant()
    assert not any(person.has_usable_password() for person in User.objects.all()[:20])


def test_one_password_for_all_if_asked_for():
    planting.plant(planting.Order(users=10, seed=1, password="a long fictional passphrase"))
    hashes = set(User.objects.values_list("password", flat=True))
    assert len(hashes) == 1
    assert User.objects.get(email="person-9@example.test").check_password(
        "a long fictional passphrase"
    )


def test_a_few_files_are_real(files_in_memory: InMemoryStorage):
    plant()
    files = SupportFile.objects.all()
    assert len(files) == 12
    for stored in files:
        assert len(files_in_memory.open(str(stored.file.name)).read()) == stored.size


def test_the_command_says_what_it_did():
    out = StringIO()
    call_command("seed", users=20, giants=[], stdout=out)
    assert "rows a second" in out.getvalue()
    assert f"{'accounts.User':28}{20:>12,}" in out.getvalue()
    with pytest.raises(CommandError, match="already"):
        call_command("seed", users=20, giants=[], stdout=out)
    call_command("seed", users=20, giants=[], if_empty=True, stdout=out)
    assert User.objects.count() == 20


def test_the_company_has_a_privacy_policy_that_lacks_nothing():
    call_command("seed", users=20, giants=[], stdout=StringIO())
    policy = policies.in_force()
    assert policy is not None
    assert policies.lacking(policy) == []
    assert set(policy.texts) == set(policies.languages())
    assert not publish_policy()


def test_the_company_has_weighed_its_interests_before_it_uses_data_for_them():
    weighed = Purpose.objects.filter(basis="legitimate_interest")
    assert weighed.update(active_from=None) > 2
    call_command("seed", users=20, giants=[], stdout=StringIO())
    assert not weighed.filter(active_from__isnull=True).exists()
    assert all(starting.is_assessed(purpose) for purpose in weighed)
