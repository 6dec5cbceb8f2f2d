"""`manage.py check` refuses, one by one, what no declaration covers and no deletion could carry out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower, TruncDay

from dsar.declarations import (
    Category,
    Erase,
    Held,
    LegalBasis,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Retain,
    Row,
    Secret,
    Surrogate,
    Whose,
)
from dsar.registry import declare, holds_nothing, register_purpose
from tests.contract.desk import KEPT, READING, Desk

TEXT = Category.OPINION
STAYS = Retain(law="Act 1", category=TEXT)


def _overwritten(desk: Desk, column: Any, to: Any, **meta: Any) -> type[models.Model]:
    """A model whose column deletion overwrites, everything else retained by law."""
    model = desk.model("Book", {"column": column}, **meta)
    desk.declare(
        model,
        {("person", "made_at"): STAYS, "column": Erase(to=to, category=TEXT)},
        leave_out=("person", "made_at", "column"),
        row=Row.OVERWRITTEN,
    )
    return model


def _text(**options: Any):
    return models.CharField(max_length=40, **options)


def _person():
    return models.ForeignKey(get_user_model(), on_delete=models.CASCADE, related_name="+")


def _people():
    return models.ManyToManyField(get_user_model(), related_name="+")


# What is declared


def test_a_sound_declaration_opens_the_gate(desk):
    book = desk.model("Book", {"text": models.TextField()})
    desk.declare(book)
    assert desk.errors(book) == []


def test_an_undeclared_model_is_refused(desk):
    message = desk.only(1, desk.model("Book"))
    assert "testapp.Book" in message
    assert "holds_nothing(Book" in message


def test_an_undeclared_table_of_a_many_to_many_field_is_refused(desk):
    readers = models.ManyToManyField(get_user_model(), related_name="+")
    club = desk.model("Club", {"readers": readers})
    desk.declare(club)
    message = desk.only(1, club, club.readers.through)
    assert "Club.readers.through" in message


def test_an_undeclared_model_of_a_third_party_is_refused(desk):
    session = apps.get_model("contenttypes", "ContentType")
    message = desk.only(2, session)
    assert "contenttypes.ContentType" in message
    assert "beside the settings" in message


@pytest.mark.parametrize(
    ("number", "make"),
    [
        pytest.param(3, models.IntegerField, id="column"),
        pytest.param(
            4, lambda: models.ManyToManyField("auth.Group", related_name="+"), id="many_to_many"
        ),
        pytest.param(5, lambda: GenericForeignKey("kind", "number"), id="generic_foreign_key"),
        pytest.param(5, lambda: GenericRelation("auth.Group"), id="generic_relation"),
        pytest.param(6, models.FileField, id="file"),
        pytest.param(6, models.ImageField, id="image"),
        pytest.param(7, models.JSONField, id="json"),
    ],
)
def test_an_undeclared_field_is_refused(desk, number, make):
    base = {
        "kind": models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+"),
        "number": models.BigIntegerField(),
    }
    book = desk.model("Book", {**base, "extra": make()})
    desk.declare(book, leave_out=("extra",))
    message = desk.only(number, book)
    assert "testapp.Book" in message
    assert '"extra"' in message


def test_an_unknown_field_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book, {"titel": Held(category=TEXT)})
    assert '"titel"' in desk.only(8, book)


def test_two_treatments_of_a_field_are_refused(desk):
    book = desk.model("Book", {"text": _text()})
    desk.declare(book, {("text", "made_at"): Held(category=TEXT)}, leave_out=("made_at",))
    assert '"text"' in desk.only(9, book)


def test_a_model_declared_twice_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book)
    desk.declare(book)
    assert "testapp.Book" in desk.only(10, book)


def test_a_model_that_is_declared_and_holds_nothing_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book)
    holds_nothing(book, because="Nothing.")
    desk.only(10, book)


def test_two_roles_of_one_model_are_allowed(desk):
    book = desk.model("Book")
    desk.declare(book)
    desk.declare(book, role="reader")
    assert desk.errors(book) == []


def test_a_declaration_without_a_purpose_cannot_be_made(desk):
    class Said(PersonalData):
        subject, retention, fields = "person", KEPT, {}

    with pytest.raises(ImproperlyConfigured, match=r"testapp\.Book says no purpose"):
        declare(desk.model("Book"))(Said)


def test_proxies_and_unmanaged_models_need_no_declaration(desk):
    book = desk.model("Book")
    desk.declare(book)
    proxy = type(
        "Proxy",
        (book,),
        {
            "__module__": book.__module__,
            "Meta": type("Meta", (), {"app_label": "testapp", "proxy": True}),
        },
    )
    assert desk.errors(book, proxy, desk.model("View", managed=False)) == []


# Where it leads


@pytest.mark.parametrize("path", ["persn", "person__nobody", "made_at__person"])
def test_a_path_that_does_not_resolve_is_refused(desk, path):
    book = desk.model("Book")
    desk.declare(book, subject=path)
    assert f'"{path}"' in desk.only(11, book)


@pytest.mark.parametrize("path", ["made_at", "person__email", "person__pk", "pk"])
def test_a_path_that_does_not_end_at_a_person_is_refused(desk, path):
    book = desk.model("Book")
    desk.declare(book, subject=path)
    assert f'"{path}"' in desk.only(12, book)


@pytest.mark.parametrize(
    "wrong",
    [
        {"via": "testapp.Nowhere"},
        {"key": "nothing"},
        {"on": "nothing"},
        {"on": "made_at"},
    ],
)
def test_a_link_that_does_not_resolve_is_refused(desk, wrong):
    book = desk.model("Book", {"serial": _text()})
    desk.declare(book)
    note = desk.model("Note", {"person": None, "serial": models.TextField()})
    sound = {"via": "testapp.Book", "key": "serial", "to": "person", "on": "serial"}
    desk.declare(note, subject=Linked(**sound))
    assert desk.errors(book, note) == []
    desk.registry.declarations[note, ""] = replace(
        desk.registry.declarations[note, ""], subject=(Linked(**{**sound, **wrong}),)
    )
    assert "testapp.Note" in desk.only(13, book, note)


def test_a_link_whose_path_does_not_resolve_is_refused(desk):
    book = desk.model("Book", {"serial": _text()})
    desk.declare(book)
    note = desk.model("Note", {"person": None, "serial": _text()})
    desk.declare(note, subject=Linked(via="testapp.Book", key="serial", to="reader", on="serial"))
    assert '"reader"' in desk.only(11, book, note)


@pytest.mark.parametrize("name", ["made_at", "nothing"])
def test_an_identifier_that_is_no_text_is_refused(desk, name):
    book = desk.model("Book")
    desk.declare(book, identifiers=(name,))
    assert f'"{name}"' in desk.only(14, book)


@pytest.mark.parametrize(
    ("fact", "path"),
    [("title", "nowhere"), ("nric", "text"), ("passport_number", "text"), ("identity", "text")],
)
def test_a_fact_leads_somewhere_and_never_to_an_identity_number(desk, fact, path):
    book = desk.model("Book", {"text": models.TextField()})
    desk.declare(book, facts={"words": "text", fact: path})
    assert f'"{fact}"' in desk.only(64, book)


def test_a_declaration_that_leads_to_nobody_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book, subject=())
    desk.only(15, book)


def test_the_person_s_own_row_must_say_when_it_was_born(desk, user_model):
    desk.declare(
        user_model,
        {("id", "password"): Secret(category=Category.PASSWORD)},
        leave_out=("id", "password"),
        subject="pk",
        retention=replace(KEPT, after="last_login"),
    )
    assert user_model._meta.label in desk.only(16, user_model)


def test_a_birth_that_is_no_date_time_is_refused(desk):
    book = desk.model("Book", {"text": _text()})
    desk.declare(book, born="text")
    assert '"text"' in desk.only(17, book)


# Why and how long


def test_retention_without_a_law_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book, retention=replace(KEPT, law=" "))
    assert "testapp.Book" in desk.only(18, book)


def test_a_retained_field_without_a_law_is_refused(desk):
    book = desk.model("Book", {"text": _text()})
    desk.declare(book, {"text": Retain(law="", category=TEXT)}, row=Row.RETAINED)
    assert '"text"' in desk.only(18, book)


@pytest.mark.parametrize("years", [0, -1])
def test_retention_without_a_period_is_refused(desk, years):
    book = desk.model("Book")
    desk.declare(book, retention=replace(KEPT, years=years))
    desk.only(19, book)


@pytest.mark.parametrize("after", ["nothing", "person", "text", "person__email"])
def test_retention_after_something_that_is_no_date_is_refused(desk, after):
    book = desk.model("Book", {"text": _text()})
    desk.declare(book, retention=replace(KEPT, after=after))
    assert f'"{after}"' in desk.only(20, book)


@pytest.mark.parametrize("wrong", [{"from_end_of": "fortnight"}, {"then": Row.RETAINED}])
def test_retention_that_never_ends_is_refused(desk, wrong):
    book = desk.model("Book")
    desk.declare(book, retention=replace(KEPT, **wrong))
    desk.only(21, book)


@pytest.mark.parametrize("basis", ["", None, "contract", "because we can"])
def test_a_purpose_without_a_legal_basis_is_refused(desk, basis):
    book = desk.model("Book")
    desk.declare(book, purpose=replace(READING, basis=basis))
    message = desk.only(22, book)
    assert '"reading"' in message
    assert "testapp.Book" in message


def test_a_purpose_that_no_model_names_is_checked_too(desk):
    unfounded: Any = ""
    register_purpose(replace(READING, code="campaign", basis=unfounded))
    assert '"campaign"' in desk.only(22)


def test_a_legitimate_interest_must_be_said(desk):
    book = desk.model("Book")
    desk.declare(book, purpose=replace(READING, basis=LegalBasis.LEGITIMATE_INTEREST))
    desk.only(23, book)


def test_a_consent_says_what_turning_it_off_costs(desk):
    book = desk.model("Book")
    desk.declare(book, purpose=replace(READING, basis=LegalBasis.CONSENT))
    desk.only(27, book)


def test_a_purpose_without_a_basis_in_singapore_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book, purpose=replace(READING, pdpa=""))
    desk.only(24, book)


def test_two_purposes_under_one_code_are_refused(desk):
    book, note = desk.model("Book"), desk.model("Note")
    desk.declare(book)
    desk.declare(note, purpose=replace(READING, label="Something else"))
    assert '"reading"' in desk.only(25, book, note)


def test_another_source_must_be_named(desk):
    book = desk.model("Book", {"text": _text()})
    desk.declare(book, {"text": Held(category=TEXT, origin=Origin.OTHER_SOURCE)})
    assert '"text"' in desk.only(26, book)


def test_a_score_must_be_explained_by_its_purpose(desk):
    book = desk.model("Book", {"text": _text()})
    score = {"text": Held(category=Category.CREDIT_SCORE, origin=Origin.DERIVED)}
    desk.declare(book, score)
    assert '"text"' in desk.only(28, book)


def test_a_score_that_is_explained_or_somebody_elses_passes(desk):
    book, note = (desk.model(one, {"text": _text()}) for one in ("Book", "Note"))
    score = Held(category=Category.CREDIT_SCORE, origin=Origin.DERIVED)
    explained = replace(READING, code="scoring", automated_decision="Below ten nothing is lent.")
    desk.declare(book, {"text": score}, purpose=explained)
    desk.declare(note, {"text": replace(score, whose=Whose.SOMEBODY_ELSE)})
    assert desk.errors(book, note) == []


# Rows and treatments


@pytest.mark.parametrize(
    ("row", "treatment"),
    [
        (Row.DELETED, Erase(to="", category=TEXT)),
        (Row.RETAINED, Erase(to="", category=TEXT)),
        (Row.DELETED, STAYS),
    ],
)
def test_a_treatment_that_the_row_contradicts_is_refused(desk, row, treatment):
    book = desk.model("Book", {"text": _text()})
    desk.declare(book, {"text": treatment}, row=row)
    assert '"text"' in desk.only(30, book)


def test_a_value_may_not_stay_in_an_overwritten_row_without_a_reason(desk):
    book = desk.model("Book", {"text": _text()})
    kept = {("person", "made_at"): STAYS}
    desk.declare(book, kept, leave_out=("person", "made_at"), row=Row.OVERWRITTEN)
    assert '"text"' in desk.only(30, book)


def test_somebody_else_s_value_may_stay_in_an_overwritten_row(desk):
    book = desk.model("Book", {"text": _text()})
    desk.declare(
        book,
        {
            ("person", "made_at"): STAYS,
            "text": Held(category=TEXT, whose=Whose.SOMEBODY_ELSE),
        },
        leave_out=("person", "made_at", "text"),
        row=Row.OVERWRITTEN,
    )
    assert desk.errors(book) == []


def test_a_key_cannot_be_corrected(desk):
    book = desk.model("Book")
    desk.declare(book, {"id": Held(category=TEXT, correctable=True)})
    assert '"id"' in desk.only(31, book)


def test_rows_cannot_be_concealed_by_something_that_is_no_column(desk):
    book = desk.model("Book")
    desk.declare(book, concealed={"secret": True})
    assert '"secret"' in desk.only(32, book)


# What deletion writes


@pytest.mark.parametrize("to", ["", "erased", Surrogate(prefix="gone-")])
def test_an_overwrite_that_fits_is_allowed(desk, to):
    assert desk.errors(_overwritten(desk, _text(), to)) == []


@pytest.mark.parametrize("to", ["x" * 41, Surrogate(prefix="very-long-")])
def test_an_overwrite_too_long_for_its_column_is_refused(desk, to):
    message = desk.only(40, _overwritten(desk, _text(), to))
    assert '"column"' in message
    assert "40" in message


@pytest.mark.parametrize(
    ("column", "to"),
    [
        pytest.param(_text(), 5, id="a number in a text"),
        pytest.param(models.IntegerField(), "none", id="a text in a number"),
        pytest.param(models.IntegerField(), Surrogate(), id="a surrogate in a number"),
        pytest.param(models.DateField(), "2000-01-01", id="a text in a date"),
        pytest.param(_text(choices=[("a", "A")]), "b", id="no choice"),
        pytest.param(models.EmailField(), "nobody", id="no address"),
        pytest.param(models.EmailField(), Surrogate(suffix="@"), id="no address at random"),
        pytest.param(models.IntegerField(validators=[MinValueValidator(1)]), 0, id="validator"),
        pytest.param(models.SmallIntegerField(), 70_000, id="out of range"),
    ],
)
def test_an_overwrite_against_the_field_s_rules_is_refused(desk, column, to):
    assert '"column"' in desk.only(41, _overwritten(desk, column.clone(), to))


def test_an_overwrite_breaking_not_null_is_refused(desk):
    assert '"column"' in desk.only(42, _overwritten(desk, _text(), None))


def test_a_secret_without_a_value_breaks_not_null_where_the_row_stays(desk):
    book = desk.model("Book", {"column": _text()})
    desk.declare(
        book,
        {("person", "made_at"): STAYS, "column": Secret(category=TEXT)},
        leave_out=("person", "made_at", "column"),
        row=Row.OVERWRITTEN,
    )
    assert '"column"' in desk.only(42, book)


def test_a_relation_cannot_be_overwritten_with_another_row(desk):
    key = models.ForeignKey(
        get_user_model(), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    assert '"column"' in desk.only(43, _overwritten(desk, key, 1))


def test_a_relation_can_be_cut(desk):
    key = models.ForeignKey(
        get_user_model(), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    assert desk.errors(_overwritten(desk, key, None)) == []


def test_a_generated_column_cannot_be_overwritten(desk):
    column = models.GeneratedField(
        expression=TruncDay("made_at"), output_field=models.DateTimeField(), db_persist=True
    )
    assert '"column"' in desk.only(43, _overwritten(desk, column, None))


@pytest.mark.parametrize(
    "constraint",
    [
        pytest.param(models.UniqueConstraint(fields=["column"], name="once"), id="whole"),
        pytest.param(
            models.UniqueConstraint(fields=["person", "column"], name="once"), id="in part"
        ),
        pytest.param(models.UniqueConstraint(Lower("column"), name="once"), id="expression"),
        pytest.param(
            models.UniqueConstraint(
                fields=["column"], condition=models.Q(made_at__isnull=False), name="once"
            ),
            id="condition that may hold",
        ),
    ],
)
def test_a_constant_in_a_unique_constraint_is_refused(desk, constraint):
    book = _overwritten(desk, _text(), "gone", constraints=[constraint])
    assert '"once"' in desk.only(44, book)


def test_a_constant_in_a_unique_column_is_refused(desk):
    assert '"column"' in desk.only(44, _overwritten(desk, _text(unique=True), ""))


def test_a_constant_in_unique_together_is_refused(desk):
    book = _overwritten(desk, _text(), "", unique_together=[("person", "column")])
    assert '"column"' in desk.only(44, book)


def test_nulls_that_are_not_distinct_are_refused(desk):
    once = models.UniqueConstraint(fields=["column"], nulls_distinct=False, name="once")
    assert '"once"' in desk.only(44, _overwritten(desk, _text(null=True), None, constraints=[once]))


@pytest.mark.parametrize(
    ("column", "to", "condition"),
    [
        pytest.param(_text(unique=True), Surrogate(), None, id="a fresh value"),
        pytest.param(_text(unique=True, null=True), None, None, id="null"),
        pytest.param(_text(), "", ~models.Q(column=""), id="a condition that lets it go"),
    ],
)
def test_an_overwrite_that_keeps_rows_apart_is_allowed(desk, column, to, condition):
    once = models.UniqueConstraint(fields=["column"], condition=condition, name="once")
    assert desk.errors(_overwritten(desk, column.clone(), to, constraints=[once])) == []


def test_a_constant_beside_a_unique_column_is_allowed(desk):
    number = models.IntegerField(unique=True)
    once = models.UniqueConstraint(fields=["number", "text"], name="once")
    book = desk.model("Book", {"number": number, "text": _text()}, constraints=[once])
    desk.declare(
        book,
        {("person", "made_at", "number"): STAYS, "text": Erase(to="", category=TEXT)},
        leave_out=("person", "made_at", "number", "text"),
        row=Row.OVERWRITTEN,
    )
    assert desk.errors(book) == []


@pytest.mark.parametrize(
    ("condition", "is_refused"),
    [
        (~models.Q(column=""), True),
        (models.Q(column__in=["", "gone"]), False),
        (models.Q(column="gone") | models.Q(column__isnull=True), True),
        (models.Q(column="gone") | models.Q(made_at__isnull=True), False),
        (models.Q(column__regex="^x"), False),
    ],
)
def test_an_overwrite_that_breaks_a_check_constraint_is_refused(desk, condition, is_refused):
    rule = models.CheckConstraint(condition=condition, name="rule")
    book = _overwritten(desk, _text(), "", constraints=[rule])
    assert [error.id for error in desk.errors(book)] == ["dsar.E045"] * is_refused


# Foreign keys


def _referring(
    desk: Desk, on_delete: Any, *, row: Row = Row.RETAINED, subject: Any = "person", **said: Any
) -> tuple[type[models.Model], type[models.Model]]:
    """A book that deletion takes away, and a note that points at it."""
    book = desk.model("Book")
    desk.declare(book)
    key = models.ForeignKey(
        book, on_delete=on_delete, null=said.pop("null", False), related_name="+"
    )
    note = desk.model("Note", {"book": key})
    desk.declare(note, said.pop("fields", None), row=row, subject=subject)
    return book, note


@pytest.mark.parametrize("on_delete", [models.PROTECT, models.RESTRICT, models.DO_NOTHING])
def test_a_deletion_that_a_protecting_key_forbids_is_refused(desk, on_delete):
    message = desk.only(50, *_referring(desk, on_delete))
    assert "testapp.Book" in message
    assert 'testapp.Note, whose "book"' in message


def test_a_cascade_into_rows_that_were_to_stay_is_refused(desk):
    message = desk.only(51, *_referring(desk, models.CASCADE))
    assert "testapp.Note" in message


def test_a_cascade_into_rows_that_hold_nothing_is_refused(desk):
    book = desk.model("Book")
    desk.declare(book)
    key = models.ForeignKey(book, on_delete=models.CASCADE, related_name="+")
    note = desk.model("Note", {"book": key, "person": None})
    holds_nothing(note, because="Nothing.")
    desk.only(51, book, note)


@pytest.mark.parametrize("on_delete", [models.PROTECT, models.CASCADE])
def test_somebody_else_s_row_that_points_at_a_deleted_one_is_refused(desk, on_delete):
    message = desk.only(50, *_referring(desk, on_delete, row=Row.DELETED))
    assert "book__person" in message


@pytest.mark.parametrize("on_delete", [models.PROTECT, models.CASCADE, models.DO_NOTHING])
def test_rows_that_go_together_are_allowed(desk, on_delete):
    found = _referring(desk, on_delete, row=Row.DELETED, subject=("person", "book__person"))
    assert desk.errors(*found) == []


def test_a_key_that_lets_go_is_allowed(desk):
    assert desk.errors(*_referring(desk, models.SET_NULL, null=True)) == []


def test_a_key_that_its_own_declaration_cuts_is_allowed(desk):
    found = _referring(
        desk,
        models.PROTECT,
        null=True,
        row=Row.OVERWRITTEN,
        subject=("person", "book__person"),
        fields={
            "book": Erase(to=None, category=TEXT),
            "person": STAYS,
            "made_at": STAYS,
        },
    )
    assert desk.errors(*found) == []


def test_a_key_that_the_database_does_not_know_is_allowed(desk):
    book = desk.model("Book")
    desk.declare(book)
    key = models.ForeignKey(
        book, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    note = desk.model("Note", {"book": key})
    desk.declare(note, row=Row.RETAINED)
    assert desk.errors(book, note) == []


# Reasons


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("contact", models.EmailField),
        ("source", models.GenericIPAddressField),
        ("paper", models.FileField),
        ("contact_name", _text),
        ("phone_number", _text),
        ("remote_ip", _text),
        ("birth_date", models.DateField),
        ("user_agent", models.TextField),
        ("author", _person),
    ],
)
def test_a_personal_looking_column_declared_not_personal_without_a_reason_is_refused(
    desk, name, make
):
    book = desk.model("Book", {name: make()})
    desk.declare(
        book,
        {name: NotPersonal(because="")},
        subject=("person",) if name != "author" else ("person", "author"),
    )
    assert f'"{name}" ' in desk.only(60, book)


def test_a_reason_makes_a_personal_looking_column_pass(desk):
    book = desk.model("Book", {"file_name": _text()})
    desk.declare(book, {"file_name": NotPersonal(because="Drawn at random.")})
    assert desk.errors(book) == []


def test_not_personal_without_a_reason_is_refused(desk):
    book = desk.model("Book", {"count": models.IntegerField()})
    desk.declare(book, {"count": NotPersonal(because=" ")})
    assert '"count"' in desk.only(61, book)


def test_holding_nothing_without_a_reason_is_refused(desk):
    book = desk.model("Book", {"person": None})
    holds_nothing(book, because="")
    assert "testapp.Book" in desk.only(62, book)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("contact", models.EmailField),
        ("author", _person),
        ("readers", _people),
    ],
)
def test_holding_nothing_must_speak_of_what_looks_personal(desk, name, make):
    book = desk.model("Book", {"person": None, name: make()})
    holds_nothing(book, because="The same for everybody.")
    assert f'"{name}"' in desk.only(63, book)


def test_holding_nothing_may_explain_what_looks_personal(desk):
    book = desk.model("Book", {"person": None, "name": _text()})
    holds_nothing(book, because="Its name is a product's.")
    assert desk.errors(book) == []
