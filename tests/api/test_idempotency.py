"""The same filing sent twice, also at once, is filed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from dsar.api import cases, idempotency
from dsar.api.models import Reply
from dsar.cases.models import Case

BODY = {"rights": [{"right": "access"}]}


def _send(client, body=None, key="one-key"):
    return client.post("/api/v1/cases", body or BODY, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_call_sent_again_gets_the_same_reply_and_files_nothing(alice):
    first, second = _send(alice), _send(alice)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Case.objects.count() == 1


def test_the_same_key_with_something_else_in_it_is_refused(alice):
    _send(alice)
    other = _send(alice, {"rights": [{"right": "portability"}]})
    assert other.status_code == 422
    assert other.json()["type"] == "urn:problem:dsar:key_used"
    assert Case.objects.count() == 1


def test_a_key_is_its_callers_own(alice, bob):
    assert _send(alice).json()["reference"] != _send(bob).json()["reference"]
    assert Case.objects.count() == 2


def test_what_was_refused_may_be_mended_under_the_same_key(alice):
    assert _send(alice, {"rights": [{"right": "nonsense"}]}).status_code == 422
    assert _send(alice).status_code == 201


def test_a_key_that_expired_is_a_new_one(alice):
    _send(alice)
    Reply.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Idempotency-Replayed" not in _send(alice).headers
    assert Case.objects.count() == 2


def test_expired_replies_are_forgotten_and_others_are_not(alice):
    _send(alice, key="old")
    Reply.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    _send(alice, key="new")
    assert idempotency.expire() == 1
    assert [one.key for one in Reply.objects.all()] == ["new"]


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "é"])
def test_a_key_that_cannot_be_read_is_refused(alice, key):
    assert _send(alice, key=key).status_code == 400


def test_two_at_once_file_one_case(alice, monkeypatch):
    """The second comes while the first holds the key: it is told to wait, and its retry gets the reply."""
    inside, done = Barrier(2, timeout=30), Barrier(2, timeout=30)
    original = cases.take_in

    def slow(call):
        response = original(call)
        inside.wait()
        done.wait()
        return response

    def first():
        try:
            return _send(alice)
        finally:
            connection.close()

    monkeypatch.setattr(cases, "take_in", slow)
    with ThreadPoolExecutor(1) as pool:
        filing = pool.submit(first)
        inside.wait()
        waiting = _send(alice)
        done.wait()
        filed = filing.result(timeout=60)
    assert waiting.status_code == 409
    assert waiting.json()["type"] == "urn:problem:dsar:under_way"
    assert waiting["Retry-After"] == "1"
    assert filed.status_code == 201
    assert _send(alice).json() == filed.json()
    assert Case.objects.count() == 1


def test_a_filing_that_dies_leaves_its_key_free(alice, monkeypatch):
    original = cases.take_in

    def dies(call):
        original(call)
        raise RuntimeError

    monkeypatch.setattr(cases, "take_in", dies)
    assert _send(alice).status_code == 500
    monkeypatch.undo()
    assert not Case.objects.exists()
    assert _send(alice).status_code == 201
