"""Data of somebody who has died: the laws of the case say whether a right passed on, and to whom (R143)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsar.cases import authority, decisions, letters
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.authority import Authority
from dsar.cases.claims import Said
from dsar.cases.identity import AuthorityMissingError
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case, Decision, Letter
from dsar.cases.states import Outcome, Right, State
from dsar.engine import doorstep, reception, review
from tests import faces

if TYPE_CHECKING:
    from dsar.cases.models import Request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> Actor:
    return Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("officer", "dora"))


def filed(address: str, right: Right = Right.ACCESS, **more: Any) -> Request:
    """What a relative asks about somebody who has died, and whose mailbox is confirmed."""
    said = Said(
        name="Rea Relative",
        address="rea@example.com",
        relation=more.pop("relation", Claim.Relation.DECEASED),
        for_name="Alice Adams",
        for_address=address,
        affirmed="I may.",
    )
    case = reception.file_openly(
        said,
        asked=[Asked(right=right)],
        actor=Actor(kind=ActorKind.REQUESTER),
        channel=Case.Channel.PORTAL,
        language="en",
        **more,
    )
    doorstep.look_up(str(case.pk))
    Claim.objects.filter(case=case).update(confirmed_at=timezone.now())
    mail.outbox.clear()
    doorstep.consider(str(case.pk))
    return case.requests.select_related("case__key").get()


def shown(request: Request, kind: Authority, actor: Actor) -> Request:
    authority.accept(request.case, kind=kind, actor=actor)
    reception.verify(request.case, actor=actor)
    request.refresh_from_db()
    return request


def test_where_no_law_passes_the_right_on_it_is_refused_on_that_ground_and_never_granted(
    cast, officer
):
    request = shown(filed(cast.alice.email, residence="FR"), Authority.NEXT_OF_KIN, officer)
    assert request.state == State.IN_REVIEW, "Nothing is granted by itself."
    digest = review.preview(request, actor=officer).digest
    with pytest.raises(decisions.DecisionError, match="somebody who has died"):
        review.decide(request, verdict=Decision.Verdict.GRANTED, actor=officer, shown=digest)
    grounds = dict.fromkeys(("EU", "SG"), "person_has_died")
    decisions.decide(request, verdict=Decision.Verdict.REFUSED, actor=officer, grounds=grounds)
    request.refresh_from_db()
    assert request.outcome == Outcome.REFUSED
    told = letters.read(Letter.objects.get(request=request, kind="refusal"))["reasons"]
    assert ["recital 27" in told[0], "PDPA s 4(4)" in told[1]] == [True, True]


def test_in_china_close_relatives_may(cast, officer):
    request = shown(filed(cast.alice.email, residence="CN"), Authority.NEXT_OF_KIN, officer)
    assert request.state == State.IN_REVIEW
    digest = review.preview(request, actor=officer).digest
    review.decide(request, verdict=Decision.Verdict.GRANTED, actor=officer, shown=digest)
    request.refresh_from_db()
    assert request.state == State.APPROVED


def test_the_dead_are_not_written_to_and_only_who_stands_for_them_is_let_in(cast, officer):
    request = filed(cast.alice.email)
    assert mail.outbox == []
    for kind in (Authority.SIGNED_PERMISSION, Authority.POWER_OF_ATTORNEY):
        with pytest.raises(AuthorityMissingError):
            shown(request, kind, officer)
    assert shown(request, Authority.PERSONAL_REPRESENTATIVE, officer).state == State.IN_REVIEW


def test_the_living_are_not_refused_as_dead_nor_spoken_for_by_their_kin(cast, officer):
    request = filed(cast.bob.email, Right.DELETION, relation=Claim.Relation.REPRESENTATIVE)
    with pytest.raises(AuthorityMissingError):
        shown(request, Authority.NEXT_OF_KIN, officer)
    shown(request, Authority.COURT, officer)
    with pytest.raises(decisions.DecisionError, match="somebody who has died"):
        decisions.decide(
            request,
            verdict=Decision.Verdict.REFUSED,
            actor=officer,
            grounds={"SG": "person_has_died"},
        )
