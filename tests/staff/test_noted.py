"""What a person disputes in a row stands on the row's page in the admin, and on the page of the case."""

from __future__ import annotations

from django.urls import reverse

from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Decision, Request
from dsar.contract import registry
from dsar.engine import review
from dsar.registers import disputes
from dsar.registers.annotation_models import Annotation
from dsar.registers.disputes import Place, Whose
from tests import faces
from tests.engine.test_correction import correcting, wish


def test_a_note_stands_on_the_admins_page_of_its_row_and_on_no_other(cast, at_desk):
    model = type(cast.alice.user)
    (label, *_) = [one.label for one in registry.current().all() if one.model is model]
    disputes.note(
        Place(declaration=label, row=str(cast.alice.pk), field="email"),
        whose=Whose(subject=cast.alice.pk),
        kind=Annotation.Kind.REFUSED,
        wanted="alix@example.com <b>",
    )
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    root = at_desk("root")
    page = root.get(reverse(address, args=[cast.alice.pk])).content.decode()
    assert "Disputed by the person" in page
    assert "alix@example.com &lt;b&gt;" in page
    other = root.get(reverse(address, args=[cast.bob.pk])).content.decode()
    assert "Disputed by the person" not in other


def test_a_cases_page_shows_what_its_requests_left_noted(cast, dora, at_desk):
    case = faces.file(cast.alice, correcting(wish(cast.alice, "nickname", "Alix")))
    officer = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("officer", "otto"))
    review.decide(
        Request.objects.get(),
        verdict=Decision.Verdict.REFUSED,
        grounds=dict.fromkeys(case.regimes, "accuracy_not_shown_wrong"),
        reason="The document says otherwise.",
        actor=officer,
    )
    address = reverse("admin:dsar_case_change", args=[case.pk])
    page = dora.get(address).content.decode()
    assert "Disputed by the person" in page
    assert "Alix" in page
    assert "Alix" not in at_desk("auditor").get(address).content.decode()
