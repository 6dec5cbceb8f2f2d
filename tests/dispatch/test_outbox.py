"""The outbox: a committed wake reaches the broker, whatever happens to the broker or to the process in between."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from celery import Celery, current_app
from celery.app import app_or_default
from django.db import connection, transaction
from django.utils import timezone

from dsar.dispatch import outbox
from dsar.dispatch.models import Wake
from tests import links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUEUE = "outbox-test"
TASK = "test.greet"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _forgotten():
    """The queue of these tests is no queue of the application's: the page of workers would miss a worker for it."""
    yield
    current_app.amqp.queues.pop(QUEUE, None)


@pytest.fixture
def broker():
    """A queue of the real broker, empty before and after."""
    with current_app.connection_for_write() as link:
        channel: Any = link.default_channel
        channel.queue_declare(QUEUE)
        channel.queue_purge(QUEUE)
        yield channel
        channel.queue_purge(QUEUE)


@contextmanager
def broker_at(path: Path) -> Iterator[None]:
    """A block in which the broker is expected at another socket."""
    real = app_or_default()
    other = Celery("other", broker=f"redis+socket://{path}", set_as_current=True)
    try:
        yield
    finally:
        real.set_current()
        other.close()


@pytest.fixture
def broker_down(tmp_path):
    """A block in which nobody listens at the broker's socket."""
    return lambda: broker_at(tmp_path / "closed.sock")


@pytest.fixture
def broker_hangs(tmp_path):
    """A block in which the broker takes connections and never answers."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        yield lambda: broker_at(tmp_path / "silent.sock")


@pytest.fixture
def closing():
    """Has the broker close this process's connections; the next test gets new ones."""
    yield links.close_others
    links.give_up()


def messages(channel) -> list[list[object]]:
    found = []
    while message := channel.basic_get(QUEUE, no_ack=True):
        found.append(json.loads(message.body)[0])
    return found


def test_a_committed_wake_is_published_and_its_row_removed(broker):
    with transaction.atomic():
        outbox.wake(TASK, "alice-request", 3, queue=QUEUE)
        assert Wake.objects.count() == 1
        assert messages(broker) == []
    assert messages(broker) == [["alice-request", 3]]
    assert not Wake.objects.exists()


def test_a_rolled_back_wake_is_never_published(broker):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.wake(TASK, "never", queue=QUEUE)
        raise ZeroDivisionError
    assert outbox.sweep() == 0
    assert messages(broker) == []


def test_a_wake_of_the_future_waits_for_its_time(broker):
    outbox.wake(TASK, "later", due=timezone.now() + timedelta(hours=1), queue=QUEUE)
    assert outbox.sweep() == 0
    Wake.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert outbox.sweep() == 1
    assert messages(broker) == [["later"]]


@pytest.mark.timeout(5)
def test_a_dead_broker_costs_no_error_and_loses_nothing(broker_down, caplog):
    with broker_down():
        for number in range(3):
            outbox.wake(TASK, number, queue=QUEUE)
        assert outbox.sweep() == 0
    assert Wake.objects.count() == 3
    assert "stays in the outbox" in caplog.text


@pytest.mark.timeout(10)
def test_a_hanging_broker_is_given_up_and_loses_nothing(broker_hangs):
    with broker_hangs():
        outbox.wake(TASK, "alice-request", queue=QUEUE)
    assert Wake.objects.count() == 1


def test_a_connection_that_the_broker_closed_loses_nothing(broker, closing):
    outbox.wake(TASK, 1, queue=QUEUE)
    assert closing(broker.client) >= 1
    outbox.wake(TASK, 2, queue=QUEUE)
    outbox.sweep()
    assert messages(broker) == [[1], [2]]
    assert not Wake.objects.exists()


def test_the_sweep_publishes_what_a_dead_broker_left(broker, broker_down):
    with broker_down():
        outbox.wake(TASK, "alice-request", queue=QUEUE)
        assert Wake.objects.count() == 1
    assert outbox.sweep() == 1
    assert messages(broker) == [["alice-request"]]
    assert not Wake.objects.exists()


def test_sweep_publishes_the_earliest_first_and_all_batches(broker, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 2)
    now = timezone.now()
    for minutes in (1, 3, 5, 2, 4):
        outbox.wake(TASK, minutes, due=now - timedelta(minutes=minutes), queue=QUEUE)
    assert outbox.sweep() == 5
    assert messages(broker) == [[5], [4], [3], [2], [1]]
    assert not Wake.objects.exists()


def test_a_broker_lost_in_mid_batch_leaves_only_what_it_did_not_take(broker, monkeypatch):
    past = timezone.now() - timedelta(minutes=1)
    for number in range(3):
        outbox.wake(TASK, number, due=past, queue=QUEUE)
    send, sent = outbox.send, list[Wake]()

    def send_only_one(row: Wake) -> bool:
        sent.append(row)
        return len(sent) == 1 and send(row)

    monkeypatch.setattr(outbox, "send", send_only_one)
    assert outbox.sweep() == 1
    monkeypatch.undo()
    assert Wake.objects.count() == 2
    assert outbox.sweep() == 2
    assert messages(broker) == [[0], [1], [2]]


def test_a_crash_after_publishing_publishes_again_and_never_loses(broker, monkeypatch):
    outbox.wake(TASK, "twice", due=timezone.now(), queue=QUEUE)
    send = outbox.send

    def send_and_die(row: Wake) -> bool:
        send(row)
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "send", send_and_die)
    with pytest.raises(KeyboardInterrupt):
        outbox.sweep()
    monkeypatch.undo()
    assert outbox.sweep() == 1
    assert messages(broker) == [["twice"], ["twice"]]


def test_two_sweeps_at_once_publish_each_row_once(broker, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 5)
    past = timezone.now() - timedelta(minutes=1)
    for number in range(20):
        outbox.wake(TASK, number, due=past, queue=QUEUE)
    both_hold_a_batch = threading.Barrier(2, timeout=10)
    send, first = outbox.send, threading.local()

    def send_when_both_are_in(row: Wake) -> bool:
        if not hasattr(first, "done"):
            first.done = True
            both_hold_a_batch.wait()
        return send(row)

    monkeypatch.setattr(outbox, "send", send_when_both_are_in)
    counts: list[int] = []

    def sweep() -> None:
        try:
            counts.append(outbox.sweep())
        finally:
            connection.close()

    sweeps = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in sweeps:
        thread.start()
    for thread in sweeps:
        thread.join()
    assert sum(counts) == 20
    assert min(counts) >= 5
    assert sorted(messages(broker)) == [[number] for number in range(20)]
