"""The information of Art. 15 says everything about what touches one person, and nothing about what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dsar.contract.declarations import Personal
from dsar.contract.information import HEADINGS, information
from dsar.declarations import LegalBasis, Secret, Whose
from dsar.law import bases
from dsar.registry import current


def _of(*labels: str) -> dict[str, Any]:
    return information([current().get(f"testapp.{label}") for label in labels])


def _labels(said: dict[str, Any], heading: str, key: str = "code") -> set[str]:
    return {entry[key] for entry in said[heading]}


def test_the_nine_headings_are_always_there():
    assert len(HEADINGS) == 9
    for said in (_of("Member"), information([])):
        assert set(HEADINGS) <= said.keys()
        json.dumps(said)


def test_each_category_that_is_held_has_an_entry():
    found = [one for one in current().all() if one.model._meta.app_label == "testapp"]
    held = {
        treatment.category.value
        for one in found
        for treatment in one.fields.values()
        if isinstance(treatment, Personal) and treatment.whose is Whose.SUBJECT
    }
    assert held
    assert _labels(information(found), "categories") == held


def test_somebody_elses_categories_are_left_out():
    assert "Name" not in _labels(_of("Message"), "categories")


def test_only_what_touches_the_person_is_told():
    said = _of("Payment")
    assert _labels(said, "purposes") == {"test_bookkeeping"}
    assert said["recipients"] == []
    assert _labels(said, "retention") == {"testapp.Payment"}


def test_purposes_name_their_basis_in_both_laws():
    (purpose,) = _of("Device")["purposes"]
    assert "Art. 6(1)(f)" in purpose["legal_basis"]
    assert purpose["basis_in_singapore"].startswith("PDPA First Schedule")
    assert purpose["interest"] == "Tools are dangerous in the wrong hands."


def test_recipients_are_named():
    said = _of("Member", "Subscription")
    assert _labels(said, "recipients", "name") == {"Example Bank Ltd", "Example Mailer Inc."}
    assert said["recipients"][1]["purposes"] == ["Sending the newsletter"]


def test_retention_says_how_long_and_by_which_law():
    (kept,) = _of("Payment")["retention"]
    assert kept["period"] == "5 years"
    assert "financial year" in kept["from"]
    assert kept["law"] == "Companies Act 1967 s 199(2)"
    assert kept["then"] == "deleted"


@pytest.mark.parametrize(
    ("label", "given", "missing"),
    [
        ("Member", {"portability", "deletion"}, {"objection", "consent_withdrawal"}),
        ("Subscription", {"portability", "consent_withdrawal", "objection"}, set()),
        ("Device", {"objection", "deletion"}, {"portability", "consent_withdrawal"}),
        (
            "Payment",
            {"access", "correction", "restriction"},
            {"portability", "deletion", "objection", "consent_withdrawal"},
        ),
    ],
)
def test_rights_follow_the_legal_basis(label, given, missing):
    found = _labels(_of(label), "rights")
    assert given <= found
    assert not missing & found


def test_every_basis_has_its_rights():
    assert set(bases.BASES) == {basis.value for basis in LegalBasis}
    assert {right for basis in bases.BASES.values() for right in basis.rights} == set(
        bases.ARTICLES
    )


def test_the_ways_to_complain_include_the_commission_in_singapore():
    names = _labels(_of("Member"), "complaint", "name")
    assert any("PDPC" in name for name in names)
    assert len(names) > 1


def test_the_source_is_named_where_it_was_not_the_person():
    (source,) = _of("Assessment")["source"]
    assert source["code"] == "testapp.Assessment.score"
    assert source["source"] == "Example Ratings Ltd"
    assert _of("Member")["source"] == []


def test_automated_decisions_are_explained():
    (decision,) = _of("Assessment")["automated_decisions"]
    assert "chainsaw" in decision["explanation"]
    assert _of("Member")["automated_decisions"] == []


def test_transfers_name_country_and_safeguard():
    (sent,) = _of("Subscription")["transfers"]
    assert sent == {
        "name": "Example Mailer Inc.",
        "country": "US",
        "safeguard": "Standard contractual clauses",
    }
    assert _labels(_of("Device"), "transfers", "country") == {"US"}
    assert _of("Member")["transfers"] == []


def test_secrets_are_said_to_be_held():
    held = [one for one in current().all() if one.model._meta.app_label == "testapp"]
    secrets = {
        f"{one.label}.{name}"
        for one in held
        for name, treatment in one.fields.items()
        if isinstance(treatment, Secret)
    }
    assert secrets == {"testapp.Member.card_token", "testapp.Loan.locker_pin"}
    assert _labels(information(held), "secrets_held") == secrets


def test_what_is_never_released_is_said_to_be_held():
    assert _labels(_of("LegalOpinion", "Member"), "withheld") == {"testapp.LegalOpinion"}


def test_the_order_of_declarations_changes_nothing():
    found = current().all()
    assert json.dumps(information(found)) == json.dumps(information(reversed(found)))
