"""dsar's own declarations: what is sealed is readable to its person, until the case's key is destroyed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from dsar.cases.correction_models import Correction
from dsar.cases.models import Case, Decision, Letter, Note, Request
from dsar.contract.compiler import is_released, reader
from dsar.keys import box
from dsar.keys.models import Key
from dsar.registry import current
from tests.testapp.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    key = box.create(Key.Kind.CASE)
    return Case.objects.create(
        subject_id=make_person("alice").pk, key=key, contact=box.seal(key, b"alice@example.com")
    )


@pytest.fixture
def request_(case):
    return Request.objects.create(
        case=case,
        right="correction",
        statutory_due_at=timezone.now(),
        due_at=timezone.now(),
    )


def _sealed(case: Case, value: object) -> bytes:
    return box.seal(case.key, json.dumps(value).encode())


def _read(row: Any, name: str) -> object:
    """The value as the person's copy shows it, from a row read afresh."""
    fresh = type(row).objects.get(pk=row.pk)
    read = reader(current().get(row._meta.label).fields[name])
    assert read is not None
    return read(fresh)


def test_what_a_case_keeps_sealed_is_readable_to_its_person(case, request_):
    correction = Correction.objects.create(
        request=request_,
        declaration="testapp.Member",
        row="1",
        field="nickname",
        old=_sealed(case, "Al"),
        new=_sealed(case, {"first": "Alice"}),
    )
    letter = Letter.objects.create(case=case, kind="answer", content=_sealed(case, {"a": [1, "é"]}))
    note = Note.objects.create(case=case, text=box.seal(case.key, b"Called."))
    decision = Decision.objects.create(
        request=request_, verdict="granted", balancing=box.seal(case.key, b"Weighed.")
    )
    assert _read(case, "contact") == "alice@example.com"
    assert _read(correction, "old") == "Al"
    assert _read(correction, "new") == {"first": "Alice"}
    assert _read(letter, "content") == {"a": [1, "é"]}
    assert _read(note, "text") == "Called."
    assert _read(decision, "balancing") == "Weighed."


def test_a_destroyed_key_leaves_nothing_to_read(case):
    letter = Letter.objects.create(case=case, kind="answer", content=_sealed(case, "said"))
    assert _read(letter, "content") == "said"
    box.destroy(case.key)
    assert _read(case, "contact") is None
    assert _read(letter, "content") is None


def test_every_sealed_column_can_be_read_or_is_never_shown():
    for declaration in current().all():
        if declaration.model._meta.app_label != "dsar":
            continue
        for name, treatment in declaration.fields.items():
            field = declaration.model._meta.get_field(name)
            if field.get_internal_type() == "BinaryField":
                opened = reader(treatment) is not None
                assert opened or not is_released(treatment), f"{declaration.label}.{name}"


@pytest.mark.parametrize(
    ("label", "column"),
    [("dsar.Hold", "hidden"), ("dsar.Disclosure", "secret"), ("dsar.Note", "kind")],
)
def test_what_the_person_must_not_learn_is_concealed(label, column):
    assert column in current().get(label).concealed


@pytest.mark.parametrize("label", ["dsar.Note", "dsar.Hold"])
def test_what_staff_wrote_is_seen_by_staff_before_release(label):
    assert current().get(label).reviewed
