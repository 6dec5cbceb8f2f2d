"""The register of incidents at the desk: the officer goes from the entry to the end, an auditor reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from dsar.duties import incident_letters
from dsar.registers.incident_models import Incident, IncidentEntry
from tests import incidents as made

LIST = reverse("admin:dsar_incident_changelist")
OPEN = reverse("admin:dsar_incident_open")


def _page(incident):
    return reverse("admin:dsar_incident_change", args=[incident.pk])


def _act(incident, name):
    return reverse("admin:dsar_incident_act", args=[incident.pk, name])


def _moment(name, *, hours):
    local = timezone.localtime(timezone.now() - timedelta(hours=hours))
    return {f"{name}_0": local.date().isoformat(), f"{name}_1": f"{local:%H:%M:%S}"}


def _opening(**said):
    known = {"kind": "disclosed", "laws": ["SG", "EU"], "facts": "A laptop is gone."}
    return known | _moment("discovered_at", hours=2) | said


ANSWERS = {
    "people": "",
    "many": "yes",
    "inside": "no",
    "harm": "yes",
    "risk": "high",
    "unreadable": "no",
    "remedied": "no",
    "text": "Names, addresses, loans.",
}


def _told(response):
    return " ".join(str(one) for one in response.context["messages"])


def test_from_the_entry_to_the_decision_on_pages(cast, dora):
    page = dora.post(OPEN, _opening(), follow=True).content.decode()
    incident = Incident.objects.get()
    assert "A laptop is gone." in page
    assert "GDPR Art. 33(1)" in page
    assert "2 days 21 hours left" in page
    assert "not begun" in page
    page = dora.post(_act(incident, "assess"), ANSWERS, follow=True).content.decode()
    assert "Significant harm is likely" in page
    asked = dora.get(_act(incident, "decide")).context["form"]
    assert [name for name, field in asked.fields.items() if field.initial] == [
        "authority_SG",
        "people_SG",
        "authority_EU",
        "people_EU",
    ]
    refused = dora.post(_act(incident, "decide"), {"authority_SG": "on", "people_SG": "on"})
    assert "decide otherwise" in refused.content.decode()
    dora.post(_act(incident, "decide"), dict.fromkeys(asked.fields, "on") | {"reason": ""})
    incident.refresh_from_db()
    assert incident.decided["EU"] == {"authority": True, "people": True}
    assert "The authority of EU is to be told." in dora.get(_page(incident)).content.decode()
    said = {"code": "EU", "text": "Reference X-1."} | _moment("at", hours=0)
    page = dora.post(_act(incident, "authority"), said, follow=True).content.decode()
    assert "The authority of EU is to be told." not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"facts": ""},
        {"laws": []},
        {"laws": ["BR"]},
        {"kind": "other"},
        _moment("discovered_at", hours=-3),
        _moment("occurred_at", hours=1),
    ],
)
def test_an_entry_that_cannot_be_is_refused(cast, dora, wrong):
    assert dora.post(OPEN, _opening(**wrong)).status_code == 200
    assert not Incident.objects.exists()


def test_a_question_that_is_not_answered_is_no_no(cast, dora):
    incident = made.entered(made.staff("officer"))
    for name in ("many", "inside", "harm", "unreadable", "remedied"):
        unanswered = {key: value for key, value in ANSWERS.items() if key != name}
        assert dora.post(_act(incident, "assess"), unanswered).status_code == 200
    incident.refresh_from_db()
    assert incident.answers is None


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        ("handler", 403, 403),
        ("reviewer", 403, 403),
        ("officer", 200, 200),
        ("auditor", 200, 403),
        ("carol", 403, 403),
    ],
)
def test_the_officer_acts_an_auditor_reads_and_nobody_else_sees_it(
    cast, at_desk, role, reads, acts
):
    incident, client = made.entered(made.staff("officer", "first")), at_desk(role)
    assert client.get(LIST).status_code == reads
    assert client.get(_page(incident)).status_code == reads
    assert client.get(OPEN).status_code == acts
    assert client.post(OPEN, _opening(kind="")).status_code == acts
    for name in ("note", "assess", "authority"):
        assert client.get(_act(incident, name)).status_code == acts
        assert client.post(_act(incident, name), {}).status_code == acts
    assert IncidentEntry.objects.count() == 1
    if role == "auditor":
        page = client.get(_page(incident)).content.decode()
        assert made.SECRET in page
        assert "/act/" not in page


def test_an_unknown_incident_or_act_is_not_there(cast, dora):
    incident = made.entered(made.staff("officer"))
    assert dora.get(_act(incident, "burn")).status_code == 403
    incident.pk += 1
    assert dora.get(_act(incident, "note")).status_code == 404


def test_a_case_reports_that_its_answer_went_astray(cast, ask, at_desk, dora):
    case = ask(cast.alice, "access")
    report = reverse("admin:dsar_case_astray", args=[case.pk])
    assert report in dora.get(reverse("admin:dsar_case_change", args=[case.pk])).content.decode()
    for role, status in (("auditor", 403), ("carol", 403)):
        assert at_desk(role).post(report, {"text": "x"}).status_code == status
    assert not Incident.objects.exists()
    handler = at_desk("handler").post(report, {"text": "Bob got it."}, follow=True)
    assert "is in the register" in _told(handler)
    first = Incident.objects.get()
    assert first.case_reference == case.pk
    officer = dora.post(report, {"text": "Bob got it again."}, follow=True)
    assert officer.redirect_chain[-1][0] == _page(Incident.objects.exclude(pk=first.pk).get())


def test_what_was_written_is_shown_as_text(cast, dora):
    dora.post(OPEN, _opening(facts="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in dora.get(_page(Incident.objects.get())).content.decode()


def _letter():
    return {
        f"{part}:{language}": text
        for language, parts in made.letter().items()
        for part, text in parts.items()
    }


def test_people_are_found_and_told_on_pages(cast, dora):
    incident = made.decided(made.entered(made.staff("officer")), made.staff("officer", "second"))
    file = SimpleUploadedFile("list.csv", f"mail\n{cast.alice.email}\n".encode())
    found = dora.post(_act(incident, "people"), {"records": ["testapp.Member"], "file": file})
    assert found.status_code == 302
    people = incident.notices.count()
    assert people >= 2
    page = dora.post(_act(incident, "letter"), _letter(), follow=True).content.decode()
    assert "A laptop was stolen." in page
    refused = dora.post(_act(incident, "release"), {}).content.decode()
    assert "The authority is to be told first: SG." in refused
    dora.post(_act(incident, "authority"), {"code": "SG", "text": "X-1"} | _moment("at", hours=0))
    dora.post(_act(incident, "release"), {})
    assert incident_letters.send(incident.pk) == people
    page = dora.get(_page(incident)).content.decode()
    assert f"<td>{people}</td>" in page
    assert "/act/letter/" not in page
    assert "/act/close/" in page
    dora.post(_act(incident, "close"), {"reason": "The laptop is found."})
    incident.refresh_from_db()
    assert incident.closed_at is not None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"records": ["auth.Nothing"]},
        {"file": SimpleUploadedFile("list.csv", b"\xff\xfe\x00")},
        {"file": SimpleUploadedFile("list.csv", b"x" * 2_000_001)},
    ],
    ids=["nothing", "unknown", "no text", "too large"],
)
def test_a_list_that_cannot_be_read_finds_nobody(cast, dora, given):
    incident = made.entered(made.staff("officer"))
    assert dora.post(_act(incident, "people"), given).status_code == 200
    assert incident.notices.count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_an_incidents_pages_have_no_barrier(cast, dora, clean):
    officer = made.staff("officer")
    incident = made.decided(made.entered(officer, "SG", "EU"), officer)
    acts = [_act(incident, name) for name in ("note", "assess", "decide", "authority", "people")]
    clean(dora, _page(incident), OPEN, *acts, width=400)
