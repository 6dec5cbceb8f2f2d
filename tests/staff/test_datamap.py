"""The data map in the admin: what the declarations say, all of it, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from dsar.contract import datamap as built_from
from dsar.contract import registry
from dsar.contract.checking import inspection
from dsar.declarations import Retention
from dsar.ledger.models import Entry
from dsar.registers.security_models import SecurityDescription

MAP = reverse("admin:datamap")
PRINCIPLES = reverse("admin:principles")
FILES = ("fields.csv", "purposes.csv", "datamap.json")


def _file(client, name):
    response = client.get(reverse("admin:datamap_file", args=[name]))
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    return response.content.decode()


def _rows(client, name):
    return list(csv.DictReader(io.StringIO(_file(client, name))))


def _pictures(client):
    apps = client.get(MAP).context["apps"]
    return {one["name"]: one["picture"] for one in apps if one["picture"]}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("carol", 403),
        ("handler", 200),
        ("reviewer", 200),
        ("officer", 200),
        ("auditor", 200),
        ("owner", 200),
        ("root", 200),
    ],
)
def test_staff_with_a_part_in_it_open_map_and_files(cast, at_desk, role, status):
    client = at_desk(role)
    addresses = [MAP, *(reverse("admin:datamap_file", args=[name]) for name in FILES)]
    assert {client.get(one).status_code for one in addresses} == {status}
    if status == 200:
        assert client.get(reverse("admin:datamap_file", args=["other.csv"])).status_code == 404


def test_staff_without_any_part_are_refused(cast, at_desk):
    cast.carol.user.is_staff = True
    cast.carol.user.save()
    carol = at_desk("carol")
    assert carol.get(MAP).status_code == 403
    assert MAP not in carol.get(reverse("admin:index")).content.decode()


def test_every_declared_field_is_in_the_file_with_what_is_said_of_it(dora):
    rows = _rows(dora, "fields.csv")
    declared = {(one.label, name) for one in registry.current().all() for name in one.fields}
    assert {(row["kind"], row["field"]) for row in rows if row["kind"]} == declared
    (loan,) = {
        (row["purpose"], row["kept"], row["row_on_deletion"])
        for row in rows
        if row["kind"] == "testapp.Loan"
    }
    assert loan == ("test_lending", "5 years", "overwritten")
    (token,) = [
        row for row in rows if (row["kind"], row["field"]) == ("testapp.Member", "card_token")
    ]
    assert (token["exported"], token["correctable"]) == ("no", "no")
    nothing = {row["model"]: row["no_personal_data_because"] for row in rows if not row["kind"]}
    assert set(nothing) == {one._meta.label for one in registry.current().nothing}
    assert all(nothing.values())


def test_the_record_has_a_row_for_each_purpose(dora):
    rows = {row["purpose"]: row for row in _rows(dora, "purposes.csv")}
    assert set(rows) == set(registry.current().purposes)
    lending = rows["test_lending"]
    assert "testapp.Loan" in lending["kinds"].split("; ")
    assert "Example Bank Ltd (" in lending["recipients"]
    assert lending["stored_in"] == "SG"
    assert "5 years" in lending["kept"]
    assert lending["legal_basis"]


def test_the_json_has_map_and_record_and_says_who_is_responsible(dora, settings):
    settings.DSAR = settings.DSAR | {"ORGANISATION": {"name": "Example Ltd"}}
    said = json.loads(_file(dora, "datamap.json"))
    assert said["controller"] == {"name": "Example Ltd"}
    assert said["apps"] == json.loads(json.dumps(built_from.build(registry.current())["apps"]))
    assert {one["purpose"] for one in said["record_of_processing"]} == {
        one["code"] for one in said["purposes"]
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(dora, monkeypatch, start):
    plain = built_from.build

    def hostile(found):
        made = plain(found)
        made["purposes"][0]["label"] = f"{start}HYPERLINK()"
        made["apps"][0]["models"][0]["declarations"][0]["about"] = f"{start}1"
        return made

    monkeypatch.setattr(built_from, "build", hostile)
    assert _rows(dora, "purposes.csv")[0]["label"] == f"'{start}HYPERLINK()"
    assert f"'{start}1" in {row["about"] for row in _rows(dora, "fields.csv")}
    for name in ("fields.csv", "purposes.csv"):
        cells = [cell for row in _rows(dora, name) for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_picture_leads_each_kind_to_its_purpose_and_on_to_who_receives_it(dora):
    picture = _pictures(dora)["testapp"]
    boxes = {box.text: box for box in picture.boxes}
    loan, lending, bank = (
        boxes[one] for one in ("testapp.Loan", "test lending", "Example Bank Ltd")
    )
    ends = {((line.x1, line.y1), (line.x2, line.y2)) for line in picture.lines}
    assert ((loan.end, loan.middle), (lending.x, lending.middle)) in ends
    assert ((lending.end, lending.middle), (bank.x, bank.middle)) in ends
    assert loan.below.startswith("5 years from ")
    kinds = {one.label for one in registry.current().all() if one.label.startswith("testapp.")}
    assert kinds <= set(boxes)


def test_the_officer_describes_the_measures_of_security_for_every_file_of_the_record(dora):
    assert "Not described yet" in dora.get(MAP).content.decode()
    address = reverse("admin:datamap_security")
    assert dora.post(address, {"text": "=Keys lie apart from what they open."}).status_code == 302
    newer = "@Only the staff who need it see data."
    assert dora.get(address).context["form"]["text"].value().startswith("=Keys")
    dora.post(address, {"text": newer})
    assert newer in dora.get(MAP).content.decode()
    assert {row["security_measures"] for row in _rows(dora, "purposes.csv")} == {f"'{newer}"}
    assert json.loads(_file(dora, "datamap.json"))["security_measures"]["text"] == newer
    first, second = (
        json.loads(one.canonical)["detail"]
        for one in Entry.objects.filter(tag="security.described").order_by("pk")
    )
    assert first["before"] == ""
    assert second["before"] == first["after"] != second["after"]
    assert [one.text[0] for one in SecurityDescription.objects.all()] == ["@", "="]


def test_nothing_stands_against_the_principles_and_every_kind_was_looked_at(dora):
    said = dora.get(PRINCIPLES)
    assert [one.findings for one in said.context["principles"]] == [[]] * 7
    assert f"{len(registry.current().all())} kinds of record" in said.content.decode()
    assert "Nothing stands against them" in said.content.decode()


def test_what_stands_against_a_principle_is_named_with_its_remedy(dora, monkeypatch):
    broken: dict[str, dict[str, Any]] = {
        "Minimisation": {"fields": {}},
        "Storage limitation": {"retention": Retention(after="made_at", years=5, law="")},
        "Access": {"subject": ()},
    }
    plain = inspection.Inspection.declarations

    def declarations(self):
        names = dict(zip(("testapp.Loan", "testapp.Member", "testapp.Visit"), broken, strict=True))
        found = plain(self)
        assert {one.label for one in found} >= set(names)
        return [
            replace(one, **broken[names[one.label]]) if one.label in names else one for one in found
        ]

    monkeypatch.setattr(inspection.Inspection, "declarations", declarations)
    page = dora.get(PRINCIPLES)
    found = {one.name: one.findings for one in page.context["principles"]}
    for name, label in zip(
        broken, ("testapp.Loan", "testapp.Member", "testapp.Visit"), strict=True
    ):
        assert label in {one.model for one in found[name]}, name
        assert all(one.remedy for one in found[name])
    assert "to be set right" in page.content.decode()


class _Strict(HTMLParser):
    """Whatever a strict policy would refuse, and whether boxes lie in their picture."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.boxes = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.refused.append(tag)
        if tag == "rect":
            self.boxes += 1
            assert all(int(given[name]) >= 0 for name in ("x", "y", "width", "height"))


def test_the_page_keeps_the_policy_and_draws_every_box(dora):
    page = _Strict()
    page.feed(dora.get(MAP).content.decode())
    assert page.refused == []
    assert page.boxes == sum(len(one.boxes) for one in _pictures(dora).values())


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1280, pytest.param(400, marks=pytest.mark.slow)])
def test_the_map_has_no_barrier(dora, clean, width):
    clean(dora, MAP, says="Record of processing", width=width)
