"""Recipients are told once, with proof, and what is not known stays open to be seen."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from smtplib import SMTPDataError, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from dsar import tasks
from dsar.cases.asked import Asked, Proposal
from dsar.cases.models import Decision
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.cases.states import State as Standing
from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category
from dsar.dispatch import patience
from dsar.dispatch.models import Wake
from dsar.duties import notifying
from dsar.duties.notifying import TaskError
from dsar.engine import review, telling
from dsar.ledger.models import Entry
from dsar.registers import consents, disclosures, recipients
from tests import faces, webhooks
from tests import incidents as made
from tests.testapp.models import Member
from tests.testapp.privacy import LENDING, MAILER, NEWSLETTER

State = RecipientTask.State


@pytest.fixture(autouse=True)
def _settled(settings, tmp_path):
    faces.settle(settings, tmp_path)


@pytest.fixture
def cast(transactional_db):
    found = faces.plain_cast()
    for person in (found.alice, found.bob):
        consents.give(person.user, NEWSLETTER, wording="Yes.")
    return found


@pytest.fixture
def server(cast, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        recipients.change(MAILER.code, channel="webhook", address=found.url)
        yield found


def _withdrawn(person):
    scope = {"purposes": [NEWSLETTER.code]}
    case = faces.file(person, Asked(right=Right.CONSENT_WITHDRAWAL, scope=scope))
    return case.requests.get()


def _task(request):
    return RecipientTask.objects.get(request=request, recipient_code=MAILER.code)


def _later(task):
    RecipientTask.objects.filter(pk=task.pk).update(next_try_at=timezone.now())


def test_the_answer_wakes_a_worker_that_tells_each_recipient_once(cast, server):
    request = _withdrawn(cast.alice)
    wakes = Wake.objects.filter(task=telling.TELL, arguments=[str(request.pk)])
    assert wakes.exists() or _task(request).state == State.OPEN
    tasks.tell_recipients(str(request.pk))
    tasks.tell_recipients(str(request.pk))
    assert len(server.arrived) == 1
    task = _task(request)
    assert (task.state, task.status, task.attempts) == (State.SENT, "200", 1)
    assert task.sent_at is not None
    (entry,) = Entry.objects.filter(tag="recipient.told")
    assert task.digest in entry.canonical


def test_the_recipient_can_check_who_wrote_and_when(cast, server):
    request = _withdrawn(cast.alice)
    notifying.tell(str(request.pk))
    ((_, headers, body),) = server.arrived
    secret = recipients.secret_of(recipients.get(MAILER.code))
    moment = headers["Dsar-Timestamp"]
    assert abs(int(moment) - time.time()) < 60
    signed = notifying.signature(secret, moment=moment, body=body)
    assert headers["Dsar-Signature"] == f"v1={signed}"
    assert signed != notifying.signature(secret, moment="1", body=body)
    assert signed != notifying.signature("other", moment=moment, body=body)
    said = json.loads(body)
    assert said["id"] == headers["Dsar-Id"] == str(_task(request).pk)
    assert said["event"] == "consent_withdrawal"
    assert said["purposes"] == [NEWSLETTER.code]
    assert said["person"]["account"] == str(cast.alice.pk)
    assert cast.bob.email.encode() not in body


@pytest.mark.parametrize("allowed", [[], [Category.EMAIL_ADDRESS], [Category.NAME]])
def test_a_recipient_hears_only_what_it_may_get(cast, server, allowed):
    recipients.change(MAILER.code, categories=[one.value for one in allowed])
    notifying.tell(str(_withdrawn(cast.alice).pk))
    said = json.loads(server.arrived[0][2])
    assert ("email" in said["person"]) == (Category.NAME not in allowed)


def test_a_correction_tells_the_new_value_to_whoever_may_have_it(cast, server):
    disclosures.record(
        cast.alice.user, recipient=MAILER, purpose=LENDING, categories=[], basis="rules"
    )
    row = str(Member.objects.get(user_id=cast.alice.pk).pk)
    wish = Proposal(declaration="testapp.Member", row=row, field="nickname", new="Alix Second")
    case = faces.file(cast.alice, Asked(right=Right.CORRECTION, corrections=(wish,)))
    request = case.requests.get()
    _granted(request)
    recipients.change(MAILER.code, categories=[Category.OPINION.value])
    task = _task(request)
    (said,) = telling.body(task, categories=[Category.OPINION.value])["fields"]
    assert (said["field"], "new" in said) == ("nickname", False)
    category = telling.category_of("testapp.Member", "nickname")
    (said,) = telling.body(task, categories=[category])["fields"]
    assert said["new"] == "Alix Second"


def _granted(request):
    if request.state == Standing.IN_REVIEW:
        review.decide(
            request, verdict=Decision.Verdict.GRANTED, actor=made.staff("officer", "dora")
        )
    faces.work()
    request.refresh_from_db()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_was_not_taken_is_tried_again_ever_later(cast, server, status):
    request = _withdrawn(cast.alice)
    server.answer = webhooks.answering(status, Location=server.url)
    assert notifying.tell(str(request.pk)) == 0
    first = _task(request)
    assert (first.state, first.failure) == (State.OPEN, f"status {status}")
    assert notifying.tell(str(request.pk)) == 0
    assert len(server.arrived) == 1, "Its time has not come."
    _later(first)
    notifying.tell(str(request.pk))
    second = _task(request)
    assert first.next_try_at is not None
    assert second.next_try_at is not None
    assert second.next_try_at - timezone.now() > timedelta(minutes=8)
    assert Wake.objects.filter(task=telling.TELL, due_at__gt=timezone.now()).exists()
    server.answer = webhooks.answering(204)
    _later(second)
    assert notifying.tell(str(request.pk)) == 1
    assert _task(request).state == State.SENT


def test_who_never_takes_it_stays_open_and_is_tried_no_more(cast, server):
    request = _withdrawn(cast.alice)
    server.answer = webhooks.answering(500)
    for _ in range(patience.MOST_ATTEMPTS + 2):
        notifying.tell(str(request.pk))
        _later(_task(request))
    assert len(server.arrived) == patience.MOST_ATTEMPTS
    assert _task(request).state == State.OPEN
    assert notifying.sweep() == 0


def test_without_an_answer_it_is_not_sent_again_unless_somebody_says_so(cast, server):
    request = _withdrawn(cast.alice)
    server.answer = webhooks.silent
    for _ in range(2):
        assert notifying.tell(str(request.pk)) == 0
    assert len(server.arrived) == 1
    assert RecipientTask.objects.filter(notifying.unsure()).get() == _task(request)
    assert notifying.sweep() == 0
    server.answer = webhooks.answering(200)
    notifying.try_again(_task(request), actor=made.staff("reviewer"))
    assert notifying.tell(str(request.pk)) == 1
    assert len({headers["Dsar-Id"] for _, headers, _ in server.arrived}) == 1


def test_an_inner_address_gets_nothing(cast, server, monkeypatch):
    monkeypatch.undo()
    recipients.change(MAILER.code, address="https://127.0.0.1/hook")
    request = _withdrawn(cast.alice)
    assert notifying.tell(str(request.pk)) == 0
    assert _task(request).failure == "refused address"
    assert server.arrived == []


def test_whoever_has_no_channel_waits_for_staff_and_is_told_once_there_is_one(cast):
    request = _withdrawn(cast.alice)
    assert notifying.tell(str(request.pk)) == 0
    assert _task(request).attempts == 0
    assert notifying.sweep() == 0
    recipients.change(MAILER.code, channel="mail", address="privacy@mailer.example")
    assert notifying.sweep() == 1
    assert notifying.tell(str(request.pk)) == 1


def test_a_mail_says_nothing_about_anybody(cast):
    recipients.change(MAILER.code, channel="mail", address="privacy@mailer.example")
    request = _withdrawn(cast.alice)
    assert notifying.tell(str(request.pk)) == 1
    (one,) = [each for each in mail.outbox if each.to == ["privacy@mailer.example"]]
    whole = f"{one.subject}\n{one.body}"
    for secret in (cast.alice.email, "alice", request.case.reference, str(request.pk)):
        assert secret not in whole
    assert f"notification {_task(request).pk}" in whole
    assert _task(request).status == "mailed"


@pytest.mark.parametrize(
    ("error", "again"), [(SMTPDataError(451, b"later"), True), (SMTPServerDisconnected(), False)]
)
def test_a_mail_server_that_says_no_is_tried_again_and_one_that_says_nothing_is_not(
    cast, monkeypatch, error, again
):
    recipients.change(MAILER.code, channel="mail", address="privacy@mailer.example")
    request = _withdrawn(cast.alice)

    def fails(self, messages):
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", fails)
    assert notifying.tell(str(request.pk)) == 0
    assert (_task(request).tried_at is None) == again


@pytest.mark.parametrize("state", [State.CONFIRMED, State.IMPOSSIBLE, State.DISPROPORTIONATE])
def test_staff_end_a_task_with_facts_that_lie_sealed(cast, state):
    request = _withdrawn(cast.alice)
    task, actor = _task(request), made.staff("reviewer")
    for facts, who in (("", actor), ("They are gone.", made.staff("handler"))):
        with pytest.raises(TaskError):
            notifying.finish(task, state=state, facts=facts, actor=who)
    assert _task(request).state == State.OPEN
    notifying.finish(task, state=state, facts="The firm was dissolved.", actor=actor)
    found = _task(request)
    assert (found.state, notifying.facts_of(found)) == (state, "The firm was dissolved.")
    assert b"dissolved" not in bytes(found.facts or b"")
    (entry,) = Entry.objects.filter(tag="recipient.task_changed")
    assert state.value in entry.canonical
    assert "dissolved" not in entry.canonical
    with pytest.raises(TaskError):
        notifying.finish(task, state=State.SENT, facts="Again.", actor=actor)
    with pytest.raises(TaskError):
        notifying.try_again(task, actor=actor)
    assert notifying.tell(str(request.pk)) == 0


def test_neighbours_hear_nothing_and_nobody_hears_of_them(cast, server):
    other = Recipient(code="other", name="Example Other", role="controller", country="SG")
    recipients.enter(other)
    recipients.change("other", channel="webhook", address=server.url + "/other")
    known: dict[str, Any] = {"purpose": LENDING, "categories": [], "basis": "rules"}
    disclosures.record(cast.bob.user, recipient=other, **known)
    notifying.tell(str(_withdrawn(cast.alice).pk))
    assert [path for path, _, _ in server.arrived] == ["/hook"]
    assert not RecipientTask.objects.filter(request__case__subject=cast.bob.pk).exists()


def test_a_processor_is_asked_what_it_holds_by_when_and_of_whom(cast, server):
    for person in (cast.alice, cast.bob):
        disclosures.record(
            person.user, recipient=MAILER, purpose=NEWSLETTER, categories=[], basis="contract"
        )
    request = faces.file(cast.alice, "access").requests.get()
    task = _task(request)
    notifying.tell(request.pk)
    ((_path, _headers, body),) = server.arrived
    said = json.loads(body)
    assert (said["event"], said["answer_by"]) == ("access", task.due_at.isoformat())
    assert said["person"]["account"] == str(cast.alice.pk)
    assert _task(request).state == State.SENT
    other = faces.file(cast.bob, "access").requests.get()
    recipients.change(MAILER.code, channel="mail", address="desk@mailer.example")
    notifying.tell(other.pk)
    (message,) = mail.outbox
    assert "let us have what you hold" in message.body
    assert timezone.localdate(_task(other).due_at).isoformat() in message.body
    for word in (cast.bob.email, cast.bob.user.get_username(), other.case.reference):
        assert word not in f"{message.subject} {message.body}"
