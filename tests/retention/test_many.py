"""Very many rows: whoever is killed in a run, wherever it happens to be, what is due goes once and nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from dsar import tasks
from dsar.contract import registry
from dsar.contract.vocabulary import Row
from dsar.duties.retention import due, runs
from dsar.duties.retention.models import RetentionRun
from dsar.ledger.models import Entry
from dsar.registers import holds
from tests.crash import dying
from tests.testapp.models import Loan, Message

ROWS, DUE, HELD = 300_000, 60_000, 6_000
"""In the table, of them over, of these on hold."""
BATCH = 2_500

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

_MESSAGES = """
INSERT INTO testapp_message (sender_id, recipient_id, text, named_friend, sent_at)
SELECT CASE WHEN n %% 10 = 0 THEN %(held)s ELSE %(free)s END, %(other)s, 'canary ' || n, '',
       CASE WHEN n <= %(due)s THEN now() - interval '3 years' ELSE now() END
FROM generate_series(1, %(rows)s) AS n
"""
_LOANS = """
INSERT INTO testapp_loan (borrower_id, tool_id, code, contact_name, contact_email, remarks, locker_pin, slip,
                          deposit, lent_at)
SELECT CASE WHEN n %% 10 = 0 THEN %(held)s ELSE %(free)s END, %(tool)s, 'code ' || n, 'canary ' || n,
       'canary' || n || '@example.com', 'canary', '', '', n,
       CASE WHEN n <= %(due)s THEN now() - interval '9 years' ELSE now() END
FROM generate_series(1, %(rows)s) AS n
"""


@contextmanager
def overwritten(model):
    """The model's rows stay when their retention is over, and are overwritten."""
    known = registry.current().declarations
    (key,) = [one for one in known if one[0] is model]
    declared = known[key]
    known[key] = replace(declared, retention=replace(declared.retention, then=Row.OVERWRITTEN))
    try:
        yield
    finally:
        known[key] = declared


@pytest.fixture
def many(cast, settings, officer):
    """Insert rows of Alice, whose data is free, and of Bob, who is on hold; the settings of the night."""
    settings.DSAR = settings.DSAR | {
        "BATCH_ROWS": BATCH,
        "RETENTION_HOUR": -1,
        "RETENTION_SHARE": 1,
        "RETENTION_MOST_ROWS": 10**9,
        "RETENTION_SLICE_SECONDS": 10**6,
    }
    holds.place(
        cast.bob.user, ground="Claim", law="Limitation Act", review_on=due.today(), by=officer.user
    )

    def insert(statement):
        said = {
            "held": cast.bob.user.pk,
            "free": cast.alice.user.pk,
            "other": cast.carol.user.pk,
            "tool": Loan.objects.values_list("tool", flat=True)[0],
            "rows": ROWS,
            "due": DUE,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, said)

    return insert


def _whole(model):
    """A digest of every value of every row."""
    table = sql.Identifier(model._meta.db_table)
    digest = sql.SQL("SELECT count(*), md5(string_agg(t::text, '' ORDER BY id)) FROM {} t")
    with connection.cursor() as cursor:
        cursor.execute(digest.format(table))
        return cursor.fetchone()


def _is_on(label, *, since):
    """More batches are committed than there were, and not all."""
    return since < _done(label) < DUE - HELD


def _killed_and_gone_on_with(label):
    """Begin a night, kill the ordinary task twice in it, then let it go on to the end, whatever hour it is by then."""
    runs.begin(on=due.today())
    for _ in range(2):
        dying.killed_when(tasks.retain, holds=partial(_is_on, label, since=_done(label)))
    assert 0 < _done(label) < DUE - HELD
    tasks.retain()
    (run,) = RetentionRun.objects.all()
    assert run.state == RetentionRun.State.DONE
    assert Entry.objects.filter(tag="retention.ended").count() == 1
    return run


def _done(label):
    done = RetentionRun.objects.values_list("done", flat=True).first() or {}
    return done.get(label, 0)


def _another_night_changes_nothing(model):
    before = _whole(model)
    again = runs.begin(on=due.today())
    runs.go_on(again)
    again.refresh_from_db()
    assert (again.state, again.done) == (RetentionRun.State.DONE, {})
    assert _whole(model) == before


def test_of_many_rows_those_due_go_whoever_is_killed_and_another_night_changes_nothing(many):
    neighbours = Message.objects.count()
    many(_MESSAGES)
    assert Message.objects.count() == neighbours + ROWS
    run = _killed_and_gone_on_with("testapp.Message")
    assert run.done["testapp.Message"] == DUE - HELD
    assert Message.objects.count() == neighbours + ROWS - (DUE - HELD)
    old = Message.objects.filter(sent_at__lt=timezone.now() - timedelta(days=900))
    assert old.count() == HELD
    assert [(one["unit"], one["due"], one["hold"]) for one in run.left] == [
        ("testapp.Message", 0, HELD)
    ]
    _another_night_changes_nothing(Message)


def test_of_many_rows_those_due_are_overwritten_once_whoever_is_killed(many):
    """Each with a value of its own, which no second pass changes; every row is still there."""
    with overwritten(Loan):
        neighbours = Loan.objects.count()
        many(_LOANS)
        run = _killed_and_gone_on_with("testapp.Loan/overwritten")
        assert run.done["testapp.Loan/overwritten"] == DUE - HELD
        assert Loan.objects.count() == neighbours + ROWS
        gone = Loan.objects.filter(code__startswith="gone-", borrower=None, remarks="")
        assert gone.count() == DUE - HELD
        assert Loan.objects.filter(contact_name__startswith="canary ").count() == ROWS - (
            DUE - HELD
        )
        _another_night_changes_nothing(Loan)
