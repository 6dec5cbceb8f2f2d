"""A worker that sends a copy, or the service that takes it, dies at any point: it goes on, under the same number."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dsar.cases.models import Letter
from dsar.cases.sending_models import Sending
from dsar.dispatch.models import Wake
from dsar.duties import sending
from dsar.registers.models import Disclosure
from tests import faces, webhooks
from tests import sending as made
from tests.crash import dying

State = Sending.State


@pytest.fixture
def server(transactional_db, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def request_(server):
    cast = faces.plain_cast()
    made.approved(server.url, by=cast.carol.user)
    return made.confirmed(cast.alice)


def _send(request):
    sending.send(str(made.of(request).pk))


def _dead(request):
    """The attempt's time is over."""
    Sending.objects.filter(request=request, next_try_at__isnull=False).update(
        next_try_at=timezone.now()
    )


def _numbers(server):
    return {headers["Idempotency-Key"] for _, headers, _ in server.arrived}


@pytest.mark.parametrize("part", ["sending.try", "stream.post", "sending.mark"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_killed_worker_sends_it_under_one_number_and_loses_nothing(server, request_, part, side):
    dying.killed(lambda: _send(request_), point=f"{part}:{side}", passage=1)
    is_over = f"{part}:{side}" == "sending.mark:after"
    found = made.of(request_)
    assert (found.state == State.SENT) == is_over
    if not is_over:
        assert found.state == State.CONFIRMED, "It is open, to be seen."
        assert Wake.objects.filter(task="dsar.send_copy", arguments=[str(found.pk)]).exists() or (
            f"{part}:{side}" == "sending.try:before"
        )
    before = len(server.arrived)
    if f"{part}:{side}" != "sending.try:before":
        _send(request_)
        assert len(server.arrived) == before, "While it may still be under way nobody else tries."
    _dead(request_)
    sending.sweep()
    _send(request_)
    _send(request_)
    assert made.of(request_).state == State.SENT
    left = f"{part}:{side}" in {"stream.post:after", "sending.mark:before"}
    assert len(server.arrived) == 1 + left
    assert len(_numbers(server)) == 1
    assert Letter.objects.filter(request=request_, kind="sent_on").count() == 1
    assert Disclosure.objects.count() == 1


@pytest.mark.parametrize("part", ["sending.put_off", "sending.end"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_worker_that_dies_writing_down_a_no_leaves_it_open_or_told(server, request_, part, side):
    server.answer = webhooks.answering(503 if part == "sending.put_off" else 403)
    dying.killed(lambda: _send(request_), point=f"{part}:{side}", passage=1)
    found = made.of(request_)
    is_told = f"{part}:{side}" == "sending.end:after"
    assert found.state == (State.NOT_SENT if is_told else State.CONFIRMED)
    assert len(server.arrived) == 1
    _dead(request_)
    server.answer = webhooks.answering(200)
    _send(request_)
    assert made.of(request_).state == (State.NOT_SENT if is_told else State.SENT)
    assert len(_numbers(server)) == 1
    assert Letter.objects.filter(request=request_, kind="sent_on").count() == 1


def test_two_workers_at_once_send_it_once(server, request_):
    dying.overtaken(lambda: _send(request_), point="stream.post:before", passage=1)
    assert len(server.arrived) == 1
    assert made.of(request_).state == State.SENT


def test_who_was_thought_dead_and_succeeds_after_all_is_believed(server, request_):
    """The other attempt carries the same number, so the service has it once; it is told once."""

    def overtaking():
        _dead(request_)
        _send(request_)

    dying.overtaken(overtaking, point="stream.post:after", passage=1)
    assert len(server.arrived) == 2
    assert len(_numbers(server)) == 1
    assert made.of(request_).state == State.SENT
    assert Letter.objects.filter(request=request_, kind="sent_on").count() == 1
    assert Disclosure.objects.count() == 1
