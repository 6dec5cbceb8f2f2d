"""Rows that lie close together go page by page, the same rows as would be picked; strewn ones are picked."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar import crashpoints
from dsar.contract.compiler import Fragment
from dsar.duties.retention import due, runs, schedule, stretches
from dsar.registers import holds
from tests.testapp.models import Message

MOST = 500
ROWS = 12_000
FIRST, LAST = 3_001, 6_000
"""Which of them are over: some pages in the middle."""

_INSERT = """
INSERT INTO testapp_message (sender_id, recipient_id, text, named_friend, sent_at)
SELECT CASE WHEN n %% 10 = 0 THEN %(held)s ELSE %(free)s END, %(other)s, 'canary ' || n, '',
       CASE WHEN {over} THEN now() - interval '3 years' ELSE now() END
  FROM generate_series(1, %(rows)s) AS n
"""
CLOSE = f"n BETWEEN {FIRST} AND {LAST}"
STREWN = "n %% 40 = 1"


def _unit(label="testapp.Message"):
    return next(one for one in schedule.units() if one.label == label)


def _old():
    return Message.objects.filter(sent_at__lt=timezone.now() - timedelta(days=900))


@pytest.fixture
def hold(cast, officer):
    """Everything of Bob stays: every tenth row."""
    return holds.place(
        cast.bob.user, ground="Claim", law="Limitation Act", review_on=due.today(), by=officer.user
    )


@pytest.fixture
def messages(cast, settings, hold):
    """Insert rows in order, of which some are over."""
    settings.DSAR = settings.DSAR | {
        "BATCH_ROWS": MOST,
        "RETENTION_SHARE": 1,
        "RETENTION_MOST_ROWS": 10**9,
    }

    def insert(over):
        said = {"held": cast.bob.pk, "free": cast.alice.pk, "other": cast.carol.pk, "rows": ROWS}
        with connection.cursor() as cursor:
            cursor.execute(_INSERT.format(over=over), said)

    return insert


def _deletes(run):
    with CaptureQueriesContext(connection) as asked:
        assert runs.go_on(run)
    run.refresh_from_db()
    return [one["sql"] for one in asked if one["sql"].startswith('DELETE FROM "testapp_message"')]


def test_rows_that_lie_close_together_go_page_by_page_and_held_ones_among_them_stay(messages):
    before = set(Message.objects.values_list("pk", flat=True))
    messages(CLOSE)
    young = set(Message.objects.values_list("pk", flat=True)) - set(
        _old().values_list("pk", flat=True)
    )
    held = set(_old().filter(text__endswith="0").values_list("pk", flat=True))
    assert (len(held), _old().count()) == (300, 3_000)
    run = runs.begin(on=due.today())
    deletes = _deletes(run)
    assert len(deletes) >= (LAST - FIRST) / MOST
    assert not any("ARRAY" in one for one in deletes)
    assert run.done == {"testapp.Message": 2_700}
    assert [(one["over"], one["due"], one["hold"]) for one in run.left] == [(300, 0, 300)]
    assert set(Message.objects.values_list("pk", flat=True)) == young | held
    assert before <= young


def test_strewn_rows_are_picked(messages):
    messages(STREWN)
    run = runs.begin(on=due.today())
    assert stretches.find(_unit(), of=due.day(due.today()), most=MOST) is None
    deletes = _deletes(run)
    assert deletes
    assert all("ARRAY" in one for one in deletes)
    assert run.done == {"testapp.Message": 300}
    assert not _old().exists()


def test_a_page_that_may_hold_more_than_may_go_at_once_is_not_taken_whole(messages):
    messages(CLOSE)
    of = due.day(due.today())
    assert stretches.find(_unit(), of=of, most=MOST) is not None
    assert stretches.find(_unit(), of=of, most=290) is None


def test_dates_that_another_table_has_are_picked(messages):
    unit = _unit("testapp.LoanLine")
    assert "__" in unit.declarations[0].retention.after
    assert stretches.find(unit, of=due.day(due.today()), most=MOST) is None


def test_where_a_hold_ends_meanwhile_no_more_goes_than_was_counted(messages, hold, officer):
    """Its rows lie on the same pages: the batch that would take one too many is undone, the rest is picked."""
    messages(CLOSE)
    run = runs.begin(on=due.today())
    seen: list[str] = []

    def release(point):
        if point == "retention.batch:after" and not seen:
            seen.append(point)
            holds.release(hold, by=officer.user)

    with crashpoints.watched(release):
        assert runs.go_on(run)
    run.refresh_from_db()
    assert run.done == {"testapp.Message": 2_700}
    assert _old().count() == 300
    assert [(one["over"], one["due"]) for one in run.left] == [(300, 0)]


def test_pages_are_looked_at_beyond_what_a_sample_saw(messages, monkeypatch):
    """A sample of a few pages misses the outermost that have any; none of their rows is left out."""
    monkeypatch.setattr(stretches, "SAMPLED_PAGES", 20)
    messages(CLOSE)
    run = runs.begin(on=due.today())
    _deletes(run)
    assert run.done == {"testapp.Message": 2_700}


def test_the_parts_of_a_stretch_are_all_its_pages_once():
    stretch = stretches.Stretch(first=3, last=24, rows_a_page=10.5, where=Fragment(sql="true"))
    parts = list(stretch.parts(80))
    assert parts[0][0] == 3
    assert parts[-1][1] == 25
    assert all(one[1] == other[0] for one, other in pairwise(parts))
    assert all(0 < end - begin <= 7 for begin, end in parts)
    assert list(stretch.parts(1)) == [(page, page + 1) for page in range(3, 25)]
