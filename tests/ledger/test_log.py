"""The ledger's log: one event, one canonical entry, in the same transaction, and nothing personal in it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import rfc8785
from django.db import IntegrityError, connection, transaction

from dsar.ledger import canonical, log
from dsar.ledger.models import Entry, LedgerImmutableError
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = uuid.UUID("00000000-0000-4000-8000-000000000001")
WHEN = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))


def test_the_bytes_are_those_the_format_document_prints():
    said = canonical.encode(
        at=WHEN,
        tag=Tag.STEP_DONE,
        request=REQUEST,
        detail={"rows": 3, "declaration": "orders.Order:buyer"},
    )
    assert said == (
        b'{"at":"2026-03-01T00:30:00.000000Z","detail":{"declaration":"orders.Order:buyer","rows":3},'
        b'"request":"00000000-0000-4000-8000-000000000001","tag":"step.done","v":1}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "Alice Example",
        "alice@example.test",
        "+6561234567",
        "61234567",
        "192.0.2.7",
        "2001:db8::7",
        "Ünlü",
        "a\nb",
        "x" * 201,
    ],
)
@pytest.mark.parametrize(
    "wrap", [lambda text: text, lambda text: [text], lambda text: {"in": text}]
)
def test_text_that_may_name_a_person_is_refused_and_not_repeated(text, wrap):
    with pytest.raises(canonical.PersonalTextError) as refused:
        canonical.encode(at=WHEN, tag=Tag.REQUEST_NOTED, request=None, detail={"text": wrap(text)})
    assert text not in str(refused.value)


def test_a_key_that_may_name_a_person_is_refused():
    with pytest.raises(canonical.PersonalTextError):
        canonical.encode(
            at=WHEN, tag=Tag.REQUEST_NOTED, request=None, detail={"rows": {"alice@example.test": 1}}
        )


@pytest.mark.parametrize("value", [1.5, b"x", {1, 2}, datetime(2026, 1, 1, tzinfo=UTC), REQUEST])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(TypeError):
        canonical.encode(at=WHEN, tag=Tag.REQUEST_NOTED, request=None, detail={"value": value})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab" * 32,
        "orders.Order:buyer",
        "2026-03-01T00:30:00.000000Z",
        str(REQUEST),
        Tag.STEP_DONE,
    ],
)
def test_codes_digests_dates_and_references_pass(text):
    said = canonical.encode(at=WHEN, tag=Tag.STEP_DONE, request=None, detail={"value": text})
    assert json.loads(said)["detail"] == {"value": str(text)}


@pytest.mark.django_db
def test_an_entry_reads_back_as_written(django_assert_num_queries):
    with django_assert_num_queries(1):
        log.append(Tag.STEP_DONE, request=REQUEST, rows=3, more={"none": None, "list": [1, True]})
    (entry,) = log.entries(REQUEST)
    assert (entry.tag, entry.request) == ("step.done", str(REQUEST))
    said = json.loads(entry.canonical)
    assert said["detail"] == {"rows": 3, "more": {"none": None, "list": [1, True]}}
    assert entry.at == said["at"]
    assert rfc8785.dumps(said) == entry.canonical.encode()


@pytest.mark.django_db
def test_entries_are_those_of_one_request_in_order():
    other = uuid.uuid4()
    for request in (REQUEST, other, REQUEST, None):
        log.append(Tag.REQUEST_VIEWED, request=request)
    log.append(Tag.REQUEST_CLOSED, request=REQUEST)
    assert [entry.tag for entry in log.entries(REQUEST)] == [
        "request.viewed",
        "request.viewed",
        "request.closed",
    ]
    assert log.entries(other).count() == 1


@pytest.mark.django_db
def test_an_entry_goes_with_its_transaction():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.append(Tag.REQUEST_VIEWED, request=REQUEST)
        raise ZeroDivisionError
    assert not log.entries(REQUEST)


@pytest.mark.django_db
def test_entries_travel_in_a_pipeline():
    connection.ensure_connection()
    with transaction.atomic(), connection.connection.pipeline():
        for _ in range(3):
            log.append(Tag.REQUEST_VIEWED, request=REQUEST)
    assert log.entries(REQUEST).count() == 3


@pytest.mark.django_db
def test_the_model_refuses_every_change():
    log.append(Tag.REQUEST_VIEWED, request=REQUEST)
    entry = log.entries(REQUEST).get()
    changes: list[Callable[[], object]] = [
        entry.save,
        entry.delete,
        Entry(canonical="{}").save,
        lambda: Entry.objects.create(canonical="{}"),
        lambda: Entry.objects.bulk_create([Entry(canonical="{}")]),
        lambda: Entry.objects.update(canonical="{}"),
        lambda: Entry.objects.bulk_update([entry], ["canonical"]),
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.filter(pk=entry.pk).update(canonical="{}"),
    ]
    for change in changes:
        with pytest.raises(LedgerImmutableError):
            change()
    assert log.entries(REQUEST).get().canonical == entry.canonical


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dsar_ledger_entry SET canonical = '{}'",
        "DELETE FROM dsar_ledger_entry",
        "TRUNCATE dsar_ledger_entry",
        "TRUNCATE dsar_ledger_entry CASCADE",
    ],
)
def test_the_database_refuses_every_change_even_to_the_owner(statement):
    log.append(Tag.REQUEST_VIEWED, request=REQUEST)
    before = log.entries(REQUEST).get().canonical
    refused = pytest.raises(IntegrityError, match="The ledger only grows")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert log.entries(REQUEST).get().canonical == before
