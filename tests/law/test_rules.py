"""The rules are data: they fit their schema, they have editions, and a request keeps those of its day."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest
import rfc8785

from dsar.law import answers, library, rules
from dsar.law.rules import NoRegimeError
from dsar.law.terms import Rule, Unit

ROOT = Path(__file__).parents[2]
FILES = sorted(library.FOLDER.glob("*.json"))


def said(code):
    return json.loads((library.FOLDER / f"{code}.json").read_text(encoding="utf-8"))


def digests() -> list[tuple[str, str]]:
    """Every edition that can be attached to a case, with the digest of what it says."""
    return [
        (f"{path.stem}:{edition['edition']}", sha256(rfc8785.dumps(edition)).hexdigest())
        for path in FILES
        for edition in said(path.stem)["editions"]
        if edition["enabled"]
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_fits_the_schema_and_bears_its_regimes_name(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(content, library.schema())
    assert content["code"] == path.stem


@pytest.mark.parametrize(
    "wrong",
    [
        lambda content: content.pop("authority"),
        lambda content: content["editions"][0].pop("checked"),
        lambda content: content["editions"][0]["rights"].update(teleportation={}),
        lambda content: content["editions"][0]["clocks"]["month"]["answer"].update(unit="moon"),
    ],
)
def test_a_regime_that_does_not_fit_is_not_read(wrong):
    content = said("EU")
    wrong(content)
    with pytest.raises(jsonschema.ValidationError):
        library.editions(content)


@pytest.mark.parametrize("editions", rules.known().values(), ids=lambda editions: editions[0].code)
def test_editions_follow_each_other_under_names_of_their_own(editions):
    days = [one.received_from for one in editions]
    assert days == sorted(set(days))
    assert len({one.edition for one in editions}) == len(editions)


def test_an_edition_that_requests_keep_is_never_changed():
    """Whoever changes a rule adds an edition: this digest is of what open requests were promised (R3)."""
    published = json.loads(Path(__file__).with_name("editions.json").read_text(encoding="utf-8"))
    assert {name: digest for name, digest in digests() if name in published} == published
    assert {name for name, _ in digests()} == set(published), (
        "A new edition is entered here as well."
    )


@pytest.mark.parametrize("editions", rules.known().values(), ids=lambda editions: editions[0].code)
def test_pauses_belong_to_periods_of_days_and_months(editions):
    """Days left out of business days would be counted twice."""
    for regime in editions:
        for rule in regime.rights.values():
            assert not rule.pauses or rule.period.unit in {Unit.MONTH, Unit.CALENDAR_DAY}


@pytest.mark.parametrize(
    ("residence", "expected"),
    [
        ("", ("SG",)),
        ("DE", ("EU", "SG")),
        ("GB", ("GB", "SG")),
        ("SG", ("SG",)),
        ("US", ("SG",)),
        ("US-CA", ("SG", "US-CA")),
        ("BR", ("BR", "SG")),
        ("CH", ("SG",)),
        ("XX", ("SG",)),
    ],
)
def test_regimes_follow_residence(residence, expected):
    assert rules.attached(residence, home=("SG",), on=date(2026, 11, 25)) == expected


def test_company_policy_stands_in_where_no_regime_is_known():
    assert rules.attached("US", home=(), on=date(2026, 11, 25)) == ("DEFAULT",)


@pytest.mark.parametrize(
    ("day", "expected"), [("2027-05-13", ("SG",)), ("2027-05-14", ("IN", "SG"))]
)
def test_india_applies_from_the_day_its_duties_begin(day, expected):
    assert rules.attached("IN", home=("SG",), on=date.fromisoformat(day)) == expected


@pytest.mark.parametrize(
    ("day", "edition"),
    [("2026-02-04", "2021-01-01"), ("2026-02-05", "2026-02-05"), ("2019-01-01", "2021-01-01")],
)
def test_the_edition_of_the_day_of_receipt_governs(day, edition):
    assert rules.governing("GB", on=date.fromisoformat(day)).edition == edition


def test_a_pinned_edition_wins_over_a_later_one(monkeypatch):
    """A new edition that even reaches back leaves alone what was filed under the old one (R3)."""
    before = rules.governing("SG", on=date(2026, 6, 1))
    changed = said("SG")
    newer = json.loads(json.dumps(changed["editions"][0]))
    newer |= {"edition": "2026-05-01", "received_from": "2026-05-01"}
    newer["clocks"]["thirty_days"]["answer"]["value"] = 20
    changed["editions"].append(newer)
    monkeypatch.setattr(rules, "known", lambda: {"SG": library.editions(changed)})
    pinned = rules.pinned(rules.version([before]))
    kept = rules.governing("SG", on=date(2026, 6, 1), pinned=pinned)
    assert kept == before
    assert rules.governing("SG", on=date(2026, 6, 1)).rights["access"].period.value == 20


def test_editions_are_named_in_a_text_and_read_from_it():
    day = date(2026, 6, 1)
    text = rules.version(rules.governing(code, on=day) for code in ("EU", "SG"))
    assert text == "EU:2018-05-25 SG:2021-02-01"
    assert rules.pinned(text) == {"EU": "2018-05-25", "SG": "2021-02-01"}
    assert rules.pinned("2026-11-23") == {}


def test_there_is_no_regime_but_those_in_the_files():
    with pytest.raises(NoRegimeError):
        rules.governing("ATLANTIS", on=date(2026, 6, 1))


def test_an_answer_owes_the_union_of_what_its_regimes_ask_for():
    codes = {code: {item.code for item in answers.owed([code])} for code in ("EU", "SG")}
    both = {item.code for item in answers.owed(["EU", "SG"])}
    assert both == codes["EU"] | codes["SG"]
    assert "use_and_disclosure_last_year" in codes["SG"] - codes["EU"]
    assert "transfers" in codes["EU"] - codes["SG"]


def test_opt_outs_are_never_verified_nor_refused():
    law = rules.governing("US-CA", on=date(2026, 6, 1))
    for variant in ("objection_sale", "objection_sensitive"):
        assert not law.rights[variant].verifiable
        assert not law.rights[variant].refusable


def test_what_the_law_leaves_open_is_marked_as_a_guideline():
    day = date(2026, 6, 1)
    assert all(rule.guideline for rule in rules.governing("CN", on=day).rights.values())
    assert not rules.governing("EU", on=day).rights["access"].guideline


def table() -> list[str]:
    """The table of docs/law.md, from the rules."""
    return [
        f"| `{law.code}` | `{right}` | {_length(rule)} | {_longer(rule)} | {rule.source} |"
        for editions in rules.known().values()
        for law in editions[-1:]
        if law.enabled
        for right, rule in law.rights.items()
    ]


def _length(rule: Rule) -> str:
    period = rule.period
    said = "at once" if period.unit is Unit.IMMEDIATE else f"{period.value} {period.unit}"
    return said.replace("_", " ") + (" (guideline)" if rule.guideline else "")


def _longer(rule: Rule) -> str:
    if rule.extension:
        total = rule.extension.total
        return f"to {total.value} {total.unit}".replace("_", " ")
    return "to a promised day" if rule.promises else "no"


def test_the_table_in_the_documentation_is_the_rules():
    page = (ROOT / "docs/law.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if re.match(r"\| `[A-Z-]+` \| `", line)] == table()


def test_drafts_cannot_be_attached():
    drafts = [code for code, editions in rules.known().items() if editions[-1].edition == "draft"]
    later = date(2030, 1, 1) + timedelta(days=1)
    assert drafts
    assert not [code for code in drafts if rules.in_force(code, on=later)]
