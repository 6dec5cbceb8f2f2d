"""A reviewer reads what a copy will say, marks what is left out, and a second person looks, by forms alone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dsar.cases.states import State
from dsar.engine import execution
from dsar.ledger import log
from tests.engine.archives import everything, opened
from tests.testapp.models import Loan, Member, Message

STATEMENTS = 11
FIRST, WORDS = "Ring twice,", "Zoë of <b>flat 4</b>"


@pytest.fixture
def under_review(settings, cast, ask):
    """Alice's request for a copy, which staff decide; in it a message that names a neighbour."""
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "two_people"}}
    Message.objects.create(
        sender_id=cast.bob.pk, recipient_id=cast.alice.pk, text=f"{FIRST}\n{WORDS} has a key."
    )
    return ask(cast.alice, "access").requests.get()


def pages(request):
    """The addresses of the list, of the message's form, and of the second look."""
    message = Message.objects.get(text__contains=WORDS)
    where = {"label": "testapp.Message", "row": message.pk, "field": "text"}
    kind = urlencode({"kind": "testapp.Message"})
    return (
        f"{reverse('admin:dsar_request_texts', args=[request.pk])}?{kind}",
        f"{reverse('admin:dsar_request_mark', args=[request.pk])}?{urlencode(where)}",
        reverse("admin:dsar_request_seen", args=[request.pk]),
    )


def test_what_one_marks_and_another_sees_is_missing_from_the_copy(
    under_review, at_desk, dora, otto
):
    """From the texts to the package (R64), in Singapore with the affirmation that it is not the requester's (R65)."""
    rita, (texts, form, look) = at_desk("reviewer", "rita"), pages(under_review)
    listed = rita.get(texts).content.decode()
    assert "&lt;b&gt;flat 4&lt;/b&gt;" in listed
    assert "Friend Nobody" not in listed
    said = {"words": f"{FIRST}\r\n{WORDS}", "ground_SG": "reveals_other_person", "reason": "Hers."}
    asked = rita.get(form).content.decode()
    assert "PDPA s 21(3A)" in asked
    assert "under the law of SG" in rita.post(form, said).content.decode()
    assert "stand in this text" in rita.post(form, said | {"words": "Yan"}).content.decode()
    assert not under_review.redactions.exists()
    assert rita.post(form, said | {"not_own": "on"}).status_code == 302
    assert f"</span>{FIRST}\n{WORDS[:3]}" in rita.get(texts).content.decode()
    mark = under_review.redactions.get()
    shown = {"kind": "testapp.Message", "mark": [str(mark.pk), "x"]}
    assert "Marks: 0" in rita.post(look, shown, follow=True).content.decode()
    assert "Marks: 0" in otto.post(look, {"kind": shown["kind"]}, follow=True).content.decode()
    listed = otto.get(texts).content.decode()
    assert f'name="mark" value="{mark.pk}"' in listed
    otto.post(look, shown)
    assert under_review.redactions.get().seen_by.get_username() == "otto@example.com"
    page = reverse("admin:dsar_request_act", args=[under_review.pk, "decide"])
    digest = dora.get(page).context["digest"]
    dora.post(page, {"verdict": "granted_in_part", "shown": digest})
    otto.post(reverse("admin:dsar_request_act", args=[under_review.pk, "approve"]))
    execution.run(under_review.pk)
    under_review.refresh_from_db()
    assert under_review.state == State.CLOSED
    copy = everything(opened(under_review))
    assert "[redacted: reveals_other_person] has a key." in copy
    assert "flat 4" not in copy
    tags = [one.tag for one in log.entries(under_review.pk)]
    assert tags.count("texts.viewed") == 5
    assert "flat 4" not in "".join(one.canonical for one in log.entries(under_review.pk))


def test_a_mark_is_taken_back_and_a_guessed_one_is_not_found(under_review, dora):
    texts, form, _ = pages(under_review)
    dora.post(form, {"start": "1", "end": "5", "ground_SG": "legal_privilege"})
    mark = under_review.redactions.get()
    assert (mark.start, mark.end) == (0, 5)
    unmark = reverse("admin:dsar_request_unmark", args=[under_review.pk, mark.pk])
    assert dora.post(unmark, {"kind": "testapp.Message"})["Location"] == texts
    assert dora.post(unmark).status_code == 404
    for guessed in ("kind=testapp.Payment", "kind=no.Such", "kind=testapp.Message&after=x"):
        assert dora.get(f"{texts.partition('?')[0]}?{guessed}").status_code == 404
    for guessed in ("label=testapp.Message&row=0&field=text", "row=x", "label=auth.User&row=1"):
        assert dora.get(f"{form.partition('?')[0]}?{guessed}").status_code == 404


def test_a_file_is_replaced_by_a_redacted_one_that_a_second_person_fetches(
    cast, under_review, dora, otto
):
    """By forms alone (R64); what somebody sent is handed out to be kept, and never as a page of ours."""
    member = Member.objects.get(user_id=cast.alice.pk)
    where = {"label": "testapp.Member", "row": member.pk, "field": "portrait"}
    kind, query = urlencode({"kind": "testapp.Member"}), urlencode(where)
    files, form, fetch = (
        reverse(f"admin:dsar_request_{name}", args=[under_review.pk])
        for name in ("files", "leave_file", "file")
    )
    assert "Leave out or replace" in dora.get(f"{files}?{kind}").content.decode()
    stored = dora.get(f"{fetch}?{query}")
    assert b"".join(stored.streaming_content) == cast.alice.canary("portrait").encode()
    assert stored["Content-Disposition"].startswith("attachment")
    assert stored["Content-Type"] == "application/octet-stream"
    assert "sandbox" in stored["Content-Security-Policy"]
    page = SimpleUploadedFile("a.png", b"<script>\x00</script>", content_type="image/png")
    said = {"ground_SG": "legal_privilege"}
    refused = dora.post(f"{form}?{query}", said | {"instead": page})
    assert "portrait" in refused.content.decode()
    assert "first character" not in refused.content.decode()
    assert "This file cannot be sent" in refused.content.decode()
    assert not under_review.redactions.exists()
    picture = SimpleUploadedFile("a.html", b"%PDF-1.7 blacked out", content_type="text/html")
    assert (
        dora.post(f"{form}?{query}", said | {"instead": picture})["Location"] == f"{files}?{kind}"
    )
    mark = under_review.redactions.get()
    instead = reverse("admin:dsar_request_replacement", args=[under_review.pk, mark.pk])
    assert instead in otto.get(f"{files}?{kind}").content.decode()
    handed = otto.get(instead)
    assert handed.content == b"%PDF-1.7 blacked out"
    assert handed["Content-Disposition"] == 'attachment; filename="redacted.pdf"'
    assert handed["X-Content-Type-Options"] == "nosniff"
    for guessed in ("label=testapp.Member&row=0&field=portrait", "label=x", f"{query}x"):
        assert dora.get(f"{fetch}?{guessed}").status_code == 404
        assert dora.get(f"{form}?{guessed}").status_code == 404
    assert dora.get(f"{files}?kind=testapp.Message").status_code == 404
    unmark = reverse("admin:dsar_request_unmark", args=[under_review.pk, mark.pk])
    back = dora.post(unmark, {"kind": "testapp.Member", "of": "files"})
    assert back["Location"] == f"{files}?{kind}"
    assert otto.get(instead).status_code == 404


def test_outside_review_no_text_is_shown(under_review, at_desk, dora):
    """Nor to whoever only handles requests."""
    texts, form, look = pages(under_review)
    assert at_desk("handler").get(texts).status_code == 403
    type(under_review).objects.filter(pk=under_review.pk).update(state=State.AWAITING_REQUESTER)
    for address in (texts, form):
        assert "flat 4" not in dora.get(address, follow=True).content.decode()
    assert "under review" in dora.post(look, follow=True).content.decode()


def test_the_page_takes_the_same_statements_however_many_texts(
    cast, under_review, dora, django_assert_num_queries
):
    texts, form, _ = pages(under_review)
    dora.post(form, {"start": "1", "end": "5", "ground_SG": "legal_privilege"})
    dora.get(texts)
    with django_assert_num_queries(STATEMENTS):
        assert not dora.get(texts).context["more"]
    Message.objects.bulk_create(
        Message(sender_id=cast.bob.pk, recipient_id=cast.alice.pk, text=f"number {n}")
        for n in range(60)
    )
    with django_assert_num_queries(STATEMENTS):
        found = dora.get(texts)
    assert "number 40" in dora.get(f"{texts}&{found.context['more']}").content.decode()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(540)
def test_the_pages_have_no_barrier(cast, under_review, dora, otto, clean):
    texts, form, _ = pages(under_review)
    dora.post(form, {"start": "1", "end": "5", "ground_SG": "legal_privilege"})
    clean(otto, texts, says="Leave a passage out")
    clean(otto, form, says="Exact words")
    files = reverse("admin:dsar_request_files", args=[under_review.pk])
    clean(otto, files, says="Leave out or replace")
    row = Loan.objects.filter(borrower_id=cast.alice.pk).latest("pk").pk
    where = urlencode({"label": "testapp.Loan", "row": row, "field": "slip"})
    clean(otto, f"{files}leave/?{where}", says="Redacted file")
