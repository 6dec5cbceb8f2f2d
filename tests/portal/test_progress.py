"""A copy of 100,000 records, written by a worker in a process of its own, moves on its person's page in a browser."""

from __future__ import annotations

import time

import pytest

from config import processes
from dsar.cases.models import Case, Request
from dsar.cases.states import Outcome
from tests.portal.screens import log_in
from tests.testapp.models import Message

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
ROWS = 100_000
_SEEN = """() => {
  const bar = document.querySelector("#requests progress");
  const said = document.querySelector('#requests [role="status"]');
  return [said ? said.textContent.trim() : "", bar ? bar.value : -1, bar ? bar.max : -1];
}"""


@pytest.fixture
def worker(child_environment, settings, tmp_path):
    """One worker with the files of this test; this process stores to the same."""
    environment = {**child_environment, "MEDIA_ROOT": settings.MEDIA_ROOT}
    environment |= {"DSAR_ERASURE_JOURNAL": settings.DSAR["ERASURE_JOURNAL"]}
    environment |= {"EMAIL_URL": f"filemail:///{tmp_path / 'mail'}"}
    begun = []

    def start():
        begun.append(processes.start_worker(concurrency=1, environment=environment))

    yield start
    for one in begun:
        processes.kill(one)


def test_the_progress_of_100_000_records_is_seen_while_it_moves(site, cast, opened, worker):
    alice = cast.alice.user
    for _ in range(ROWS // 10_000):
        Message.objects.bulk_create(
            Message(sender=alice, recipient=alice, text=f"canary {at}") for at in range(10_000)
        )
    page = opened()
    log_in(page, site, cast.alice)
    page.goto(f"{site}/privacy/ask/")
    page.get_by_label("Get a copy of my data").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my request").click()
    page.wait_for_url("**/requests/**")
    worker()
    seen, until = set(), time.monotonic() + 300
    while time.monotonic() < until:
        said, done, most = page.evaluate(_SEEN)
        seen.add((said, done, most))
        if said == "Done":
            break
        page.wait_for_timeout(200)
    begun = {(done, most) for said, done, most in seen if said == "Being carried out" and most > 0}
    assert any(0 < done < most for done, most in begun), seen
    page.get_by_role("link", name="Download your copy").wait_for(timeout=15_000)
    request = Request.objects.get(case=Case.objects.get())
    assert request.outcome == Outcome.FULFILLED
    assert request.plan.document["steps"]
