"""Who may call what: every address, every kind of caller."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.urls import get_resolver

from dsar.cases.models import Letter, Request

PERSON = {
    "cases": "GET /api/v1/cases",
    "case": "GET /api/v1/cases/{reference}",
    "mailbox_unreachable": "POST /api/v1/cases/{reference}/mailbox",
    "verify": "POST /api/v1/cases/{reference}/verify",
    "letter": "GET /api/v1/cases/{reference}/letters/{letter}",
    "letter_pdf": "GET /api/v1/cases/{reference}/letters/{letter}/pdf",
    "withdraw": "POST /api/v1/cases/{reference}/requests/{request}/withdraw",
    "fee": "POST /api/v1/cases/{reference}/requests/{request}/fee",
    "package": "GET /api/v1/cases/{reference}/requests/{request}/package",
    "sending": "POST /api/v1/cases/{reference}/requests/{request}/sending",
    "sending_code": "POST /api/v1/cases/{reference}/requests/{request}/sending/code",
    "messages": "GET /api/v1/cases/{reference}/messages",
    "attachment": "GET /api/v1/cases/{reference}/attachments/{letter}",
    "complaints": "GET /api/v1/cases/{reference}/complaints",
    "holdings": "GET /api/v1/holdings",
    "annotations": "GET /api/v1/annotations",
    "annotation": "PUT /api/v1/annotations/{letter}",
    "preview_deletion": "GET /api/v1/preview/deletion",
    "destinations": "GET /api/v1/destinations",
    "purposes": "GET /api/v1/purposes",
    "consents": "POST /api/v1/consents",
    "consent": "GET /api/v1/consents/{letter}",
}
OPEN = {
    "token",
    "answer",
    "answer_code",
    "answer_package",
    "answer_sending",
    "answer_sending_code",
    "answer_message",
    "answer_complaint",
    "answer_fee",
    "open_filings",
    "confirmations",
    "schema",
    "docs",
}

READ = {"handler", "reviewer", "officer", "auditor", "root"}
HANDLE = {"handler", "reviewer", "officer", "root"}
TAKE_IN = HANDLE | {"intake"}
DECIDE = {"reviewer", "officer", "root"}
STAFF = {
    "staff_requests": ("GET /api/v1/staff/requests", READ),
    "staff_request": ("GET /api/v1/staff/requests/{request}", READ),
    "staff_preview": ("POST /api/v1/staff/requests/{request}/preview", HANDLE),
    "staff_decide": ("POST /api/v1/staff/requests/{request}/decide", DECIDE),
    "staff_approve": ("POST /api/v1/staff/requests/{request}/approve", {"officer", "root"}),
    "staff_ask": ("POST /api/v1/staff/requests/{request}/ask", HANDLE),
    "staff_take": ("POST /api/v1/staff/requests/{request}/take", HANDLE),
    "staff_fee": ("POST /api/v1/staff/requests/{request}/fee", HANDLE),
    "staff_payment": ("POST /api/v1/staff/requests/{request}/payment", HANDLE),
    "staff_extend": ("POST /api/v1/staff/requests/{request}/extend", DECIDE),
    "staff_promise": ("POST /api/v1/staff/requests/{request}/promise", DECIDE),
    "staff_preserve": ("POST /api/v1/staff/requests/{request}/preserve", DECIDE),
    "staff_laws": ("GET /api/v1/staff/cases/{reference}/laws", DECIDE),
    "staff_holidays": ("GET /api/v1/staff/holidays", DECIDE),
    "staff_messages": ("GET /api/v1/staff/requests/{request}/messages", HANDLE),
    "staff_attachment": ("GET /api/v1/staff/requests/{request}/attachments/{letter}", HANDLE),
    "staff_complaints": ("GET /api/v1/staff/complaints", HANDLE),
    "staff_complaint_take": ("POST /api/v1/staff/complaints/{request}/take", DECIDE),
    "staff_complaint_answer": ("POST /api/v1/staff/complaints/{request}/answer", DECIDE),
    "staff_resume": ("POST /api/v1/staff/requests/{request}/resume", HANDLE),
    "staff_verify": ("POST /api/v1/staff/requests/{request}/verify", HANDLE),
    "staff_retry": ("POST /api/v1/staff/requests/{request}/retry", DECIDE),
    "staff_take_in": ("POST /api/v1/staff/cases", TAKE_IN),
    "staff_mail": ("POST /api/v1/staff/mail", TAKE_IN),
    "staff_papers": ("POST /api/v1/staff/cases/{reference}/papers", {"officer", "root"}),
    "staff_reopen": ("POST /api/v1/staff/requests/{request}/reopen", HANDLE),
    "staff_authority": ("POST /api/v1/staff/cases/{reference}/authority", HANDLE),
    "staff_doubt": ("POST /api/v1/staff/cases/{reference}/doubt", HANDLE),
    "staff_thaw": ("POST /api/v1/staff/cases/{reference}/thaw", DECIDE),
    "staff_revoke": ("POST /api/v1/staff/packages/{request}/revoke", DECIDE),
}
ROLES = ("carol", "intake", "handler", "reviewer", "officer", "auditor", "root")


@pytest.fixture
def places(alice, file):
    """Fill addresses with what is Alice's."""
    file(alice, "deletion")
    request = Request.objects.get()
    return {
        "reference": request.case.reference,
        "request": request.pk,
        "letter": Letter.objects.get().pk,
    }


def _call(client, address, places):
    method, path = address.format(**places).split(" ")
    return getattr(client, method.lower())(path)


def test_the_matrix_names_every_address():
    resolver = get_resolver("dsar.api.urls")
    named = {name for name in resolver.reverse_dict if isinstance(name, str)}
    assert named == {*PERSON, *STAFF, *OPEN}


def test_nobody_calls_without_logging_in(calling, places):
    for address in [*PERSON.values(), *(one for one, _ in STAFF.values())]:
        response = _call(calling(), address, places)
        assert response.status_code == 401, address
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("role", ROLES)
def test_staff_do_what_their_role_permits_and_no_more(staff, places, role):
    client = staff(role)
    for name, (address, permitted) in STAFF.items():
        refused = _call(client, address, places).status_code == 403
        assert refused is (role not in permitted), name


def test_staff_without_second_factor_are_kept_out_where_settings_ask_for_one(
    cast, staff, places, settings
):
    settings.DSAR = settings.DSAR | {"STAFF_NEEDS_MFA": True}
    officer = staff("officer", "dora")
    refused = _call(officer, STAFF["staff_requests"][0], places)
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:problem:dsar:second_factor_missing"
    user = Authenticator._meta.get_field("user").related_model.objects.get(email="dora@example.com")
    totp.TOTP.activate(user, totp.generate_totp_secret())
    assert _call(officer, STAFF["staff_requests"][0], places).status_code == 200
