"""Asking for one's rights on the pages: one question each, nothing lost, filed once."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dsar.cases import messages
from dsar.cases.models import Case, Request
from dsar.cases.states import State
from dsar.engine import foresight
from dsar.processing import gate
from dsar.registers import consents, restrictions
from tests.portal.conftest import LONG_AGO
from tests.testapp.factories import PASSWORD
from tests.testapp.models import Member

ASK, CHECK = "/privacy/ask/", "/privacy/ask/check/"


def choose(client, *rights):
    return client.post(ASK, {"rights": rights}, follow=True)


def send(client):
    return client.post(CHECK, {"residence": ""}, follow=True)


def page(answer):
    return answer.content.decode()


def test_a_copy_is_asked_for_without_further_questions(alice):
    assert choose(alice, "access").redirect_chain[-1][0] == CHECK
    answer = send(alice)
    request = Request.objects.get()
    assert (request.right, request.scope) == ("access", {})
    assert request.case.channel == Case.Channel.PORTAL
    assert request.case.verified_at is not None
    assert request.case.reference in page(answer)


@pytest.mark.parametrize(
    ("right", "said", "scope"),
    [
        ("deletion", {"extent": "everything", "seen": "on"}, {}),
        (
            "deletion",
            {"extent": "some", "declarations": ["testapp.Visit"], "seen": "on"},
            {"declarations": ["testapp.Visit"]},
        ),
        ("restriction", {"ground": "claims"}, {"ground": "claims"}),
        ("portability", {"send_to": ""}, {}),
        ("portability", {"send_to": "unlisted"}, {"send_to": "unlisted"}),
    ],
)
def test_what_is_answered_is_what_is_asked(alice, right, said, scope):
    assert choose(alice, right).redirect_chain[-1][0] == f"{ASK}{right}/"
    alice.post(f"{ASK}{right}/", said)
    send(alice)
    request = Request.objects.get()
    assert (request.right, request.scope) == (right, scope)


def test_all_advertising_stops_with_the_last_click(alice, cast):
    consents.give(cast.alice.pk, "test_newsletter", wording="yes")
    assert gate.permitted(cast.alice.pk, "test_newsletter")
    choose(alice, "objection")
    alice.post(f"{ASK}objection/", {"objection": "marketing"})
    assert gate.permitted(cast.alice.pk, "test_newsletter")
    send(alice)
    assert not gate.permitted(cast.alice.pk, "test_newsletter")


def test_a_consent_is_withdrawn_by_name(alice, cast):
    consents.give(cast.alice.pk, "test_newsletter", wording="yes")
    choose(alice, "consent_withdrawal")
    alice.post(f"{ASK}consent_withdrawal/", {"purposes": ["test_newsletter"]})
    send(alice)
    assert not consents.is_open(cast.alice.pk, "test_newsletter")
    assert Request.objects.get().outcome == "fulfilled"


def test_a_correction_edits_the_real_field_and_shows_old_and_new(alice, cast):
    member = Member.objects.get(user=cast.alice.pk)
    choose(alice, "correction")
    name = f"testapp.Member/{member.pk}/nickname"
    shown = alice.get(f"{ASK}correction/")
    held = {one.html_name: one.value() for one in shown.context["form"]}
    assert held[name] == cast.alice.canary("nickname")
    checked = alice.post(f"{ASK}correction/", held | {name: "Alicia"}, follow=True)
    assert f"{cast.alice.canary('nickname')} → Alicia" in page(checked)
    send(alice)
    assert Request.objects.get().corrections.count() == 1


def test_files_that_show_what_is_right_come_with_the_filing_itself(alice, cast):
    """Only a correction takes them, and one that cannot be sent files nothing (R75)."""
    member = Member.objects.get(user=cast.alice.pk)
    choose(alice, "correction")
    held = {one.html_name: one.value() for one in alice.get(f"{ASK}correction/").context["form"]}
    name = f"testapp.Member/{member.pk}/nickname"
    alice.post(f"{ASK}correction/", held | {name: "Alicia"})
    assert "multipart/form-data" in page(alice.get(f"{ASK}check/"))
    wrong = SimpleUploadedFile("proof.exe", b"MZ\x90\x00")
    assert "cannot be sent" in page(alice.post(f"{ASK}check/", {"attached": wrong}))
    assert not Case.objects.exists()
    proof = SimpleUploadedFile("proof.pdf", b"%PDF-1.7 canary")
    alice.post(f"{ASK}check/", {"attached": proof})
    case = Case.objects.select_related("key").get()
    assert case.requests.get().state == State.IN_REVIEW
    (sent,) = messages.of(case)
    (kept,) = sent["attachments"]
    assert messages.attachment(case, kept["id"]) == (
        "proof.pdf",
        "application/pdf",
        b"%PDF-1.7 canary",
    )
    choose(alice, "access")
    assert "attached" not in alice.get(f"{ASK}check/").context["form"].fields


def test_the_form_of_corrections_limits_the_use_meanwhile_unless_one_says_no(alice, cast):
    """The box is ticked already."""
    member = Member.objects.get(user=cast.alice.pk)
    choose(alice, "correction")
    form = alice.get(f"{ASK}correction/").context["form"]
    held = {one.html_name: one.value() for one in form} | {
        f"testapp.Member/{member.pk}/nickname": "Alicia"
    }
    assert held["meanwhile"] is True
    without = {name: value for name, value in held.items() if name != "meanwhile"}
    no = alice.post(f"{ASK}correction/", without, follow=True)
    assert "limited meanwhile" not in page(no)
    yes = alice.post(f"{ASK}correction/", held, follow=True)
    assert "Use of my data limited meanwhile" in page(yes)
    send(alice)
    assert Request.objects.get().scope == {"restrict_meanwhile": True}
    assert restrictions.open_for(cast.alice.pk).exists()


def test_a_correction_that_changes_nothing_or_breaks_the_fields_rules_says_so(alice, cast):
    member = Member.objects.get(user=cast.alice.pk)
    name = f"testapp.Member/{member.pk}/nickname"
    choose(alice, "correction")
    held = {one.html_name: one.value() for one in alice.get(f"{ASK}correction/").context["form"]}
    assert "Change at least one value" in page(alice.post(f"{ASK}correction/", held))
    wrong = alice.post(f"{ASK}correction/", held | {name: "x" * 5_000})
    assert wrong.context["form"].errors[name]
    assert "There is a problem" in page(wrong)
    assert not Case.objects.exists()


def test_a_deletion_shows_every_kind_with_what_happens_before_it_can_be_asked(alice, cast):
    choose(alice, "deletion")
    shown = page(alice.get(f"{ASK}deletion/"))
    for one in foresight.deletion_of(cast.alice.pk):
        assert one["title"].capitalize()[:20] in shown
    unseen = alice.post(f"{ASK}deletion/", {"extent": "everything"})
    assert unseen.context["form"].errors["seen"]


def test_choosing_nothing_says_what_to_do(alice):
    answer = alice.post(ASK, {})
    assert "Choose at least one thing" in page(answer)
    assert "<title>Error:" in page(answer).replace("\n", "")


def test_an_old_log_in_keeps_the_answers_and_asks_for_the_password(cast, browsing):
    client = browsing(cast.alice, ago=LONG_AGO)
    choose(client, "restriction")
    client.post(f"{ASK}restriction/", {"ground": "claims"})
    asked = client.post(CHECK, {"residence": "DE"})
    assert asked.status_code == 302
    assert asked.url.startswith("/accounts/reauthenticate/")
    assert not Case.objects.exists()
    back = client.post(asked.url, {"password": PASSWORD, "next": CHECK}, follow=True)
    assert back.redirect_chain[-1][0] == CHECK
    assert 'value="DE" selected' in page(back)
    client.post(CHECK, {"residence": "DE"})
    case = Case.objects.get()
    assert case.requests.get().scope == {"ground": "claims"}
    assert "EU" in case.regimes


def test_a_second_click_files_nothing_more(alice):
    choose(alice, "access")
    # The second click left before the first one's answer came back: same session, same draft.
    kept = dict(alice.session["dsar_draft"])
    first = send(alice)
    session = alice.session
    session["dsar_draft"] = kept
    session.save()
    second = send(alice)
    assert Case.objects.count() == 1
    assert second.redirect_chain[-1][0] == first.redirect_chain[-1][0]


def test_several_rights_make_one_case(alice):
    choose(alice, "access", "portability", "restriction")
    alice.post(f"{ASK}portability/", {"send_to": ""})
    alice.post(f"{ASK}restriction/", {"ground": "claims"})
    send(alice)
    rights = Case.objects.get().requests.values_list("right", flat=True)
    assert sorted(rights) == ["access", "portability", "restriction"]


def test_steps_out_of_order_lead_back_to_the_question(alice):
    assert alice.get(CHECK).url == ASK
    assert alice.get(f"{ASK}deletion/").url == ASK
    assert alice.get(f"{ASK}nonsense/").url == ASK
    choose(alice, "deletion")
    assert alice.post(CHECK, {}).url == f"{ASK}deletion/"


def test_who_has_no_account_is_told_the_ways_there_are(client, transactional_db):
    shown = page(client.get(ASK))
    assert "privacy@example.com" in shown
    assert "/accounts/login/" in shown
