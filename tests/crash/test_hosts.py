"""A host that is cut off: its work moves to another, and when it is back it does nothing more of it."""

from __future__ import annotations

import urllib.request
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from config import processes
from config.embedded import daemons
from dsar.cases.models import Letter, Request
from dsar.cases.states import Outcome, State
from dsar.ledger import log
from dsar.packages.models import Package
from tests.crash import hosts, stopping
from tests.crash.hosts import Host
from tests.crash.test_lost_broker import used_here
from tests.engine.archives import everything, opened
from tests.testapp.models import Loan, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.cases.models import Case
    from tests.crash.hosts import Town
    from tests.testapp.factories import Cast

WEB, ONE, TWO = (
    Host(name=name, number=number) for number, name in enumerate(("web", "one", "two"))
)
SECONDS = 120
"""The longest that a request may take: the server ends the session of a host that vanished in mid-transaction
after a minute."""
MAY_REPEAT = {"request.viewed", "request.previewed", "request.moved", "package.begun"}

pytestmark = [pytest.mark.slow, pytest.mark.root, pytest.mark.timeout(600)]


@pytest.fixture
def town(surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A host for the web and the clock, two for workers, one for each server."""
    with (
        hosts.town(WEB, ONE, TWO, surroundings=surroundings, monkeypatch=monkeypatch) as made,
        used_here(made.servers.environment(None)["REDIS_URL"]),
    ):
        yield made


def _worker(town: Town, host: Host) -> processes.Process:
    return town.start(processes.start_worker, host, concurrency=1)


@pytest.mark.parametrize("servers", [("database",), ("database", "broker")])
def test_a_host_that_is_cut_off_from_the_database_loses_its_work_to_another(
    town: Town,
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    servers: tuple[str, ...],
) -> None:
    """In mid-export, holding a lease: the other host makes the package; the first, back again, hands nothing over."""
    town.start(processes.start_beat, WEB)
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    request = granted(ask(cast.alice, "access"))
    with stopping.at_file(portrait):
        _worker(town, ONE)
        with stopping.reading(portrait):
            town.network.pull(ONE, *servers)
    _worker(town, TWO)
    _wait_for_end(request)
    assert _token_of(request) == 2
    town.network.plug(ONE, *servers)
    _assert_nothing_more_happens(request, seconds=15)
    assert cast.alice.canary("portrait") in everything(opened(request))
    assert sorted(Package.objects.values_list("state", flat=True)) == ["ready", "shredded"]


def test_a_host_that_is_cut_off_in_a_transaction_lets_go_of_it(
    town: Town, cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """Its locks end with its session, at the server; nothing of the half deletion stays, the other does all of it."""
    town.start(processes.start_beat, WEB)
    request = granted(ask(cast.alice, "deletion"))
    with stopping.at_row("UPDATE", "testapp_loan"):
        _worker(town, ONE)
        stopping.wait_until_stopped()
        town.network.pull(ONE, "database")
    _worker(town, TWO)
    _wait_for_end(request)
    assert _token_of(request) >= 2
    town.network.plug(ONE, "database")
    _assert_nothing_more_happens(request, seconds=15)
    assert not Loan.objects.filter(borrower_id=cast.alice.pk).exists()


def test_a_host_that_is_cut_off_from_the_broker_ends_what_it_has_begun(
    town: Town, cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """It beats in the database, so nobody takes over; it answers, and others mail the notice."""
    town.start(processes.start_beat, WEB)
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    request = granted(ask(cast.alice, "access"))
    with stopping.at_file(portrait):
        _worker(town, ONE)
        with stopping.reading(portrait):
            town.network.pull(ONE, "broker")
            _worker(town, TWO)
            with pytest.raises(daemons.ServerError):
                daemons.wait_until(lambda: _token_of(request) > 1, seconds=8, what="a take-over")
    _wait_for_end(request)
    assert _token_of(request) == 1
    mailed = Letter.objects.filter(request=request, mailed_at__isnull=False)
    daemons.wait_until(mailed.exists, seconds=SECONDS, what="the notice")
    town.network.plug(ONE, "broker")
    _assert_nothing_more_happens(request, seconds=5)


def test_a_database_that_is_restarted_in_mid_execution_delays_and_doubles_nothing(
    town: Town, cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """Every session is cut, the web's and the worker's; both come back by themselves."""
    web = town.start(processes.start_web, WEB)
    town.start(processes.start_beat, WEB)
    request = granted(ask(cast.alice, "deletion"))
    with stopping.at_row("UPDATE", "testapp_loan"):
        _worker(town, ONE)
        stopping.wait_until_stopped()
        town.servers.restart_database()
        connection.close()
    _wait_for_end(request)
    _assert_nothing_more_happens(request, seconds=5)
    with town.network.inside(WEB.name), urllib.request.urlopen(f"{web.address}health/") as page:
        assert page.status == 200


def _token_of(request: Request) -> int:
    return int(Request.objects.get(pk=request.pk).lease_token)


def _wait_for_end(request: Request) -> None:
    done = Request.objects.filter(pk=request.pk, state=State.CLOSED)
    daemons.wait_until(done.exists, seconds=SECONDS, what="the request's end")
    request.refresh_from_db()
    assert request.outcome in {Outcome.FULFILLED, Outcome.PARTIALLY_FULFILLED}


def _assert_nothing_more_happens(request: Request, *, seconds: float) -> None:
    """One answer, one entry of each thing, and the same when the time is over."""

    def said() -> Counter[str]:
        return Counter(entry.tag for entry in log.entries(request.pk) if entry.tag != "letter.sent")

    before = said()
    with pytest.raises(daemons.ServerError):
        daemons.wait_until(lambda: said() != before, seconds=seconds, what="anything more")
    assert Letter.objects.filter(request=request, kind=Letter.Kind.ANSWER).count() == 1
    assert {tag: times for tag, times in before.items() if times > 1}.keys() <= MAY_REPEAT
