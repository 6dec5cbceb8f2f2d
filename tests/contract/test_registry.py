"""The registry remembers what was declared, in an order of its own, and forgets a test's declarations."""

from __future__ import annotations

import pytest

from dsar.contract.terms import describe
from dsar.declarations import NotPersonal, PersonalData
from dsar.registry import current, declare, holds_nothing, replaced
from tests.contract.desk import KEPT, READING


def test_every_installed_app_and_the_project_itself_are_read():
    owners = {one.model._meta.app_label for one in current().all()}
    assert {"accounts", "orders", "dsar", "testapp"} <= owners
    assert any(model._meta.label == "contenttypes.ContentType" for model in current().nothing)


def test_replaced_gives_an_empty_registry_and_puts_the_old_one_back():
    before = dict(current().declarations)
    assert before
    with replaced() as empty:
        assert empty is current()
        assert not current().all()
        assert not current().nothing
        assert not current().purposes
    assert current().declarations == before


def test_the_old_registry_comes_back_after_an_error():
    before = dict(current().declarations)
    with pytest.raises(RuntimeError), replaced():
        raise RuntimeError
    assert current().declarations == before


def test_declarations_come_by_label_whatever_the_order_they_were_made_in(desk):
    for name in ("Zebra", "Ape", "Mole"):
        desk.declare(desk.model(name))
    assert [one.label for one in desk.registry.all()] == [
        "testapp.Ape",
        "testapp.Mole",
        "testapp.Zebra",
    ]


def test_a_role_is_part_of_the_label(desk):
    book = desk.model("Book")
    desk.declare(book, role="reader")
    assert desk.registry.get("testapp.Book:reader").role == "reader"
    with pytest.raises(KeyError):
        desk.registry.get("testapp.Book")


def test_the_first_of_two_declarations_stays(desk):
    book = desk.model("Book")
    holds_nothing(book, because="First.")
    desk.declare(book)
    assert desk.registry.nothing[book] == "First."
    assert not desk.registry.of(book)


def test_names_in_a_tuple_share_a_treatment(desk):
    book = desk.model("Book")
    shared = NotPersonal(because="Shared.")
    desk.declare(book, {("id", "made_at"): shared}, leave_out=("id", "made_at"))
    fields = desk.registry.get("testapp.Book").fields
    assert fields["id"] is fields["made_at"] is shared
    assert fields["person"] is not shared


def test_the_sentence_of_a_declaration_is_kept_and_need_not_be_there(desk):
    class Said(PersonalData):
        """Books that were lent."""

        subject, purpose, retention, fields = "person", READING, KEPT, {}

    book, note = desk.model("Book"), desk.model("Note")
    declare(book)(Said)
    desk.declare(note)
    assert desk.registry.get("testapp.Book").describe == "Books that were lent."
    assert describe(desk.registry.get("testapp.Note")) == "Note"
