"""What a person does over the API: file, follow, read, fetch, take back."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from django.utils import timezone
from knox.models import AuthToken

from dsar.cases.models import Letter, Request
from dsar.cases.recipient_models import RecipientTask
from dsar.engine import renewing
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag
from dsar.packages.models import Package
from tests import entering, faces
from tests import recipients as made


def test_a_person_files_two_rights_and_follows_them(alice, file):
    filed = file(alice, "access", "deletion")
    listed = alice.get("/api/v1/cases").json()["results"]
    case = alice.get(f"/api/v1/cases/{filed['reference']}").json()
    assert [one["reference"] for one in listed] == [filed["reference"]]
    assert {one["right"]: one["state"] for one in case["requests"]} == {
        "access": "approved",
        "deletion": "in_review",
    }
    for request in case["requests"]:
        assert request["due_at"]
        assert request["timeline"][0]["what"] == "We received your request."
        assert request["progress"]["all"] > 0
        assert request["progress"]["done"] == 0


def test_an_access_request_ends_in_a_package_that_opens(alice, file, worked):
    filed = file(alice, "access")
    worked()
    case = alice.get(f"/api/v1/cases/{filed['reference']}").json()
    (request,) = case["requests"]
    assert (request["state"], request["outcome"]) == ("closed", "fulfilled")
    assert request["progress"]["done"] == request["progress"]["all"]
    response = alice.get(f"/api/v1/cases/{filed['reference']}/requests/{request['id']}/package")
    archive = b"".join(response.streaming_content)
    assert response.status_code == 200
    assert len(archive) == request["package"]["bytes"]
    assert "index.html" in zipfile.ZipFile(io.BytesIO(archive)).namelist()


def test_a_broken_off_download_resumes_and_counts_once_complete(alice, file, worked):
    filed = file(alice, "access")
    worked()
    request = Request.objects.get()
    address = f"/api/v1/cases/{filed['reference']}/requests/{request.pk}/package"
    whole = b"".join(alice.get(address).streaming_content)
    first = alice.get(address, HTTP_RANGE="bytes=0-999")
    rest = alice.get(address, HTTP_RANGE="bytes=1000-")
    assert (first.status_code, rest.status_code) == (206, 206)
    parts = b"".join(first.streaming_content) + b"".join(rest.streaming_content)
    assert parts == whole
    assert "package.downloaded" in [entry.tag for entry in log.entries(request.pk)]


def test_an_old_token_fetches_nothing_until_the_password_is_given_again(alice, cast, file, worked):
    filed = file(alice, "access")
    worked()
    address = f"/api/v1/cases/{filed['reference']}/requests/{Request.objects.get().pk}/package"
    AuthToken.objects.update(created=timezone.now() - timedelta(hours=1))
    refused = alice.get(address)
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:problem:dsar:log_in_again"
    assert alice.get(f"/api/v1/cases/{filed['reference']}").status_code == 200


def test_filing_with_an_old_token_waits_for_a_fresh_one(alice, calling, cast, file):
    AuthToken.objects.update(created=timezone.now() - timedelta(hours=1))
    filed = file(alice, "access")
    assert filed["requests"][0]["state"] == "awaiting_verification"
    address = f"/api/v1/cases/{filed['reference']}/verify"
    assert alice.post(address).status_code == 403
    verified = calling(cast.alice.user).post(address)
    assert verified.status_code == 200, verified.content
    assert verified.json()["requests"][0]["state"] == "approved"


def test_a_marketing_objection_is_answered_when_the_filing_is(alice, file):
    filed = file(alice, {"right": "objection", "scope": {"objection": "marketing"}})
    assert filed["requests"][0]["outcome"] == "fulfilled"


def test_a_person_reads_their_letters_and_reading_is_noted(alice, file):
    filed = file(alice, "access")
    letter = Letter.objects.get(kind="receipt")
    read = alice.get(f"/api/v1/cases/{filed['reference']}/letters/{letter.pk}").json()
    assert filed["reference"] in read["text"]
    assert read["content"]["reference"] == filed["reference"]
    assert filed["reference"] in read["html"]


def test_a_letter_is_handed_out_as_a_file_and_that_is_noted(alice, file):
    filed = file(alice, "access")
    letter = Letter.objects.get(kind="receipt")
    got = alice.get(f"/api/v1/cases/{filed['reference']}/letters/{letter.pk}/pdf")
    assert got.status_code == 200
    assert (got["Content-Type"], got["Cache-Control"]) == ("application/pdf", "no-store")
    assert got.content.startswith(b"%PDF-")
    assert Entry.objects.filter(tag=Tag.LETTER_READ).count() == 1


def test_a_request_can_be_taken_back_until_it_is_carried_out(alice, file, worked):
    filed = file(alice, "deletion", "access")
    deletion = next(one for one in filed["requests"] if one["right"] == "deletion")
    address = f"/api/v1/cases/{filed['reference']}/requests/{{}}/withdraw"
    withdrawn = alice.post(address.format(deletion["id"]))
    assert withdrawn.status_code == 200, withdrawn.content
    assert withdrawn.json()["outcome"] == "withdrawn_by_requester"
    worked()
    access = next(one for one in filed["requests"] if one["right"] == "access")
    late = alice.post(address.format(access["id"]))
    assert late.status_code == 409
    assert late["Content-Type"] == "application/problem+json"


def test_a_case_lists_whom_we_told_and_never_whom_in_secret(alice, bob, cast):
    case = made.withdrawn(cast.alice)
    RecipientTask.objects.filter(recipient_code=made.PRINTER.code).update(
        state=RecipientTask.State.CONFIRMED, ended_at=timezone.now()
    )
    said = alice.get(f"/api/v1/cases/{case.reference}").json()
    told = {one["name"]: one for one in said["requests"][0]["recipients"]}
    assert told["Example Printer"]["state"] == "confirmed"
    assert told["Example Printer"]["told_at"]
    assert "Example Police" not in told
    assert bob.get(f"/api/v1/cases/{case.reference}").status_code == 404


def _package(alice, filed):
    (request,) = alice.get(f"/api/v1/cases/{filed['reference']}").json()["requests"]
    return request, f"/api/v1/cases/{filed['reference']}/requests/{request['id']}/package"


def test_a_package_fetched_as_often_as_it_may_be_is_made_anew_by_one_call(
    alice, bob, file, worked, settings
):
    settings.DSAR = settings.DSAR | {"PACKAGE_FETCHES": 1}
    filed = file(alice, "access")
    worked()
    request, address = _package(alice, filed)
    assert request["renewal"] is None
    assert b"".join(alice.get(address).streaming_content)
    refused = alice.get(address)
    assert refused.status_code == 410
    assert refused.json()["type"] == "urn:problem:dsar:fetched_out"
    assert bob.post(address).status_code == 404
    asked = alice.post(address)
    assert (asked.status_code, asked.json()["renewal"]) == (202, "under_way")
    assert renewing.make(Request.objects.get().pk)
    request, _ = _package(alice, filed)
    assert (request["renewal"], request["package"] is None) == (None, False)
    assert b"".join(alice.get(address).streaming_content)


def test_a_new_package_needs_a_fresh_token_and_says_where_there_can_be_none(alice, file, worked):
    filed = file(alice, "access")
    worked()
    Package.objects.update(state=Package.State.REVOKED)
    request, address = _package(alice, filed)
    assert request["renewal"] == "ask_anew"
    refused = alice.post(address)
    assert refused.status_code == 410
    assert refused.json()["type"] == "urn:problem:dsar:not_renewable"
    AuthToken.objects.update(created=timezone.now() - timedelta(hours=1))
    assert alice.post(address).json()["type"] == "urn:problem:dsar:log_in_again"
    assert Package.objects.count() == 1


def test_a_new_package_is_asked_for_by_link_and_code(cast, calling):
    case = faces.file(cast.alice, "access")
    faces.work()
    Package.objects.update(expires_at=timezone.now())
    address = f"/api/v1/answer/packages/{case.requests.get().pk}"
    asked = calling().post(address, headers=entering.headers_of(case))
    assert (asked.status_code, asked.json()["renewal"]) == (202, "under_way")
    assert calling().post(address).status_code == 400
