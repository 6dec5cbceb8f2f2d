"""People named in reports are told within a month, or an exception is named; noted for each record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.ledger.models import Entry
from dsar.registers import sources
from dsar.registers.source_models import SourceNotice
from orders.models import ReportSubject
from tests.factories import orders

LIST = reverse("admin:dsar_sourcenotice_changelist")
NOTE = reverse("admin:dsar_sourcenotice_note")
LABEL = "orders.ReportSubject"


@pytest.fixture
def named(cast):
    """Three people named in a report: the first long ago, the others now."""
    report = orders.ReportFactory()
    found = [orders.ReportSubjectFactory(report=report, name=f"Director {at}") for at in range(3)]
    old = timezone.now() - timedelta(days=40)
    ReportSubject.objects.filter(pk=found[0].pk).update(noted_at=old)
    return found


def _waits() -> Any:
    return next(one for one in sources.waiting() if one.kind.label == LABEL)


def _note(client, **said):
    return client.post(NOTE, {"kind": LABEL} | said, follow=True)


def test_whoever_is_named_in_a_report_waits_and_after_a_month_it_is_overdue(named, dora):
    assert (_waits().rows, _waits().overdue) == (3, 1)
    assert f"{LABEL}:buyer" not in {one.label for one in sources.kinds()}, "It is not their data."
    page = dora.get(LIST).content.decode()
    assert "What reports on enterprises say about you." in page
    assert "Longer than a month" in page


def test_each_is_noted_once_with_the_day_or_with_the_exception(named, dora):
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    first, second, third = named
    assert "Noted for 1 more" in _note(dora, rows=str(first.pk), told_on=yesterday).content.decode()
    again = {"exception": "effort", "reason": "No address; said in the public notice."}
    answer = _note(dora, rows=f"{first.pk}, {second.pk}", **again)
    assert "Noted for 1 more" in answer.content.decode()
    told = SourceNotice.objects.get(row=str(first.pk))
    assert (str(told.told_on), told.exception) == (yesterday, "")
    assert SourceNotice.objects.get(row=str(second.pk)).exception == "effort"
    assert [one.pk for one in sources.unsaid(_waits().kind)] == [third.pk]
    assert (_waits().rows, _waits().overdue) == (1, 0)
    entries = list(Entry.objects.filter(tag="sources.noted").values_list("canonical", flat=True))
    assert len(entries) == 2
    assert not any("Director" in one or "address" in one for one in entries)


def test_all_until_a_day_are_noted_in_one_statement(named, dora):
    found, before = _waits().kind, timezone.localdate() - timedelta(days=30)
    with CaptureQueriesContext(connection) as asked:
        number = sources.note(
            found, by=named[0].report.order.customer, until=before, told_on=before
        )
    assert number == 1
    assert len([one for one in asked if "sourcenotice" in one["sql"]]) == 1
    assert SourceNotice.objects.get().row == str(named[0].pk)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"told_on": "2999-01-01"},
        {"exception": "effort"},
        {"exception": "effort", "reason": "  "},
        {"exception": "inconvenient", "reason": "Why not."},
        {"exception": "effort", "reason": "Why.", "told_on": "2020-01-01"},
        {"told_on": "2020-01-01", "until": "2020-01-01"},
        {"told_on": "2020-01-01", "rows": ""},
    ],
)
def test_without_a_day_or_an_exception_with_its_reason_nothing_is_noted(named, dora, said):
    answer = _note(dora, **{"rows": str(named[0].pk)} | said)
    assert answer.context["form"].errors
    assert not SourceNotice.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        SourceNotice.objects.create(declaration=LABEL, row="1", exception="effort", reason=" ")
