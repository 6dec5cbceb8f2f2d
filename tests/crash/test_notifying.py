"""A worker that tells recipients, or a recipient's server, dies at any point: told once, or open to be seen."""

from __future__ import annotations

import pytest

from dsar.cases.asked import Asked
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.duties import notifying
from dsar.registers import consents, recipients
from tests import faces, webhooks
from tests.crash import dying
from tests.testapp.privacy import MAILER, NEWSLETTER

State = RecipientTask.State
UNSURE = {"telling.try:after", "webhook.post:before", "webhook.post:after", "telling.mark:before"}
"""Deaths after which it is not known whether the recipient heard."""


@pytest.fixture
def server(transactional_db, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        recipients.change(MAILER.code, channel="webhook", address=found.url)
        yield found


@pytest.fixture
def request_(server):
    alice = faces.plain_cast().alice
    consents.give(alice.user, NEWSLETTER, wording="Yes.")
    scope = {"purposes": [NEWSLETTER.code]}
    case = faces.file(alice, Asked(right=Right.CONSENT_WITHDRAWAL, scope=scope))
    return case.requests.get()


@pytest.mark.parametrize("part", ["telling.try", "webhook.post", "telling.mark"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_killed_worker_leaves_it_sent_once_or_visibly_open(server, request_, part, side):
    dying.killed(lambda: notifying.tell(str(request_.pk)), point=f"{part}:{side}", passage=1)
    notifying.tell(str(request_.pk))
    notifying.sweep()
    task = RecipientTask.objects.get(request=request_, recipient_code=MAILER.code)
    is_unsure = f"{part}:{side}" in UNSURE
    assert (task.state == State.OPEN) == is_unsure
    assert RecipientTask.objects.filter(notifying.unsure(), pk=task.pk).exists() == is_unsure
    left = f"{part}:{side}" not in {"telling.try:after", "webhook.post:before"}
    assert len(server.arrived) == left


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_worker_that_dies_putting_it_off_leaves_it_open(server, request_, side):
    server.answer = webhooks.answering(503)
    dying.killed(
        lambda: notifying.tell(str(request_.pk)), point=f"telling.put_off:{side}", passage=1
    )
    notifying.tell(str(request_.pk))
    task = RecipientTask.objects.get(request=request_, recipient_code=MAILER.code)
    assert task.state == State.OPEN
    assert (task.tried_at is None) == (side == "after")
    assert len(server.arrived) == 1


def test_two_workers_at_once_tell_it_once(server, request_):
    dying.overtaken(
        lambda: notifying.tell(str(request_.pk)), point="webhook.post:before", passage=1
    )
    assert len(server.arrived) == 1
    task = RecipientTask.objects.get(request=request_, recipient_code=MAILER.code)
    assert task.state == State.SENT
