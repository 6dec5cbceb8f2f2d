"""A portable copy goes to the service that its person confirmed: whole, once, and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.utils import timezone

from dsar import tasks
from dsar.cases import freezing, letters, sendings
from dsar.cases.intake import IntakeError
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Letter
from dsar.cases.sending_models import Sending
from dsar.cases.sendings import CodeError, NothingWaitsError
from dsar.dispatch import patience, posting
from dsar.dispatch.models import Wake
from dsar.duties import sending
from dsar.ledger.models import Entry
from dsar.packages import vault
from dsar.packages.models import Package
from dsar.registers import destinations
from dsar.registers.models import Disclosure
from tests import faces, incidents, webhooks
from tests import sending as made

State, Reason = Sending.State, Sending.Reason


@pytest.fixture(autouse=True)
def _settled(settings, tmp_path):
    faces.settle(settings, tmp_path)


@pytest.fixture
def cast(transactional_db):
    return faces.plain_cast()


@pytest.fixture
def server(cast, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        made.approved(found.url, by=cast.carol.user)
        yield found


def _package(request):
    return Package.objects.get(request_reference=request.pk)


def _send(request):
    return sending.send(str(made.of(request).pk))


def _later(request):
    Sending.objects.filter(request=request).update(next_try_at=timezone.now())


def _told(request):
    """What the letter after the sending says."""
    return letters.read(Letter.objects.get(request=request, kind="sent_on"))


def _entry(tag):
    return json.loads(Entry.objects.get(tag=tag).canonical)["detail"]


def _ended(request, reason):
    """Whether it was not sent for this reason, which stands recorded and told, and the file is offered."""
    found = made.of(request)
    assert (found.state, found.reason) == (State.NOT_SENT, reason)
    assert _entry("sending.not_sent")["reason"] == reason
    assert not Disclosure.objects.exists()
    assert _told(request)["package"]["file"] == _package(request).filename
    assert b"".join(vault.open_(_package(request)))[:2] == b"PK"
    return True


def test_the_confirmed_copy_arrives_whole_and_the_house_can_tell_where_it_went(cast, server):
    request = made.confirmed(cast.alice)
    assert server.arrived == []
    tasks.send_copy(str(made.of(request).pk))
    tasks.send_copy(str(made.of(request).pk))
    ((path, headers, body),) = server.arrived
    package = _package(request)
    assert path == "/hook"
    assert body == b"".join(vault.open_(package))
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert cast.alice.canary("nickname") in archive.read("data.json").decode()
    digest = hashlib.sha256(body).hexdigest()
    assert headers["Idempotency-Key"] == str(made.of(request).pk)
    said = base64.b64encode(bytes.fromhex(digest)).decode()
    assert headers["Content-Digest"] == f"sha-256=:{said}:"
    found = made.of(request)
    assert (found.state, found.status, found.digest) == (State.SENT, 200, digest)
    detail = _entry("sending.sent")
    assert (detail["status"], detail["digest"]) == (200, digest)
    assert detail["destination"] == found.destination_id
    disclosure = Disclosure.objects.get()
    assert (disclosure.subject_id, disclosure.recipient) == (cast.alice.pk, "The Other")
    assert disclosure.categories == found.categories
    assert disclosure.categories
    told = _told(request)
    assert "The Other (hooks.example)" in told["sent_on"]
    assert told["package"]["file"] == package.filename


def test_nothing_about_the_person_stands_in_ledger_or_mail(cast, server):
    request = made.confirmed(cast.alice)
    (code_mail,) = mail.outbox
    assert cast.alice.email not in f"{code_mail.subject}{code_mail.body}"
    assert "The Other" not in f"{code_mail.subject}{code_mail.body}"
    assert _send(request)
    ledger = "".join(Entry.objects.values_list("canonical", flat=True))
    for secret in (cast.alice.email, cast.alice.canary("nickname"), server.url):
        assert secret not in ledger


def test_before_it_is_confirmed_nothing_leaves(cast, server):
    request = made.waiting(cast.alice)
    said = letters.read(Letter.objects.get(request=request, kind="answer"))
    assert "The Other (hooks.example)" in said["sent_on"]
    assert said["package"]["file"] == _package(request).filename
    assert not _send(request)
    assert sending.sweep() == 1
    assert (made.of(request).state, server.arrived) == (State.WAITING, [])


def test_a_code_that_is_wrong_old_or_was_used_lets_nothing_go(cast, server):
    request, alice = made.waiting(cast.alice), made.requester(cast.alice)
    with pytest.raises(CodeError):
        sendings.confirm(request, code="", actor=alice)
    code = made.code_for(request, cast.alice)
    other = "00000000" if code != "00000000" else "11111111"
    with pytest.raises(CodeError):
        sendings.confirm(request, code=other, actor=alice)
    Sending.objects.update(code_expires_at=timezone.now())
    with pytest.raises(CodeError):
        sendings.confirm(request, code=code, actor=alice)
    newer = made.code_for(request, cast.alice)
    with pytest.raises(CodeError):
        sendings.confirm(request, code=code if code != newer else other, actor=alice)
    sendings.confirm(request, code=newer, actor=alice)
    with pytest.raises(NothingWaitsError):
        sendings.confirm(request, code=newer, actor=alice)


def test_five_wrong_codes_make_the_right_one_worthless(cast, server):
    request, alice = made.waiting(cast.alice), made.requester(cast.alice)
    code = made.code_for(request, cast.alice)
    other = "00000000" if code != "00000000" else "11111111"
    for guess in [*[other] * 5, code]:
        with pytest.raises(CodeError):
            sendings.confirm(request, code=guess, actor=alice)
    sendings.confirm(request, code=made.code_for(request, cast.alice), actor=alice)
    assert made.of(request).state == State.CONFIRMED


def test_nobody_else_lets_it_go(cast, server):
    request = made.waiting(cast.alice)
    code = made.code_for(request, cast.alice)
    for actor in (made.requester(cast.bob), incidents.staff("officer", "dora")):
        with pytest.raises(NotPermittedError):
            sendings.confirm(request, code=code, actor=actor)
        with pytest.raises(NotPermittedError):
            sendings.ask_for_code(request, actor=actor)
    assert made.of(request).state == State.WAITING


@pytest.mark.parametrize("wanted", ["nobody", "test_bank", ["other"], "", None, 7])
def test_what_no_officer_approved_cannot_be_chosen(cast, server, wanted):
    with pytest.raises(IntakeError) as raised:
        made.filed(cast.alice, to=wanted)
    assert "other" in raised.value.errors["0.scope.send_to"]
    assert not Case.objects.exists()


def test_a_wish_for_a_service_that_is_not_listed_is_recorded_and_the_file_is_given(cast, server):
    request = made.waiting(cast.alice, to="unlisted")
    found = made.of(request)
    assert (found.state, found.reason) == (State.NOT_SENT, Reason.UNLISTED)
    assert _entry("sending.not_sent")["reason"] == Reason.UNLISTED
    said = letters.read(Letter.objects.get(request=request, kind="answer"))
    assert "not among those" in said["sent_on"]
    assert said["package"]["file"] == _package(request).filename
    with pytest.raises(NothingWaitsError):
        sendings.ask_for_code(request, actor=made.requester(cast.alice))


def test_a_service_that_is_withdrawn_before_the_answer_gets_nothing(cast, server):
    request = made.filed(cast.alice)
    destinations.withdraw(destinations.standing().get(), by=cast.carol.user)
    faces.work()
    assert made.of(request).reason == Reason.WITHDRAWN
    said = letters.read(Letter.objects.get(request=request, kind="answer"))
    assert "any more" in said["sent_on"]


def test_a_service_that_is_withdrawn_after_the_code_gets_nothing(cast, server):
    request = made.confirmed(cast.alice)
    destinations.withdraw(destinations.standing().get(), by=cast.carol.user)
    # What is approved under the same code now is not what the person confirmed.
    made.approved("https://elsewhere.example/", by=cast.carol.user)
    assert not _send(request)
    assert _ended(request, Reason.WITHDRAWN)
    assert server.arrived == []


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_not_now_is_tried_again_ever_later_under_the_same_number(cast, server, status):
    request = made.confirmed(cast.alice)
    server.answer = webhooks.answering(status)
    assert not _send(request)
    first = made.of(request)
    assert (first.state, first.failure) == (State.CONFIRMED, f"status {status}")
    assert not _send(request)
    assert len(server.arrived) == 1, "Its time has not come."
    _later(request)
    assert not _send(request)
    then = made.of(request).next_try_at
    assert then is not None
    assert then - timezone.now() > timedelta(minutes=8)
    assert Wake.objects.filter(task=sendings.SEND, due_at__gt=timezone.now()).exists()
    server.answer = webhooks.answering(201)
    _later(request)
    assert _send(request)
    assert len(server.arrived) == 3
    assert len({headers["Idempotency-Key"] for _, headers, _ in server.arrived}) == 1
    assert len({body for _, _, body in server.arrived}) == 1


def test_without_an_answer_it_is_tried_again_under_the_same_number(cast, server):
    request = made.confirmed(cast.alice)
    server.answer = webhooks.silent
    assert not _send(request)
    _later(request)
    server.answer = webhooks.answering(200)
    assert _send(request)
    assert len({headers["Idempotency-Key"] for _, headers, _ in server.arrived}) == 1
    assert Letter.objects.filter(request=request, kind="sent_on").count() == 1


def test_who_never_takes_it_is_given_up_and_the_person_told(cast, server):
    request = made.confirmed(cast.alice)
    server.answer = webhooks.answering(500)
    for _ in range(patience.MOST_ATTEMPTS + 2):
        _send(request)
        _later(request)
    assert len(server.arrived) == patience.MOST_ATTEMPTS
    assert _ended(request, Reason.UNREACHABLE)
    assert _entry("sending.not_sent")["status"] == 500


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (302, Reason.REFUSED),
        (307, Reason.REFUSED),
        (400, Reason.REFUSED),
        (403, Reason.REFUSED),
        (413, Reason.TOO_LARGE),
    ],
)
def test_a_no_is_a_no_and_leads_nowhere_else(cast, server, status, reason):
    request = made.confirmed(cast.alice)
    server.answer = webhooks.answering(status, Location=server.url + "/elsewhere")
    assert not _send(request)
    assert _ended(request, reason)
    assert [path for path, _, _ in server.arrived] == ["/hook"]
    assert _entry("sending.not_sent")["status"] == status


def test_a_private_address_gets_nothing_whatever_the_name_says(cast, server, monkeypatch):
    request = made.confirmed(cast.alice)
    monkeypatch.setattr(posting, "is_public", lambda _address: False)
    assert not _send(request)
    assert _ended(request, Reason.NO_PUBLIC_ADDRESS)
    assert server.arrived == []


def test_a_certificate_that_nobody_believes_gets_nothing(cast, server, monkeypatch):
    request = made.confirmed(cast.alice)
    monkeypatch.delenv("SSL_CERT_FILE")
    assert not _send(request)
    found = made.of(request)
    assert (found.state, found.failure) == (State.CONFIRMED, "SSLCertVerificationError")
    assert server.arrived == []


def test_a_copy_that_is_too_large_is_not_offered(cast, server, settings):
    settings.DSAR = settings.DSAR | {"SEND_MOST_BYTES": 10}
    request = made.confirmed(cast.alice)
    assert not _send(request)
    assert _ended(request, Reason.TOO_LARGE)
    assert server.arrived == []


def test_a_copy_that_was_taken_back_is_not_sent(cast, server):
    request = made.confirmed(cast.alice)
    vault.revoke(_package(request), by="test")
    assert not _send(request)
    found = made.of(request)
    assert (found.state, found.reason) == (State.NOT_SENT, Reason.COPY_GONE)
    assert "package" not in _told(request)
    assert server.arrived == []


def test_a_damaged_copy_does_not_leave(cast, server):
    request = made.confirmed(cast.alice)
    package = _package(request)
    path = Path(storages[vault.ALIAS].path(package.name))
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(bytes(content))
    assert not _send(request)
    assert made.of(request).reason == Reason.COPY_GONE
    assert server.arrived == []


def test_who_does_not_confirm_in_time_has_sent_nothing(cast, server):
    request = made.waiting(cast.alice)
    package = _package(request)
    code = made.code_for(request, cast.alice)
    Package.objects.update(expires_at=timezone.now())
    with pytest.raises(NothingWaitsError):
        sendings.confirm(request, code=code, actor=made.requester(cast.alice))
    vault.shred(package)
    sending.sweep()
    found = made.of(request)
    assert (found.state, found.reason) == (State.NOT_SENT, Reason.NOT_CONFIRMED)
    assert not Letter.objects.filter(request=request, kind="sent_on").exists()
    assert server.arrived == []


def test_of_a_case_that_stands_still_nothing_leaves(cast, server):
    request = made.confirmed(cast.alice)
    freezing.freeze(request.case)
    assert not _send(request)
    sending.sweep()
    assert (made.of(request).state, server.arrived) == (State.CONFIRMED, [])
    Case.objects.update(frozen_at=None)
    assert sending.sweep() == 1
    assert _send(request)
    assert len(server.arrived) == 1


def test_one_copy_of_one_person_goes_and_the_neighbours_stay(cast, server):
    request, other = made.confirmed(cast.alice), made.waiting(cast.bob)
    assert _send(request)
    assert len(server.arrived) == 1
    assert cast.bob.email.encode() not in server.arrived[0][2]
    assert made.of(other).state == State.WAITING
    assert not Disclosure.objects.filter(subject_id=cast.bob.pk).exists()
