"""Staff see which kind of record stopped a copy and leave it out by a form, saying why."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse

from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.engine import execution
from tests.testapp.models import Member


def test_what_failed_is_named_on_the_page_and_left_out_with_a_reason(cast, ask, dora):
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    portrait.unlink()
    portrait.mkdir()
    request = ask(cast.alice, "access").requests.get()
    for _ in range(5):
        Request.objects.filter(pk=request.pk).update(lease_until=None)
        execution.run(request.pk)
    page = dora.get(reverse("admin:dsar_request_change", args=[request.pk]))
    assert "testapp.Member could not be read" in page.content.decode()
    assert "skip" in {one.name for one, _ in page.context["offered"]}
    act = reverse("admin:dsar_request_act", args=[request.pk, "skip"])
    assert "the answer says" in dora.get(act).content.decode().casefold()
    for said in ({"label": "testapp.Member"}, {"label": "testapp.Loan", "reason": "The disk."}):
        assert dora.post(act, said).status_code == 200
    dora.post(act, {"label": "testapp.Member", "reason": "The disk is gone."})
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, "partially_fulfilled")
    assert dora.get(act).status_code == 302
