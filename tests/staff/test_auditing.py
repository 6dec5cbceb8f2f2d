"""The auditor at the desk: asks, follows, fetches, draws a sample and takes the evidence of what was drawn."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dsar.audit import exporting
from dsar.audit.models import Export
from dsar.audit.verify_export import verify
from dsar.ledger import signing
from dsar.ledger.models import Entry
from dsar.packages.models import Download
from tests import faces

ASK = reverse("admin:dsar_export_ask")
LIST = reverse("admin:dsar_export_changelist")


@pytest.fixture(autouse=True)
def _signed(settings, tmp_path):
    faces.sign(settings, tmp_path)


@pytest.fixture
def ann(at_desk):
    """An auditor."""
    return at_desk("auditor", "ann")


def _page(export):
    return reverse("admin:dsar_export_change", args=[export.pk])


def _fetch(export):
    return reverse("admin:dsar_export_fetch", args=[export.pk])


def _evidence(request):
    return reverse("admin:dsar_export_evidence", args=[request.pk])


def _asked(client, **said):
    answer = client.post(ASK, {"by": "received", "sample_size": 0} | said)
    assert answer.status_code == 302, answer.context["form"].errors
    return Export.objects.latest("asked_at")


def _keys():
    return [str(one) for one in signing.verifiers()]


def test_an_auditor_asks_follows_and_fetches(ask, cast, ann, tmp_path):
    ask(cast.alice, "access", "portability")
    export = _asked(ann, sample_size=1, seed="2026-x")
    waiting = ann.get(_page(export))
    assert "It is being written" in waiting.content.decode()
    assert waiting["Refresh"] == "3"
    assert ann.get(_fetch(export)).status_code == 404
    exporting.run(export.pk)
    ready = ann.get(_page(export))
    assert "Refresh" not in ready
    assert "2 requests" in " ".join(ready.content.decode().split())
    assert _keys()[0] in ready.content.decode()
    path = tmp_path / "fetched.zip"
    path.write_bytes(b"".join(ann.get(_fetch(export)).streaming_content))
    assert verify(path, _keys())[1] == 2
    assert Download.objects.get().completed_at is not None
    assert Entry.objects.filter(tag="data.exported").count() == 1


def test_the_sample_leads_to_the_evidence_of_each_request(ask, cast, ann, tmp_path):
    case = ask(cast.alice, "access")
    export = _asked(ann, sample_size=1, seed="2026-x")
    exporting.run(export.pk)
    request = case.requests.get()
    page = ann.get(_page(export)).content.decode()
    assert case.reference in page
    assert _evidence(request) in page
    assert ann.post(_evidence(request)).status_code == 302
    evidence = Export.objects.get(request_reference=request.pk)
    exporting.run(evidence.pk)
    path = tmp_path / "evidence.zip"
    path.write_bytes(b"".join(ann.get(_fetch(evidence)).streaming_content))
    assert verify(path, _keys())[1] == 1


def test_the_evidence_is_asked_for_on_the_requests_page_by_who_may_audit(ask, cast, ann, at_desk):
    request = ask(cast.alice, "access").requests.get()
    page = reverse("admin:dsar_request_change", args=[request.pk])
    assert "Export the evidence" in ann.get(page).content.decode()
    assert "Export the evidence" not in at_desk("handler").get(page).content.decode()


@pytest.mark.parametrize("role", ["handler", "reviewer", "carol"])
def test_nobody_else_asks_sees_or_fetches(ask, cast, ann, at_desk, role):
    request = ask(cast.alice, "access").requests.get()
    export = _asked(ann)
    exporting.run(export.pk)
    other = at_desk(role)
    for answer in (
        other.get(LIST),
        other.get(ASK),
        other.post(ASK, {"by": "received", "sample_size": 0}),
        other.get(_page(export)),
        other.get(_fetch(export)),
        other.post(_evidence(request)),
    ):
        assert answer.status_code in {302, 403}
        assert "/admin/dsar/export/" not in answer.get("Location", "").partition("?")[0]
    assert Export.objects.count() == 1
    assert not Download.objects.exists()


@pytest.mark.parametrize(
    ("said", "where", "what"),
    [
        ({"first_day": "2026-03-02", "last_day": "2026-03-01"}, "last_day", "before the first"),
        ({"sample_size": 5}, "seed", "needs a seed"),
        ({"sample_size": 5, "seed": "a b"}, "seed", "letters, digits"),
        ({"sample_size": 100_000, "seed": "x"}, "sample_size", "1000"),
        ({"first_day": "yesterday"}, "first_day", "valid date"),
    ],
)
def test_what_cannot_be_is_said(cast, ann, said, where, what):
    answer = ann.post(ASK, {"by": "received", "sample_size": 0} | said)
    assert what in str(answer.context["form"].errors[where])
    assert not Export.objects.exists()


def test_what_cannot_be_read_says_what_to_do(ask, cast, ann):
    export = _asked(ann)
    Export.objects.update(state=Export.State.FAILED)
    assert "manage.py verify_ledger" in ann.get(_page(export)).content.decode()
    Export.objects.update(attempts=exporting.MOST_ATTEMPTS)
    assert "signing key" in ann.get(_page(export)).content.decode()


def test_an_unknown_export_is_not_found(cast, ann):
    for wrong in ("x", "00000000-0000-4000-8000-000000000001"):
        assert ann.get(reverse("admin:dsar_export_change", args=[wrong])).status_code == 302
    wrong = reverse("admin:dsar_export_fetch", args=["00000000-0000-4000-8000-000000000001"])
    assert ann.get(wrong).status_code == 404


FIGURES = reverse("admin:figures")


def test_the_figures_are_shown_and_taken_away(ask, cast, ann):
    ask(cast.alice, "access", "portability")
    page = ann.get(FIGURES).content.decode()
    assert "Requests received" in page
    assert '<th scope="row">portability</th>' in page
    day = timezone.localdate().isoformat()
    taken = ann.get(FIGURES, {"first_day": day, "last_day": day, "as": "csv"})
    assert taken["Content-Type"].startswith("text/csv")
    rows = taken.content.decode().splitlines()
    assert [row.split(",")[:3] for row in rows[1:]] == [
        ["access", "SG", "1"],
        ["portability", "SG", "1"],
    ]


def test_a_period_without_requests_says_so(cast, ann):
    asked = {"first_day": "2020-01-01", "last_day": "2020-12-31"}
    assert "Nothing was received" in ann.get(FIGURES, asked).content.decode()
    wrong = {"first_day": "2020-12-31", "last_day": "2020-01-01"}
    assert "before the first day" in ann.get(FIGURES, wrong).content.decode()


def test_figures_are_for_who_audits_or_decides(cast, at_desk):
    assert at_desk("reviewer").get(FIGURES).status_code == 200
    assert at_desk("handler").get(FIGURES).status_code == 403
