"""A person has their copy sent to another service: chosen among those approved, confirmed by a code, and followed."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsar.cases.models import Request
from dsar.cases.sending_models import Sending
from dsar.duties import sending
from dsar.packages import vault
from dsar.packages.models import Package
from dsar.registers import destinations
from tests import entering, faces, webhooks
from tests import sending as made

ASK = "/privacy/ask/"
PORTABILITY = f"{ASK}portability/"


@pytest.fixture
def service(cast, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        made.approved(found.url, by=cast.carol.user)
        yield found


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def address(request, *more):
    return "/".join(["/privacy/requests", request.case.reference, str(request.pk), *more, ""])


def page_of(client, request):
    return text(client.get(f"/privacy/requests/{request.case.reference}/"))


def test_a_person_chooses_confirms_and_sees_where_it_went(alice, cast, service):
    alice.post(ASK, {"rights": ["portability"]})
    asked = text(alice.get(PORTABILITY))
    assert "Yes, to The Other (hooks.example)" in asked
    assert "No, only give me the file" in asked
    checked = alice.post(PORTABILITY, {"send_to": "other"}, follow=True)
    assert "Also to The Other (hooks.example), once you have confirmed it" in text(checked)
    alice.post(f"{ASK}check/", {"residence": ""})
    request = Request.objects.get()
    assert request.scope == {"send_to": "other"}
    faces.work()
    assert "We wait for you to confirm that." in page_of(alice, request)
    shown = text(alice.get(address(request, "send")))
    assert "The Other (hooks.example)" in shown
    assert "ZIP" in shown or ".zip" in shown
    asked_for = alice.post(address(request, "send", "code"), follow=True)
    assert "A code is on its way" in text(asked_for)
    code = made.mailed_code(request)
    done = alice.post(address(request, "send"), {"code": f" {code[:4]} {code[4:]}"}, follow=True)
    assert "We are sending your copy." in text(done)
    assert "We are sending it." in page_of(alice, request)
    assert service.arrived == []
    assert sending.send(str(made.of(request).pk))
    assert len(service.arrived) == 1
    page = page_of(alice, request)
    assert "We sent it to The Other (hooks.example), and they told us that they have it." in page
    assert "We sent your copy to the other service." in page
    assert "Download your copy" in page
    assert "Your data and the other service" in page
    assert "The Other" in text(alice.get("/privacy/held/"))
    again = alice.get(address(request, "send"), follow=True)
    assert "Nothing waits to be sent any more." in text(again)


def test_a_wrong_code_is_said_beside_the_field_and_nothing_goes(alice, cast, service):
    request = made.waiting(cast.alice)
    for wrong in ("00000000", "", "abc"):
        answer = alice.post(address(request, "send"), {"code": wrong})
        assert answer.status_code == 200
        assert 'class="errorlist"' in text(answer)
    assert made.of(request).state == Sending.State.WAITING
    assert not sending.send(str(made.of(request).pk))
    assert service.arrived == []


def test_an_old_log_in_is_asked_for_the_password_first(cast, service):
    request = made.waiting(cast.alice)
    code = made.code_for(request, cast.alice)
    client = entering.browsing(cast.alice, ago=24 * 3600)
    for answer in (
        client.get(address(request, "send")),
        client.post(address(request, "send"), {"code": code}),
    ):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert made.of(request).state == Sending.State.WAITING


def test_anothers_copy_does_not_exist(bob, cast, service):
    request = made.waiting(cast.alice)
    code = made.code_for(request, cast.alice)
    mail.outbox.clear()
    assert bob.get(address(request, "send")).status_code == 404
    assert bob.post(address(request, "send"), {"code": code}).status_code == 404
    assert bob.post(address(request, "send", "code")).status_code == 404
    assert made.of(request).state == Sending.State.WAITING


def test_by_link_and_code_a_copy_is_let_go_too(cast, service):
    request = made.waiting(cast.alice)
    client = entering.by_link(request.case)
    place = f"/privacy/answer/{request.pk}/send/"
    assert place in text(client.get("/privacy/answer/"))
    assert "The Other (hooks.example)" in text(client.get(place))
    assert client.post(f"{place}code/")["Location"] == place
    code = made.mailed_code(request)
    assert client.post(place, {"code": code})["Location"] == "/privacy/answer/"
    assert sending.send(str(made.of(request).pk))
    assert "they told us that they have it" in text(client.get("/privacy/answer/"))


def test_what_cannot_go_is_told_plainly_and_the_file_offered(alice, cast, service):
    request = made.confirmed(cast.alice)
    destinations.withdraw(destinations.standing().get(), by=cast.carol.user)
    sending.send(str(made.of(request).pk))
    page = page_of(alice, request)
    assert "is not among those we send to any more" in page
    assert "You can download the copy and take it there yourself." in page
    assert "Download your copy" in page
    other = made.waiting(cast.alice, to="unlisted")
    assert "is not among those we send to, so we sent nothing" in page_of(alice, other)


def test_what_is_chosen_in_the_address_bar_is_not_believed(alice, cast, service):
    alice.post(ASK, {"rights": ["portability"]})
    answer = alice.post(PORTABILITY, {"send_to": "nobody"})
    assert answer.status_code == 200
    assert 'class="errorlist"' in text(answer)


def test_a_copy_that_has_ended_cannot_be_confirmed(alice, cast, service):
    request = made.waiting(cast.alice)
    vault.revoke(Package.objects.get(request_reference=request.pk), by="test")
    answer = alice.get(address(request, "send"), follow=True)
    assert "Nothing waits to be sent any more." in text(answer)
    assert "Confirm that it goes there" not in text(answer)


def test_the_pages_are_read_in_chinese(alice, cast, service):
    request = made.waiting(cast.alice)
    alice.cookies["django_language"] = "zh-hans"
    page = text(alice.get(address(request, "send")))
    assert "将我的副本发送至另一服务" in page
    assert "发送至" in page_of(alice, request)


def test_a_page_asks_the_database_little(alice, cast, service):
    request = made.waiting(cast.alice)
    for place in (address(request, "send"), f"/privacy/requests/{request.case.reference}/"):
        with CaptureQueriesContext(connection) as asked:
            alice.get(place)
        assert len(asked) <= 10, place
