"""The portal in a real browser: without barriers at any width and in any colours, with and without JavaScript."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from dsar.cases import complaints, messages, pausing
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.files import File
from dsar.cases.models import Case, Request
from dsar.cases.states import Right
from dsar.processing import joining
from dsar.registers import consents, cookies
from dsar.registers.models import Consent
from tests import faces, policies
from tests.portal.screens import LOOKS, assert_good, in_each_look, log_in
from tests.testapp.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SCRIPTS = [True, False]
CLAIMS = Asked(right=Right.RESTRICTION, scope={"ground": "claims"})


@in_each_look
def test_an_account_is_opened_with_nothing_agreed_to(site, cast, opened, look, mailoutbox):
    policies.published(by=cast.bob.user, then=cast.carol.user)
    page = opened(**look, bypass_csp=True)
    page.goto(f"{site}/accounts/signup/")
    assert_good(page)
    assert page.locator("input:checked").count() == 0
    page.get_by_role("button", name="Open the account").click()
    assert_good(page)
    page.get_by_role("alert").get_by_role("link", name="Say whether you are 18").click()
    assert page.evaluate("document.activeElement.name") == "age"
    page.get_by_label("Email").fill("nora@example.test")
    page.get_by_label("I have read the privacy policy").check()
    page.get_by_label("Under 18").check()
    typed(page)
    assert_good(page)
    assert page.get_by_text("We open no account for anybody under 18.").count() == 2
    assert page.get_by_label("Email").input_value() == "nora@example.test"
    page.get_by_label("18 or older").check()
    typed(page)
    page.wait_for_url("**/confirm-email/")
    page.goto(*re.findall(r"http://\S+/confirm-email/\S+", mailoutbox[0].body))
    assert_good(page)
    page.get_by_role("button", name="Confirm").click()
    nora = get_user_model().objects.get(email="nora@example.test")
    assert not Consent.objects.filter(subject=nora).exists()
    page.goto(f"{site}/privacy/choices/")
    page.get_by_label("Email").fill("nora@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    page.get_by_role("heading", name="Your choices").wait_for()
    assert page.get_by_text("Off", exact=True).count() == len(joining.questions())


def typed(page: Any) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()


def test_the_signal_is_said_and_receipts_are_fetched_without_a_barrier(site, cast, opened):
    page = opened(
        **LOOKS[1], bypass_csp=True, accept_downloads=True, extra_http_headers={"Sec-GPC": "1"}
    )
    consents.give(cast.alice.pk, "test_newsletter", wording="Yes.")
    log_in(page, site, cast.alice)
    page.goto(f"{site}/privacy/choices/")
    page.get_by_text("We treat it as your objection to all advertising").wait_for()
    assert page.get_by_text("but paused, because you objected").count() == 1
    page.get_by_text("What you turned on and off, with receipts").click()
    assert_good(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Receipt").click()
    said = json.loads(fetched.value.path().read_text())
    assert said["event"]["event_state"] == "ConsentGiven"


KEPT = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


def test_a_browser_keeps_what_is_declared_and_nothing_else(site, cast, opened):
    """Scripts may leave something too, and it need not be a cookie (R171)."""
    page = opened()
    declared = {one.name for one in cookies.declared()}
    seen: set[str] = set()
    for path in (
        *("/privacy/", "/privacy/ask/", "/privacy/ask/open/", "/privacy/answer/"),
        *("/accounts/login/", "/accounts/signup/"),
    ):
        page.goto(site + path)
        seen |= left_by(page)
    page.get_by_role("button", name="简体中文").click()
    page.goto(f"{site}/privacy/cookies/")
    page.get_by_role("button", name="English").click()
    cast.alice.user.is_staff = cast.alice.user.is_superuser = True
    cast.alice.user.save()
    log_in(page, site, cast.alice)
    seen |= left_by(page)
    case = faces.file(cast.alice, "access", CLAIMS)
    for path in (
        *("/privacy/held/", "/privacy/choices/", f"/privacy/requests/{case.reference}/"),
        *("/accounts/2fa/", "/accounts/sessions/", "/api/docs"),
        *("/admin/", "/admin/dsar/request/"),
    ):
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        seen |= left_by(page)
    page.get_by_role("button", name="Toggle theme").locator("visible=true").click()
    seen |= left_by(page)
    assert {"sessionid", "csrftoken", "django_language", "theme"} <= seen
    assert seen - declared == set()


def left_by(page: Any) -> set[str]:
    return {one["name"] for one in page.context.cookies()} | set(page.evaluate(KEPT))


def test_all_cookies_are_deleted_by_a_button(site, cast, opened):
    page = opened()
    log_in(page, site, cast.alice)
    page.get_by_role("contentinfo").get_by_role("link", name="Cookies").click()
    assert page.get_by_text("In your browser now").count() == 2
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.get_by_role("button", name="Delete all cookies").click()
    page.get_by_role("heading", name="All cookies of this site are deleted").wait_for()
    assert left_by(page) == set()
    page.get_by_role("link", name="Back to the page on cookies").click()
    assert left_by(page) == {"csrftoken"}


@in_each_look
def test_no_question_has_a_barrier_and_no_error_either(site, cast, opened, look):
    page = opened(**look, bypass_csp=True)
    log_in(page, site, cast.alice)
    page.goto(f"{site}/privacy/ask/")
    page.get_by_role("button", name="Continue").click()
    assert_good(page)
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "rights"
    for wish in page.get_by_role("checkbox").all():
        wish.check()
    page.get_by_role("button", name="Continue").click()
    for answer in ANSWERS:
        assert_good(page)
        if answer is not _take_elsewhere:
            page.get_by_role("button", name="Continue").click()
            assert_good(page)
            assert page.title().startswith("Error:")
        answer(page)
        page.get_by_role("button", name="Continue").click()
    # Nothing that Alice consented to is open: the last question has nothing to choose.
    assert_good(page)


def _correct(page: Any) -> None:
    page.get_by_label("Nickname").first.fill("Another name")


def _delete(page: Any) -> None:
    page.get_by_label("Everything, and close my account").check()
    page.get_by_label("I have read what will be deleted").check()


def _take_elsewhere(page: Any) -> None:
    """The one question that has an answer from the start."""
    page.get_by_label("No, only give me the file").check()


def _object(page: Any) -> None:
    page.get_by_label("All advertising").check()


def _restrict(page: Any) -> None:
    page.get_by_label("The data is wrong").check()


ANSWERS = (_correct, _delete, _take_elsewhere, _object, _restrict)


@pytest.mark.parametrize("scripts", SCRIPTS, ids=["with-scripts", "without"])
def test_a_copy_is_asked_for_followed_and_fetched(site, cast, opened, scripts):
    page = opened(java_script_enabled=scripts, accept_downloads=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    log_in(page, site, cast.alice)
    # Two clicks from the foot of any page to the first question answered.
    page.get_by_role("contentinfo").get_by_role("link", name="Ask for your rights").click()
    page.get_by_label("Get a copy of my data").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my request").click()
    assert Case.objects.get().reference in page.title()
    faces.work()
    if not scripts:
        page.reload()
    fetch = page.get_by_role("link", name="Download your copy")
    fetch.wait_for(timeout=15_000)
    with page.expect_download() as fetched:
        fetch.click()
    assert fetched.value.suggested_filename.endswith(".zip")
    assert [one for one in said if "Content Security Policy" in one] == []


@pytest.mark.parametrize("scripts", SCRIPTS, ids=["with-scripts", "without"])
def test_somebody_writes_with_a_file_and_asks_for_a_second_look_on_a_phone(
    site, cast, opened, scripts, tmp_path
):
    case = faces.file(cast.alice, "access")
    faces.work()
    page = opened(**LOOKS[1], java_script_enabled=scripts, accept_downloads=True)
    log_in(page, site, cast.alice)
    page.goto(f"{site}/privacy/requests/{case.reference}/")
    page.get_by_role("link", name="Read and write messages").click()
    bad = tmp_path / "programme.exe"
    bad.write_bytes(b"MZ\x00\x01")
    good = tmp_path / "a-rather-long-name-of-a-proof-that-somebody-scanned-at-home.pdf"
    good.write_bytes(b"%PDF-1.7 canary")
    page.get_by_label("Your message").fill("Here is my proof.")
    page.get_by_label("Files (optional)").set_input_files(bad)
    page.get_by_role("button", name="Send message").click()
    page.get_by_role("alert").get_by_text("cannot be sent").click()
    assert page.get_by_label("Your message").input_value() == "Here is my proof."
    page.get_by_label("Files (optional)").set_input_files(good)
    page.get_by_role("button", name="Send message").click()
    assert page.get_by_role("status").inner_text() == "Your message has been sent."
    with page.expect_download() as fetched:
        page.get_by_role("link", name=good.name).click()
    assert fetched.value.suggested_filename == good.name
    assert fetched.value.path().read_bytes() == b"%PDF-1.7 canary"
    page.get_by_role("link", name=f"Request {case.reference}").click()
    page.get_by_role("link", name="Not satisfied? Ask for a second look").click()
    assert page.get_by_label("Get a copy of my data (Done)").is_checked()
    page.get_by_label("What is wrong?").fill("Something is missing.")
    page.get_by_role("button", name="Send my complaint").click()
    page.get_by_text("We have received your complaint. A letter confirms it.").wait_for()
    assert page.get_by_text("Being looked at").count() == 1


@in_each_look
def test_neither_a_thread_nor_its_errors_have_a_barrier(site, cast, opened, look):
    case = faces.file(cast.alice, "access", CLAIMS)
    faces.work()
    desk = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("handler"))
    waiting = case.requests.get(right="restriction")
    pausing.ask(waiting, kind="clarification", question="Which claim?", actor=desk)
    me = Actor(kind=ActorKind.REQUESTER, user=cast.alice.user)
    sent = [File(name="n" * 110 + ".txt", content=b"canary")]
    complaints.file(case, text="No.", actor=me, request=case.requests.get(right="access"))
    page = opened(**look, bypass_csp=True)
    log_in(page, site, cast.alice)
    at = f"{site}/privacy/requests/{case.reference}/"
    page.goto(at)
    assert_good(page)
    page.goto(f"{at}messages/")
    assert page.get_by_text("Please answer by").count() == 1
    assert_good(page)
    messages.reply(case, text="w" * 300, actor=me, attached=sent)
    for rest, send in (("messages/", "Send message"), ("complain/", "Send my complaint")):
        page.goto(at + rest)
        assert_good(page)
        page.get_by_role("button", name=send).click()
        assert_good(page)
        page.get_by_role("alert").get_by_role("link").last.click()
        assert page.evaluate("document.activeElement.name") == "text"


def test_progress_moves_on_the_page_while_work_goes_on(site, cast, opened):
    """The page says that the request is carried out, then that it is done, without being touched."""
    case = faces.file(cast.alice, "access")
    page = opened()
    log_in(page, site, cast.alice)
    page.goto(f"{site}/privacy/requests/{case.reference}/")
    status = page.get_by_role("status")
    assert status.inner_text() == "Granted, about to start"
    Request.objects.filter(case=case).update(state="executing")
    page.get_by_text("steps done").wait_for(timeout=15_000)
    assert status.inner_text() == "Being carried out"
    Request.objects.filter(case=case).update(state="approved")
    faces.work()
    page.get_by_role("link", name="Download your copy").wait_for(timeout=15_000)
    assert status.inner_text() == "Done"


def test_the_keyboard_alone_suffices(site, cast, opened):
    page = opened()
    log_in(page, site, cast.alice)
    page.goto(f"{site}/privacy/ask/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "rights"
    page.keyboard.press("Space")
    _tab_to(page, "Continue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/**")
    _tab_to(page, "Send my request")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/**")
    assert Case.objects.get().requests.get().right == "access"


def _tab_to(page: Any, text: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == text:
            return
    pytest.fail(f"no way by keyboard to {text}")
