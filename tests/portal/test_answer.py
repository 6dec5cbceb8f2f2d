"""The answer to somebody whose account is gone: by mailed link and code, and by nothing else."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from dsar.cases import links, notices
from dsar.cases.models import Letter, Link
from dsar.engine import renewing
from dsar.packages.models import Package
from tests import faces

ANSWER = "/privacy/answer/"


@pytest.fixture
def case(cast):
    found = faces.file(cast.alice, "access")
    faces.work()
    return found


@pytest.fixture
def token(case):
    return links.make(case).rpartition("/")[2]


def code_for(client):
    client.post(f"{ANSWER}code/")
    mail.outbox.clear()
    assert notices.send_code(Link.objects.latest("pk").pk)
    (sent,) = mail.outbox
    return next(word for word in sent.body.split() if word.isdigit() and len(word) == 8)


def arrived(token):
    client = Client()
    answer = client.get(f"{ANSWER}{token}/")
    assert answer["Location"] == ANSWER
    return client


def test_link_and_code_open_the_case(case, token):
    client = arrived(token)
    assert case.reference not in client.get(ANSWER).content.decode()
    shown = client.post(ANSWER, {"code": code_for(client)}, follow=True).content.decode()
    assert case.reference in shown
    letter = Letter.objects.filter(case=case).earliest("written_at")
    assert client.get(f"{ANSWER}letters/{letter.pk}/").status_code == 200


def test_a_wrong_code_opens_nothing(case, token):
    client = arrived(token)
    code_for(client)
    answer = client.post(ANSWER, {"code": "00000000"})
    assert "does not work" in answer.content.decode()
    assert case.reference not in client.get(ANSWER).content.decode()


def test_a_link_that_is_no_good_looks_like_one_that_is(token):
    good, bad = arrived(token), arrived("nonsense")
    assert good.get(ANSWER).content == bad.get(ANSWER).content or _alike(good, bad)
    bad.post(f"{ANSWER}code/")
    assert "does not work" in bad.post(ANSWER, {"code": "12345678"}).content.decode()


def _alike(one, other):
    """The pages but for the tokens against forged requests."""
    texts = [
        client.get(ANSWER).content.decode().split("csrfmiddlewaretoken") for client in (one, other)
    ]
    return [len(part) for part in texts[0]] == [len(part) for part in texts[1]]


def test_opening_changes_the_sessions_key(token):
    client = arrived(token)
    before = client.session.session_key
    client.post(ANSWER, {"code": code_for(client)})
    assert client.session.session_key != before


def test_without_a_link_there_is_nothing_to_open(transactional_db):
    assert "Open your link first" in Client().get(ANSWER).content.decode()


def test_who_came_by_link_fetches_the_copy_and_has_a_new_one_made(case, token):
    client, copy = arrived(token), f"{ANSWER}copies/{case.requests.get().pk}/"
    assert client.get(copy).status_code == 404
    shown = client.post(ANSWER, {"code": code_for(client)}, follow=True).content.decode()
    assert f'href="{copy}"' in shown
    assert b"".join(client.get(copy).streaming_content).startswith(b"PK")
    Package.objects.update(expires_at=timezone.now())
    assert client.get(copy).status_code == 410
    assert f'action="{copy}renew/"' in client.get(ANSWER).content.decode()
    assert client.post(f"{copy}renew/")["Location"] == ANSWER
    assert renewing.make(case.requests.get().pk)
    assert b"".join(client.get(copy).streaming_content).startswith(b"PK")
    case.verified_at = None
    case.save()
    assert client.get(copy).status_code == 404
