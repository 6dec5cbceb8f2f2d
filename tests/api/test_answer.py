"""After a deletion the answer stays reachable by mailed link and code, and nothing else is."""

from __future__ import annotations

import pytest
from django.core import mail

from dsar.cases import links, notices
from dsar.cases.models import Case, Link, Request
from dsar.cases.states import State


@pytest.fixture
def deleted(alice, dora, otto, file, worked):
    """Alice's case after her account is gone, and the token of the link that was mailed."""
    file(alice, "deletion")
    request = Request.objects.get()
    address = f"/api/v1/staff/requests/{request.pk}"
    shown = dora.post(f"{address}/preview").json()["digest"]
    dora.post(f"{address}/decide", {"verdict": "granted", "shown": shown}, format="json")
    otto.post(f"{address}/approve")
    worked()
    case = Case.objects.select_related("key").get()
    assert case.requests.get().state == State.CLOSED
    return case, links.make(case).rpartition("/")[2]


def _code(client, token):
    assert client.post("/api/v1/answer/code", {"token": token}, format="json").status_code == 202
    mail.outbox.clear()
    assert notices.send_code(Link.objects.latest("pk").pk)
    (sent,) = mail.outbox
    return next(word for word in sent.body.split() if word.isdigit() and len(word) == 8)


def _read(client, token, code):
    return client.get("/api/v1/answer", HTTP_X_LINK_TOKEN=token, HTTP_X_LINK_CODE=code)


def test_the_letters_and_receipts_are_read_without_account(calling, deleted):
    case, token = deleted
    client = calling()
    answer = _read(client, token, _code(client, token))
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert said["reference"] == case.reference
    (request,) = said["requests"]
    assert request["right"] == "deletion"
    assert any(one["deleted"] for one in request["receipts"])
    assert {one["kind"] for one in said["letters"]} == {"receipt", "answer"}
    assert answer["Cache-Control"] == "no-store"


def test_a_code_works_once_and_a_wrong_one_never(calling, deleted):
    _, token = deleted
    client = calling()
    code = _code(client, token)
    wrong = "00000000" if code != "00000000" else "11111111"
    assert _read(client, token, wrong).status_code == 404
    assert _read(client, token, code).status_code == 200
    assert _read(client, token, code).status_code == 404


def test_wrong_links_and_wrong_codes_look_alike(calling, deleted):
    _, token = deleted
    client = calling()
    answers = [_read(client, token, "12"), _read(client, "nonsense", "12345678")]
    assert answers[0].content == answers[1].content
    assert (
        client.post("/api/v1/answer/code", {"token": "nonsense"}, format="json").status_code == 202
    )
    assert client.get("/api/v1/answer").status_code == 400


def test_the_receipts_do_not_hint_at_what_the_person_must_not_learn(calling, deleted):
    """Of Alice's two reports one is concealed; only the other may show in a figure."""
    _, token = deleted
    client = calling()
    said = _read(client, token, _code(client, token)).json()
    (request,) = said["requests"]
    reports = [one for one in request["receipts"] if one["declaration"] == "testapp.Report"]
    assert [one["retained"] for one in reports] == [1]
