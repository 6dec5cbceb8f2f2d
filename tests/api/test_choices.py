"""What a person sees of their data and says about its use; what a deletion would do, before it is asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsar.cases.models import Case
from dsar.contract import registry
from dsar.contract.vocabulary import LegalBasis
from tests.testapp.factories import Person, fill_devices, fill_loans
from tests.testapp.models import Assessment, Loan, Member, Report, Tool


def _by(found, key):
    return {one[key]: one for one in found}


def test_holdings_say_how_many_why_how_long_and_what_can_be_corrected(alice, cast):
    held = _by(alice.get("/api/v1/holdings").json(), "declaration")
    member = held["testapp.Member"]
    assert member["records"] == 1
    assert member["why"]
    assert member["kept"]
    assert "Name" in member["categories"] or member["categories"]
    (record,) = member["correctable"]
    fields = _by(record["fields"], "name")
    assert fields["nickname"]["value"] == cast.alice.canary("nickname")
    assert record["row"] == str(Member.objects.get(user=cast.alice.user).pk)


def test_holdings_and_preview_show_nothing_of_others_and_no_secret(alice, cast):
    for path in ("holdings", "preview/deletion"):
        body = alice.get(f"/api/v1/{path}").content.decode()
        for word in ("bob", cast.alice.canary("card-token"), cast.alice.canary("concealed")):
            assert word not in body


def test_concealed_records_are_neither_counted_nor_hinted_at(alice, cast):
    """Alice has one report she may know of and one she may not; then none that she may."""
    held = _by(alice.get("/api/v1/holdings").json(), "declaration")
    foreseen = _by(alice.get("/api/v1/preview/deletion").json(), "declaration")
    assert Report.objects.filter(about_id=cast.alice.pk).count() == 2
    assert held["testapp.Report"]["records"] == foreseen["testapp.Report"]["records"] == 1
    Report.objects.filter(about_id=cast.alice.pk, secret=False).delete()
    for path in ("holdings", "preview/deletion"):
        assert "testapp.Report" not in alice.get(f"/api/v1/{path}").content.decode()


def test_the_preview_says_what_goes_what_stays_until_when_and_why_and_changes_nothing(alice):
    before = Loan.objects.count(), Member.objects.count()
    foreseen = _by(alice.get("/api/v1/preview/deletion").json(), "declaration")
    assert foreseen["testapp.Member"]["action"] == "delete"
    kept = foreseen["testapp.LoanLine"]
    assert kept["action"] == "retain"
    assert kept["reason"]
    assert foreseen["testapp.Report"]["until"]
    assert (Loan.objects.count(), Member.objects.count()) == before
    assert not Case.objects.exists()
    assert not Assessment.objects.exists()


def test_consent_is_given_shown_and_withdrawn(alice, file):
    purposes = registry.current().purposes.values()
    code = next(one.code for one in purposes if one.basis == LegalBasis.CONSENT)
    before = _by(alice.get("/api/v1/purposes").json(), "code")[code]
    assert (before["consented"], before["permitted"]) == (False, False)
    given = alice.post("/api/v1/consents", {"purpose": code, "wording": "Yes."}, format="json")
    assert given.status_code == 201
    assert (given.json()["consented"], given.json()["permitted"]) == (True, True)
    file(alice, {"right": "consent_withdrawal", "scope": {"purposes": [code]}})
    after = _by(alice.get("/api/v1/purposes").json(), "code")[code]
    assert (after["consented"], after["permitted"]) == (False, False)


def test_consent_to_what_rests_on_something_else_is_refused(alice):
    purposes = registry.current().purposes.values()
    contract = next(one.code for one in purposes if one.basis == LegalBasis.CONTRACT)
    for code in (contract, "nonsense"):
        refused = alice.post(
            "/api/v1/consents", {"purpose": code, "wording": "Yes."}, format="json"
        )
        assert refused.status_code == 422, refused.content
        assert refused.json()["errors"][0]["pointer"] == "#/purpose"


def test_a_marketing_objection_shows_at_every_marketing_purpose(alice, file):
    file(alice, {"right": "objection", "scope": {"objection": "marketing"}})
    said = alice.get("/api/v1/purposes").json()
    marketing = [one for one in said if one["marketing"]]
    assert marketing
    assert all(one["objected"] and not one["permitted"] for one in marketing)


@pytest.mark.parametrize("path", ["holdings", "preview/deletion", "purposes"])
def test_what_one_sees_costs_as_many_queries_however_much_there_is(alice, cast, path):
    alice.get(f"/api/v1/{path}")
    with CaptureQueriesContext(connection) as few:
        alice.get(f"/api/v1/{path}")
    for number in range(10):
        again = Person(user=cast.alice.user, name=f"alice{number}")
        fill_loans(again, tool=Tool.objects.get())
        fill_devices(again)
    with CaptureQueriesContext(connection) as many:
        alice.get(f"/api/v1/{path}")
    assert len(many) == len(few)
