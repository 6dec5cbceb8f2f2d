"""The page on the house: who works, what waits, what stopped, and what can be done; each as whoever may do it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from celery import current_app
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config import processes
from dsar.cases import notes, notices
from dsar.cases.models import Letter, Note, Request
from dsar.cases.states import Right, State
from dsar.dispatch import outbox, workers
from dsar.dispatch.models import Wake
from dsar.duties import watching
from dsar.engine import execution
from dsar.engine.verification import LeftoverError
from dsar.ledger import log, placing, sealing
from dsar.ledger.tags import Tag
from dsar.tasks import sweep

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM = reverse("admin:system")


def _lines(client):
    response = client.get(SYSTEM)
    assert response.status_code == 200
    return {line.what: line for line in response.context["lines"]}


def _act(request, name):
    return reverse("admin:dsar_request_act", args=[request.pk, name])


@pytest.fixture
def stop(ask, monkeypatch):
    """File an access request and let its execution stop at an error that is for people."""

    def stopped(person, error=execution.PlanOutdatedError):
        request = ask(person, "access").requests.get()

        def fail(_lease):
            raise error

        with monkeypatch.context() as broken:
            broken.setitem(execution.RUN, Right.ACCESS, fail)
            execution.run(request.pk)
        request.refresh_from_db()
        assert request.state == State.NEEDS_ATTENTION
        return request

    return stopped


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("carol", 403),
        ("handler", 403),
        ("reviewer", 200),
        ("officer", 200),
        ("auditor", 200),
        ("owner", 200),
        ("root", 200),
    ],
)
def test_whoever_may_watch_sees_the_page_and_nobody_else(cast, at_desk, role, status):
    client = at_desk(role)
    assert client.get(SYSTEM).status_code == status
    if role != "carol":
        linked = f'href="{SYSTEM}"' in client.get(reverse("admin:index")).content.decode()
        assert linked is (status == 200)


def test_a_system_owner_sees_figures_and_no_request(cast, stop, at_desk):
    request = stop(cast.alice)
    owner = at_desk("owner")
    page = owner.get(SYSTEM).content.decode()
    assert "Last sweep" in page
    assert request.case.reference not in page
    for address in (
        reverse("admin:dsar_request_changelist"),
        reverse("admin:dsar_request_change", args=[request.pk]),
        _act(request, "retry"),
    ):
        assert owner.get(address).status_code == 403


def test_a_request_that_stopped_says_what_why_and_what_can_be_done(cast, stop, dora):
    request = stop(cast.alice)
    (failure,) = dora.get(SYSTEM).context["failures"]
    assert failure.request == request
    assert "declarations changed" in failure.why
    assert "back to review" in failure.advice
    assert timezone.now() - failure.since < timedelta(minutes=1)
    page = dora.get(reverse("admin:dsar_request_change", args=[request.pk]))
    assert failure.why in page.content.decode()
    assert {"retry", "mended", "review"} <= {one.name for one, _ in page.context["offered"]}


def test_leftovers_are_named_by_place(cast, stop, dora):
    request = stop(cast.alice, error=LeftoverError({"testapp.Member": 2}))
    (failure,) = dora.get(SYSTEM).context["failures"]
    assert "testapp.Member (2)" in failure.why
    assert failure.request == request


def test_only_the_last_failure_counts_and_another_persons_stays_apart(cast, stop, dora):
    first, other = stop(cast.alice), stop(cast.bob)
    told = {one.request.pk: one.why for one in dora.get(SYSTEM).context["failures"]}
    assert set(told) == {first.pk, other.pk}
    log.append(Tag.DELETION_VERIFICATION_FAILED, request=first.pk, places={"testapp.Member": 1})
    told = {one.request.pk: one.why for one in dora.get(SYSTEM).context["failures"]}
    assert "still found" in told[first.pk]
    assert "declarations changed" in told[other.pk]


def test_what_was_set_right_by_hand_is_kept_and_the_work_goes_on(cast, stop, dora, worked):
    request = stop(cast.alice)
    asked = dora.get(_act(request, "mended")).content.decode()
    assert "closes nothing" in asked
    dora.post(_act(request, "mended"), {"mended": ""})
    request.refresh_from_db()
    assert request.state == State.NEEDS_ATTENTION
    dora.post(_act(request, "mended"), {"mended": "canary-mended"})
    note = Note.objects.get()
    assert notes.read(note) == "canary-mended"
    assert b"canary-mended" not in bytes(note.text)
    entry = log.entries(request.pk).latest("pk")
    assert "reason" in entry.canonical
    assert "canary" not in entry.canonical
    worked()
    request.refresh_from_db()
    assert request.state == State.CLOSED


@pytest.mark.parametrize("role", ["handler", "auditor", "owner"])
def test_who_does_not_decide_lets_nothing_go_on(cast, stop, at_desk, role):
    request = stop(cast.alice)
    client = at_desk(role)
    for name in ("retry", "mended", "review"):
        assert client.post(_act(request, name), {"mended": "x"}).status_code == 403
    request.refresh_from_db()
    assert request.state == State.NEEDS_ATTENTION


def test_the_last_sweep_is_told_and_a_missing_one_is_a_fault(cast, dora):
    assert (_lines(dora)["Last sweep"].stands, _lines(dora)["Last sweep"].well) == ("never", False)
    sweep()
    line = _lines(dora)["Last sweep"]
    assert line.well
    assert line.stands.endswith("ago")


def test_what_waits_in_the_outbox_is_told_by_queue(cast, dora):
    Wake.objects.create(
        task="dsar.sweep", queue="mail", due_at=timezone.now() - timedelta(minutes=5)
    )
    line = _lines(dora)["Outbox of “mail”"]
    assert line.stands == "1 waiting, the oldest for 5 minutes"
    assert not line.well
    assert _lines(dora)["Outbox of “requests”"].well


def test_a_notice_that_does_not_leave_is_named_with_its_case(cast, ask, dora, monkeypatch):
    case = ask(cast.alice, "deletion")
    letter = Letter.objects.filter(case=case).earliest("written_at")
    Letter.objects.update(mailed_at=timezone.now())
    Letter.objects.filter(pk=letter.pk).update(mailed_at=None, mail_attempts=0)

    def refuse(*_arguments, **_options):
        raise OSError

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    notices.send(str(letter.pk))
    response = dora.get(SYSTEM)
    (shown,) = response.context["letters"]
    assert shown.pk == letter.pk
    assert case.reference in response.content.decode()
    assert cast.alice.email not in response.content.decode()
    failed = _lines(dora)["Mails that failed, since the beginning"]
    assert failed.stands.startswith("1, the last one on")
    assert not failed.well


def test_the_checkpoint_and_the_second_place_are_told(cast, ask, dora, settings, tmp_path):
    settings.DSAR = settings.DSAR | {"LEDGER_SECOND_PLACE": (tmp_path / "second").as_uri()}
    ask(cast.alice, "deletion")
    sealing.seal()
    lines = _lines(dora)
    assert "entries" in lines["Last sealed checkpoint"].stands
    assert lines["Second place"].stands.startswith("has 0 of ")
    placing.place()
    assert _lines(dora)["Second place"].stands == "has every checkpoint"


def test_figures_that_cannot_be_read_say_so(cast, dora, monkeypatch):
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr(watching, "_REMOVALS", "SELECT 1 FROM pg_sleep(30)")
    assert set(_lines(dora)) == {"Database"}


def test_a_broker_that_is_away_is_said_and_the_page_still_opens(cast, dora, monkeypatch):
    monkeypatch.setattr(outbox, "link", lambda **_: current_app.connection("redis://127.0.0.1:1/0"))
    response = dora.get(SYSTEM)
    assert response.status_code == 200
    assert response.context["crew"].workers is None
    assert "broker cannot be reached" in response.content.decode()


@pytest.mark.timeout(240)
def test_a_worker_that_runs_is_named_and_none_is_a_fault(
    cast, dora, child_environment, tmp_path: Path, monkeypatch
):
    crew = dora.get(SYSTEM).context["crew"]
    assert crew.workers == []
    assert crew.unattended == ("mail", "notifications", "requests")
    worker = processes.start_worker(
        concurrency=1, environment=child_environment, output=tmp_path / "worker.log"
    )
    try:
        processes.wait_for_worker(worker)
        monkeypatch.setattr(workers, "PATIENCE_SECONDS", 5)
        crew = dora.get(SYSTEM).context["crew"]
    finally:
        processes.kill(worker)
    assert len(crew.workers) == 1
    assert crew.unattended == ()


def test_the_page_costs_the_same_for_one_stopped_request_and_for_thirty(cast, stop, dora):
    first, counted = stop(cast.alice), {}
    for number in (1, 30):
        Request.objects.bulk_create(
            Request(
                case_id=first.case_id,
                right=first.right,
                state=State.NEEDS_ATTENTION,
                round=place + 2,
                statutory_due_at=first.due_at,
                due_at=first.due_at,
            )
            for place in range(number - 1)
        )
        with CaptureQueriesContext(connection) as queries:
            assert len(dora.get(SYSTEM).context["failures"]) == number
        counted[number] = len(queries)
    assert counted[1] == counted[30]


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1280, pytest.param(400, marks=pytest.mark.slow)])
def test_the_page_has_no_barrier_and_breaks_no_policy(cast, stop, dora, clean, width):
    stop(cast.alice)
    clean(dora, SYSTEM, says="Requests that stopped", width=width)
