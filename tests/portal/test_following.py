"""Following a case on its page: where it stands, what moves, what can be fetched, read and taken back."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dsar.cases import enquiries
from dsar.cases.actors import SYSTEM
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.models import Letter, Request
from dsar.cases.recipient_models import RecipientTask
from dsar.engine import renewing
from dsar.ledger.models import Entry
from dsar.packages import vault
from dsar.packages.models import Package
from tests import faces, policies
from tests import recipients as made
from tests.portal.conftest import LONG_AGO


def address(case, rest=""):
    return f"/privacy/requests/{case.reference}/{rest}"


def page(answer):
    return answer.content.decode()


@pytest.fixture
def case(cast):
    return faces.file(cast.alice, "access")


def test_a_case_tells_its_story_and_its_date(alice, case):
    shown = page(alice.get(address(case)))
    assert "Get a copy of my data" in shown
    assert "We received your request." in shown
    assert f"{timezone.localtime(case.requests.get().due_at).day} " in shown


def test_the_copy_is_fetched_after_a_fresh_log_in_only(alice, cast, browsing, case):
    faces.work()
    copy = address(case, f"{case.requests.get().pk}/copy/")
    assert copy in page(alice.get(address(case)))
    whole = b"".join(alice.get(copy).streaming_content)
    assert "data.json" in zipfile.ZipFile(io.BytesIO(whole)).namelist()
    stale = browsing(cast.alice, ago=LONG_AGO).get(copy)
    assert stale.status_code == 302
    assert stale.url.startswith("/accounts/reauthenticate/")


@pytest.fixture
def gone(case):
    """The address of a copy that has expired."""
    faces.work()
    Package.objects.update(expires_at=timezone.now())
    assert vault.expire_due() == 1
    return address(case, f"{case.requests.get().pk}/copy/")


def test_a_copy_that_is_gone_says_so_and_is_made_anew_by_one_button(alice, case, gone):
    answer = alice.get(gone)
    assert answer.status_code == 410
    assert "no longer available" in page(answer)
    for shown in (page(answer), page(alice.get(address(case)))):
        assert f'action="{gone}renew/"' in shown
    assert alice.post(f"{gone}renew/")["Location"] == address(case)
    shown = alice.get(address(case))
    assert "Your new copy is being made" in page(shown)
    part = address(case, "progress/")
    assert alice.get(part, {"seen": shown.context["seen"]}).status_code == 204
    assert renewing.make(case.requests.get().pk)
    assert alice.get(part, {"seen": shown.context["seen"]}).status_code == 286
    whole = b"".join(alice.get(gone).streaming_content)
    assert "data.json" in zipfile.ZipFile(io.BytesIO(whole)).namelist()


def test_a_new_copy_asks_for_the_same_log_in_as_fetching_does(cast, browsing, bob, gone):
    stale = browsing(cast.alice, ago=LONG_AGO).post(f"{gone}renew/")
    assert stale.url.startswith("/accounts/reauthenticate/")
    assert stale.url.endswith("renew%2F")
    assert bob.post(f"{gone}renew/").status_code == 404
    assert Package.objects.count() == 1


def test_where_a_new_copy_cannot_be_made_it_says_why_and_offers_a_new_request(alice, case, gone):
    Package.objects.update(state=Package.State.REVOKED)
    assert f"{gone}renew/" not in page(alice.get(address(case)))
    answer = alice.post(f"{gone}renew/")
    assert answer.status_code == 410
    assert "We took that copy back." in page(answer)
    assert 'href="/privacy/ask/"' in page(answer)
    assert Package.objects.count() == 1


def test_a_copy_fetched_as_often_as_it_may_be_is_made_anew_too(alice, case, settings):
    settings.DSAR = settings.DSAR | {"PACKAGE_FETCHES": 1}
    faces.work()
    copy = address(case, f"{case.requests.get().pk}/copy/")
    assert b"".join(alice.get(copy).streaming_content)
    refused = alice.get(copy)
    assert refused.status_code == 410
    assert "fetched as often as it may be" in page(refused)
    alice.post(f"{copy}renew/")
    assert renewing.make(case.requests.get().pk)
    assert b"".join(alice.get(copy).streaming_content)
    first, second = Package.objects.order_by("created_at").values_list("state", flat=True)[::2]
    assert (first, second) == (Package.State.SHREDDED, Package.State.READY)


def test_what_moves_is_sent_again_only_where_it_moved(alice, case):
    part = address(case, "progress/")
    first = alice.get(part)
    assert first.status_code == 200
    seen = first.context["seen"]
    assert alice.get(part, {"seen": seen}).status_code == 204
    faces.work()
    last = alice.get(part, {"seen": seen})
    assert last.status_code == 286
    assert "Done" in page(last)


def test_a_letter_is_read_and_its_reading_recorded(alice, case):
    letter = Letter.objects.get(case=case)
    before = Entry.objects.filter(tag="letter.read").count()
    shown = page(alice.get(address(case, f"letters/{letter.pk}/")))
    assert case.reference in shown
    assert Entry.objects.filter(tag="letter.read").count() == before + 1


def test_taking_back_is_asked_once_more_and_ends_the_request(alice, cast):
    case = faces.file(cast.alice, "deletion")
    request = case.requests.get()
    back = address(case, f"{request.pk}/withdraw/")
    assert back in page(alice.get(address(case)))
    assert "Withdraw this request?" in page(alice.get(back))
    assert Request.objects.get().outcome == ""
    alice.post(back)
    assert Request.objects.get().outcome == "withdrawn_by_requester"
    assert back not in page(alice.get(address(case)))


def test_what_is_done_cannot_be_taken_back(alice, case):
    faces.work()
    request = case.requests.get()
    answer = alice.post(address(case, f"{request.pk}/withdraw/"), follow=True)
    assert "cannot be withdrawn" in page(answer)
    assert Request.objects.get().outcome == "fulfilled"


def test_a_case_filed_with_an_old_log_in_goes_on_once_confirmed(cast, browsing):
    old = browsing(cast.alice, ago=LONG_AGO)
    case = faces.file(cast.alice, "access", at=timezone.now() - timedelta(seconds=LONG_AGO))
    confirm = address(case, "confirm/")
    assert confirm in page(old.get(address(case)))
    assert old.get(confirm).url.startswith("/accounts/reauthenticate/")
    fresh = browsing(cast.alice)
    fresh.get(confirm)
    assert Request.objects.get().state == "awaiting_verification"
    fresh.post(confirm)
    assert Request.objects.get().state == "approved"


def test_the_list_names_every_case_newest_first(alice, cast):
    references = [faces.file(cast.alice, "access").reference for _ in range(3)]
    shown = page(alice.get("/privacy/requests/"))
    places = [shown.index(one) for one in reversed(references)]
    assert places == sorted(places)


def test_the_page_says_whom_we_told_and_never_whom_in_secret(alice, bob, cast):
    case = made.withdrawn(cast.alice)
    shown = page(alice.get(address(case)))
    assert "What we told whom" in shown
    assert "Example Printer: is still to be told" in shown
    assert "Police" not in shown
    told = RecipientTask.objects.filter(recipient_code=made.PRINTER.code)
    told.update(state=RecipientTask.State.SENT, sent_at=timezone.now())
    assert "Example Printer: was told" in page(alice.get(address(case)))
    assert bob.get(address(case)).status_code == 404


def test_a_case_keeps_the_policy_that_applied_when_it_came_and_says_so(alice, cast):
    """To its person, and to staff; what came before there was one, names none."""
    dora, otto = (faces.member_of_staff("officer", name) for name in ("dora", "otto"))
    before = faces.file(cast.alice, "access")
    policy = policies.published(by=dora, then=otto)
    case = faces.file(cast.alice, "portability")
    policies.published(by=dora, then=otto)
    late = enquiries.file(
        kind=Enquiry.Kind.QUESTION,
        text="Why?",
        contact="anna@example.com",
        actor=SYSTEM,
        channel="post",
        language="en",
        received_at=before.received_at,
    )
    assert (before.policy_version, case.policy_version) == ("", policy.version)
    assert late.case.policy_version == ""
    assert f"/privacy/policy/{policy.version}/" in page(alice.get(address(case)))
    assert "of our privacy policy applied" not in page(alice.get(address(before)))
    desk = Client()
    desk.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    shown = page(desk.get(f"/admin/dsar/case/{case.pk}/change/"))
    assert f'<div class="readonly">{policy.version}</div>' in shown
