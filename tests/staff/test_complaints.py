"""Complaints at the desk: entered with their arrival, seen from the first page, answered by somebody else."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from dsar.cases import complaints, decisions, letters
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.complaint_models import Complaint
from dsar.cases.models import Decision, Letter
from dsar.ledger.models import Entry

LIST = "/admin/dsar/complaint/"
ANSWER = {"outcome": "overturned", "finding": "You were right.", "reasons": "One.\n\nTwo.\n"}


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_what_came_by_post_is_entered_with_its_arrival_and_found_from_the_first_page(cast, at_desk):
    handler, day = at_desk("handler"), timezone.localdate() - timedelta(days=10)
    said = {
        "channel": "post",
        "received_at_0": day.isoformat(),
        "received_at_1": "10:00:00",
        "contact": "7 Imaginary Road",
        "language": "en",
        "residence": "GB",
        "text": "You kept my canary.",
    }
    late = said | {"received_at_0": (day + timedelta(days=400)).isoformat()}
    assert "still to come" in handler.post(f"{LIST}enter/", late).content.decode()
    assert handler.post(f"{LIST}enter/", said).status_code == 302
    filed = Complaint.objects.select_related("case__key").get()
    assert timezone.localtime(filed.received_at).date() == day
    assert filed.answer_by - filed.received_at <= timedelta(days=60)
    assert (filed.acknowledge_by - filed.received_at).days == 30
    assert (filed.channel, filed.case.reply_channel) == ("post", "post")
    assert filed.case.regimes == ["GB", "SG"]
    assert letters.read(Letter.objects.get(kind="complaint_received"))["received_at"]

    assert "<strong>1</strong> Complaints to answer" in text(handler, "/admin/")
    assert filed.case.reference in text(handler, f"{LIST}?standing=open")
    assert filed.case.reference not in text(handler, f"{LIST}?standing=late")
    page = f"{LIST}{filed.pk}/change/"
    assert "You kept my canary." in text(handler, page)
    assert "canary" not in text(at_desk("auditor"), page)
    assert Entry.objects.filter(tag="complaint.viewed").count() == 2
    # An account's own complaint is found by its person.
    by_mail = said | {"channel": "email", "contact": cast.alice.email.upper()}
    handler.post(f"{LIST}enter/", by_mail)
    assert Complaint.objects.get(channel="email").case.subject_id == cast.alice.pk


def test_somebody_who_did_not_decide_takes_it_on_and_answers_it_once(cast, ask, dora, otto):
    request = ask(cast.alice, "deletion").requests.get()
    grounds = {"SG": "legal_obligation_retention"}
    by_dora = Actor(
        kind=ActorKind.STAFF, user=get_user_model().objects.get(email="dora@example.com")
    )
    decisions.decide(request, verdict=Decision.Verdict.REFUSED, actor=by_dora, grounds=grounds)
    mine = Actor(kind=ActorKind.REQUESTER, user=cast.alice.user)
    request.refresh_from_db()
    filed = complaints.file(request.case, text="No.", actor=mine, request=request)
    page = f"{LIST}{filed.pk}/change/"
    for way, given in (("take", {}), ("answer", ANSWER)):
        refused = dora.post(f"{LIST}{filed.pk}/{way}/", given, follow=True)
        assert "somebody else looks at it" in refused.content.decode()
    filed.refresh_from_db()
    assert (filed.assigned_to_id, filed.answered_at) == (None, None)

    otto.post(f"{LIST}{filed.pk}/take/")
    filed.refresh_from_db()
    assert filed.assigned_to is not None
    assert filed.assigned_to.get_username().startswith("otto")
    for shown in (page, LIST):
        assert filed.assigned_to.get_username() in text(dora, shown)
    assert "Take it on" not in text(otto, page)
    assert otto.post(f"{LIST}{filed.pk}/answer/", ANSWER)["Location"] == page
    filed.refresh_from_db()
    assert (filed.outcome, filed.answered_at is None) == ("overturned", False)
    assert filed.reopened is not None
    assert filed.reopened.state == "in_review"
    said = letters.read(Letter.objects.get(kind="complaint_outcome"))
    assert (said["finding"], said["reasons"]) == ("You were right.", ["One.", "Two."])
    again = otto.post(f"{LIST}{filed.pk}/answer/", ANSWER, follow=True)
    assert "Somebody else has answered it already." in again.content.decode()
