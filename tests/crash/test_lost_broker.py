"""A broker that is away delays requests: they are filed without it, and done soon after it is back."""

from __future__ import annotations

import signal
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from celery import Celery
from celery.app import app_or_default

from config import addresses
from config.embedded import binaries, daemons, places
from dsar.cases.models import Letter, Request
from dsar.cases.states import Outcome, State
from dsar.dispatch.models import Wake
from dsar.engine import leases
from tests.testapp.models import Assessment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from config.processes import Process
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

SECONDS = 30
"""The longest that a request may take once the broker is back (DESIGN 10)."""
PATIENCE = 5
"""What filing may take at most while nobody answers; a web request waits no longer than that."""

pytestmark = pytest.mark.timeout(240)


class Broker:
    """A Valkey of this test's own, to be stopped and started like a machine of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "broker.sock"
        self.running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as REDIS_URL has it."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start it, with what it had written down."""
        options = {"port": 0, "unixsocket": self.socket, "dir": self.folder, "appendonly": "yes"}
        settings = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        self.running = daemons.start(
            [binaries.valkey(places.local()), *settings],
            account=None,
            log=self.folder / "broker.log",
        )
        daemons.wait_until(self.is_answering, seconds=20, what="the broker")

    def is_answering(self) -> bool:
        """Whether it is up and has read what it had written down."""
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def send(self, what: signal.Signals) -> None:
        """Stop, continue or kill it."""
        assert self.running
        self.running.send_signal(what)
        if what is signal.SIGKILL:
            self.running.wait()


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker that this process and the workers use, and no other test."""
    with tempfile.TemporaryDirectory(prefix="broker-") as folder:
        made = Broker(Path(folder))
        made.start()
        with used_here(made.url):
            yield made
        made.send(signal.SIGKILL)


@contextmanager
def used_here(url: str) -> Iterator[None]:
    """A block in which this process publishes to that broker."""
    real = app_or_default()
    other = Celery("other", broker=addresses.broker(url), set_as_current=True)
    try:
        yield
    finally:
        real.set_current()
        other.close()


@pytest.fixture
def surroundings(surroundings: dict[str, str], broker: Broker) -> dict[str, str]:
    """Workers and their clock use that broker too."""
    return {**surroundings, "REDIS_URL": broker.url}


def _outage(broker: Broker, kind: str) -> Callable[[], None]:
    """Begin an outage; the returned call ends it."""
    if kind == "hangs":
        broker.send(signal.SIGSTOP)
        return lambda: broker.send(signal.SIGCONT)
    broker.send(signal.SIGKILL)
    return broker.start


def _all_are_closed(requests: list[Any]) -> bool:
    keys = [one.pk for one in requests]
    return Request.objects.filter(pk__in=keys, state=State.CLOSED).count() == len(keys)


@pytest.mark.parametrize(
    "outage",
    [
        pytest.param(("dies", 0), id="dies"),
        pytest.param(("hangs", 0), id="hangs", marks=pytest.mark.slow),
        pytest.param(("dies", 75), id="is long away", marks=pytest.mark.slow),
    ],
)
def test_requests_filed_without_a_broker_are_done_soon_after_it_is_back(
    broker: Broker,
    cast: Cast,
    ask: Callable[..., Case],
    crew: Callable[[], Process],
    outage: tuple[str, int],
) -> None:
    """Filing says yes at once; nobody has to file again, and each answer is written once."""
    Assessment.objects.all().delete()
    before = _filed(ask(cast.carol, "access"))
    crew()
    daemons.wait_until(lambda: _all_are_closed([before]), seconds=60, what="the first request")
    kind, seconds = outage
    end_outage = _outage(broker, kind)
    began = time.monotonic()
    filed = [_filed(ask(one, "access")) for one in (cast.alice, cast.bob)]
    assert time.monotonic() - began < 2 * PATIENCE
    assert Wake.objects.filter(task="dsar.execute").count() == 2
    assert sorted(leases.claimable(most=9)) == sorted(one.pk for one in filed)
    threading.Event().wait(seconds)
    assert not _all_are_closed(filed)
    end_outage()
    daemons.wait_until(lambda: _all_are_closed(filed), seconds=SECONDS, what="both requests")
    for one in filed:
        one.refresh_from_db()
        assert one.outcome == Outcome.FULFILLED
        assert Letter.objects.filter(request=one, kind=Letter.Kind.ANSWER).count() == 1


def _filed(case: Case) -> Request:
    """The case's only request; the policy lets it pass without staff."""
    request = case.requests.get()
    assert request.state == State.APPROVED
    return request
