"""The figures of last year on a page for everybody, where the house publishes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar.cases.models import Request
from tests import faces

PAGE = "/privacy/figures/"
IN_THE_YEAR = datetime(2027, 3, 1, 4, tzinfo=UTC)
AFTER = datetime(2028, 1, 10, 4, tzinfo=UTC)


@pytest.fixture
def told(cast):
    """Last year two asked for a copy: one got it after four days, one was refused; this year one asked, too."""
    with time_machine.travel(IN_THE_YEAR, tick=False):
        cases = [faces.file(one, "access", at=timezone.now()) for one in (cast.alice, cast.bob)]
    for case, outcome in zip(cases, ("fulfilled", "refused"), strict=True):
        answered = IN_THE_YEAR + timedelta(days=4)
        case.requests.update(
            state="closed", outcome=outcome, answered_at=answered, closed_at=answered
        )
    with time_machine.travel(AFTER, tick=False):
        faces.file(cast.carol, "deletion", at=timezone.now())
        yield


def test_everybody_reads_last_years_figures_and_they_are_counted_once(told, settings):
    assert Client().get(PAGE).status_code == 404
    assert PAGE not in Client().get("/privacy/").content.decode()
    settings.DSAR = settings.DSAR | {"PUBLISH_FIGURES": True}
    assert PAGE in Client().get("/privacy/").content.decode()
    answer = Client().get(PAGE)
    (row,) = answer.context["rows"]
    shown = ("received", "complied", "partly", "denied", "open", "median_days", "mean_days")
    assert [row[name] for name in shown] == [2, 1, 0, 1, 0, 4.0, 4.0]
    text = answer.content.decode()
    assert "Requests in 2027" in text
    assert "Get a copy of my data" in text
    assert "Delete my data" not in text
    assert "Personal Data Protection Act 2012" in text
    Request.objects.filter(state="closed").update(outcome="refused")
    with CaptureQueriesContext(connection) as asked:
        assert Client().get(PAGE).context["rows"] == [row]
    assert not [one for one in asked if "dsar_cases_request" in one["sql"]]
