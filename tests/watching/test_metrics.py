"""The figures say what is so, over all processes, to who may ask, and cost nothing for what is closed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from dsar import conf, tasks
from dsar.cases import notices
from dsar.cases.models import Letter, Request
from dsar.cases.states import State
from dsar.duties import watching
from dsar.engine import execution, leases
from dsar.tally import counts
from dsar.tally.counts import Kind
from dsar.tally.models import Count

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

TOKEN = "of-who-watches"
MANY = 50_000


@pytest.fixture
def scrape(settings: Settings, client: Client) -> Callable[[], dict[tuple[str, str], float]]:
    """Ask as Prometheus does and give each value by its name and label."""
    settings.DSAR = settings.DSAR | {"METRICS_TOKEN": TOKEN}

    def scraped() -> dict[tuple[str, str], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return {
            (one.name, next(iter(one.labels.values()), "")): one.value
            for family in text_string_to_metric_families(answer.content.decode())
            for one in family.samples
        }

    return scraped


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["", "Bearer ", "Bearer other", f"Token {TOKEN}"])
def test_nobody_reads_the_figures_without_the_token(
    settings: Settings, client: Client, said: str
) -> None:
    settings.DSAR = settings.DSAR | {"METRICS_TOKEN": TOKEN}
    assert client.get("/metrics", headers={"Authorization": said}).status_code == 404


@pytest.mark.django_db
def test_without_a_token_there_are_no_figures(client: Client) -> None:
    assert conf.get("METRICS_TOKEN") == ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_follow_a_request_through_its_life(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    scrape: Callable[[], dict[tuple[str, str], float]],
) -> None:
    """In review, in the queue by its due date, late, closed within the hour."""
    assert scrape()["dsar_requests", "in_review"] == 0
    case = ask(cast.alice, "deletion")
    assert scrape()["dsar_requests", "in_review"] == 1
    request = granted(case)
    found = scrape()
    assert found["dsar_requests", "approved"] == 1
    assert found["dsar_queue", "later"] == 1
    assert found["dsar_request_due_seconds", "approved"] > 7 * 24 * 3600
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dsar_cases_request SET due_at = now() - interval '1 hour'")
    found = scrape()
    assert found["dsar_queue", "overdue"] == 1
    assert found["dsar_requests_overdue", "approved"] == 1
    assert -3700 < found["dsar_request_due_seconds", "approved"] < -3500
    execution.run(request.pk)
    found = scrape()
    assert found["dsar_queue", "overdue"] == 0
    assert found["dsar_requests_closed_last_hour", "partially_fulfilled"] == 1
    assert found["dsar_letters_unmailed", ""] == Letter.objects.count() > 0
    assert found["dsar_ledger_entries", ""] > 5
    assert found["dsar_ledger_seal_lag_seconds", ""] > 0
    assert found["dsar_server_settings_wrong", ""] == 0


def test_a_request_that_nobody_holds_any_more_is_seen(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    scrape: Callable[[], dict[tuple[str, str], float]],
) -> None:
    granted(ask(cast.alice, "access"))
    assert leases.claim()
    assert scrape()["dsar_leases_expired", ""] == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dsar_cases_request SET lease_until = now() - interval '1 second'")
    assert scrape()["dsar_leases_expired", ""] == 1


def test_failures_are_counted_where_they_happen(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    scrape: Callable[[], dict[tuple[str, str], float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An attempt that fails, a lease that is lost, a stop, a mail that does not leave, a sweep."""
    request = granted(ask(cast.alice, "access"))
    lost = leases.LeaseLostError
    monkeypatch.setitem(conf.DEFAULTS, "MOST_ATTEMPTS", 3)
    for error in (ZeroDivisionError, lost, ZeroDivisionError):

        def fails(_lease: Any, error: type[Exception] = error) -> None:
            raise error

        monkeypatch.setitem(execution.RUN, "access", fails)
        Request.objects.update(lease_until=None)
        execution.run(request.pk)
    monkeypatch.setattr(mail.EmailMessage, "send", _refuse)
    notices.send(str(Letter.objects.values_list("pk", flat=True)[0]))
    tasks.sweep()
    found = scrape()
    assert found["dsar_retries_total", ""] == 1
    assert found["dsar_lease_losses_total", ""] == 1
    assert found["dsar_stops_total", ""] == 1
    assert found["dsar_requests", State.NEEDS_ATTENTION] == 1
    assert found["dsar_mail_failures_total", ""] == 1
    assert found["dsar_sweeps_total", ""] == 1
    assert 0 <= found["dsar_last_sweep_seconds", ""] < 60


def _refuse(*_given: Any, **_options: Any) -> int:
    raise OSError


@pytest.mark.django_db
def test_folding_changes_no_count() -> None:
    """Many rows become one, small kinds are left as they are, and the sum stays."""
    for _ in range(counts.FOLDED_ABOVE + 5):
        counts.add(Kind.RETRIED)
    counts.add(Kind.SWEPT)
    before = counts.read()
    assert before[Kind.RETRIED][0] == counts.FOLDED_ABOVE + 5
    counts.fold()
    assert counts.read() == before
    assert Count.objects.count() == 2


def test_a_great_many_closed_requests_cost_no_reading(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """Beside fifty thousand closed ones each statement reads a handful of pages, by the server's own count."""
    granted(ask(cast.alice, "access"))
    given = {"open": [one.value for one in State if one is not State.CLOSED], "lease": 15}
    few = [_pages(statement, given) for statement in watching.STATEMENTS]
    _close_many(Request.objects.get())
    many = [_pages(statement, given) for statement in watching.STATEMENTS]
    assert sum(many) < sum(few) + 30


def _close_many(like: Request) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO dsar_cases_request (id, case_id, "right", scope, state, outcome, statutory_due_at,'
            " due_at, rule_version, answered_at, closed_at, lease_token, attempts, size, round, result)"
            " SELECT gen_random_uuid(), case_id, \"right\", jsonb_build_object('n', n), 'closed', 'fulfilled',"
            " statutory_due_at, due_at, rule_version, now(), now() - interval '1 day', 1, 1, 0, 1, '{}'"
            " FROM dsar_cases_request, generate_series(1, %s) n WHERE id = %s",
            [MANY, like.pk],
        )
        cursor.execute("VACUUM ANALYZE dsar_cases_request")


def _pages(statement: str, given: dict[str, Any]) -> int:
    """The least of some readings: the first may meet what earlier tests left dead, and clears it away."""
    with connection.cursor() as cursor:
        found = []
        for _ in range(5):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given)
            found.append(cursor.fetchone()[0][0]["Plan"])
    return min(int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]) for plan in found)


def test_no_figure_names_anybody(
    cast: Cast,
    ask: Callable[..., Case],
    scrape: Callable[[], dict[tuple[str, str], float]],
) -> None:
    """Labels are states, outcomes and queues; numbers of requests and cases are in none."""
    case = ask(cast.alice, "deletion")
    labels = {label for _, label in scrape()}
    assert case.reference not in labels
    assert not [label for label in labels if _is_uuid(label)]


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
