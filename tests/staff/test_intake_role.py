"""Intake: enters what arrives and sees nothing of it afterwards (R188)."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from dsar.cases.enquiry_models import Enquiry
from dsar.cases.models import Case, Request
from dsar.ledger import log
from dsar.ledger.models import Entry


def test_intake_enters_an_enquiry_and_sees_neither_it_nor_any_case(cast, ask, at_desk):
    """What is entered is there for handlers at once; the ledger says in which role it was entered."""
    request, intake = ask(cast.alice, "deletion").requests.get(), at_desk("intake", "ines")
    enter = reverse("admin:dsar_enquiry_enter")
    assert enter in intake.get(reverse("admin:index")).content.decode()
    form = intake.get(enter)
    assert reverse("admin:dsar_enquiry_changelist") not in form.content.decode()
    said = {
        "kind": Enquiry.Kind.QUESTION,
        "text": "Where is my canary?",
        "contact": "fay@example.com",
        "channel": "phone",
        "language": "en",
        "received_at_0": timezone.localdate().isoformat(),
        "received_at_1": "00:00:00",
    }
    answer = intake.post(enter, said, follow=True)
    enquiry = Enquiry.objects.get()
    page = answer.content.decode()
    assert answer.request["PATH_INFO"] == enter
    assert enquiry.case.reference in page
    assert "canary" not in page
    for refused in (
        reverse("admin:dsar_enquiry_change", args=[enquiry.pk]),
        reverse("admin:dsar_enquiry_answer", args=[enquiry.pk]),
        reverse("admin:dsar_case_change", args=[enquiry.case_id]),
        reverse("admin:dsar_case_change", args=[request.case_id]),
        reverse("admin:dsar_request_change", args=[request.pk]),
        reverse("admin:dsar_request_act", args=[request.pk, "verify"]),
        reverse("admin:dsar_request_find"),
    ):
        assert intake.get(refused).status_code == 403, refused
    shown = at_desk("handler").get(reverse("admin:dsar_enquiry_change", args=[enquiry.pk]))
    assert "canary" in shown.content.decode()
    assert '"role":"intake"' in Entry.objects.filter(tag="enquiry.filed").latest("pk").canonical
    assert (Case.objects.count(), Request.objects.count()) == (2, 1)
    assert "request.viewed" not in [one.tag for one in log.entries(request.pk)]
