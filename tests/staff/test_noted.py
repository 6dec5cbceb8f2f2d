"""What a person disputes or restricted in a row stands on its page in the admin; disputes on the case's page too."""

from __future__ import annotations

from django.urls import reverse

from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Decision, Request
from dsar.contract import registry
from dsar.engine import review
from dsar.registers import disputes, restrictions
from dsar.registers.annotation_models import Annotation
from dsar.registers.disputes import Place, Whose
from dsar.registers.models import Restriction
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


def test_a_mark_of_restriction_stands_on_the_admins_page_of_the_persons_rows_while_it_does(
    cast, at_desk
):
    """On a row of the purpose that is restricted; all processing is restricted on every row."""
    model = type(cast.alice.user)
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    root = at_desk("root")

    def page(person):
        return root.get(reverse(address, args=[person.pk])).content.decode()

    (purpose, *_) = [one.purpose for one in registry.current().of(model)]
    other = next(one for one in registry.current().purposes.values() if one != purpose)
    assert "Restricted." not in page(cast.alice)
    restrictions.restrict(cast.alice.user, other, ground=Restriction.Ground.CLAIMS)
    assert "Restricted." not in page(cast.alice)
    standing = restrictions.restrict(cast.alice.user, purpose, ground=Restriction.Ground.CLAIMS)
    assert "Restricted." in page(cast.alice)
    assert purpose.label in page(cast.alice)
    assert "Restricted." not in page(cast.bob)
    restrictions.lift(standing)
    assert "Restricted." not in page(cast.alice)
    restrictions.restrict(cast.alice.user, ground=Restriction.Ground.CLAIMS)
    assert "Restricted." in page(cast.alice)


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
