"""Every right, under every law, of each kind of requester with an account: filed, verified, decided, closed."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsar.cases import letters, variants, wording
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.intake import Asked, Proposal
from dsar.cases.models import Decision, Letter
from dsar.cases.states import DONE, Outcome, Right, State
from dsar.engine import execution, reception, review
from dsar.law import contents as law
from dsar.law import grounds, rules
from tests.engine.conftest import grant, look_again
from tests.testapp.factories import make_person
from tests.testapp.models import Member

if TYPE_CHECKING:
    from dsar.cases.models import Case, Request

LAWS = {"SG": (("SG",), ""), "EU": ((), "DE"), "SG and GB": (("SG",), "GB"), "US-CA": ((), "US-CA")}
"""The laws that have articles of their own in the table: the house's own, and where the person lives."""
OTHER_LAWS = {
    code: ((), code)
    for code in sorted(set(rules.known()) - {"SG", "EU", "GB", "US-CA", rules.NO_OTHER})
} | {rules.NO_OTHER: ((), "")}
everywhere = pytest.mark.parametrize(
    "laws",
    [
        pytest.param(LAWS, id="laws of most people"),
        pytest.param(
            OTHER_LAWS, id="every other law", marks=[pytest.mark.slow, pytest.mark.timeout(600)]
        ),
    ],
)
KINDS = ("logged in just now", "logs in again later", "vouched for by staff")
RIGHTS: dict[str, tuple[Right, dict[str, Any]]] = {
    "access": (Right.ACCESS, {}),
    "portability": (Right.PORTABILITY, {}),
    "correction": (Right.CORRECTION, {}),
    "deletion": (Right.DELETION, {}),
    "restriction": (Right.RESTRICTION, {"ground": "unlawful"}),
    "consent_withdrawal": (Right.CONSENT_WITHDRAWAL, {"purposes": ["test_newsletter"]}),
    "objection_marketing": (Right.OBJECTION, {"objection": "marketing"}),
    "objection_other": (Right.OBJECTION, {"objection": "other", "purposes": ["test_safety"]}),
    "objection_automated_decision": (
        Right.OBJECTION,
        {"objection": "automated_decision", "purposes": ["test_safety"]},
    ),
    "objection_sale": (Right.OBJECTION, {"objection": "sale", "purposes": ["test_safety"]}),
    "objection_sensitive": (
        Right.OBJECTION,
        {"objection": "sensitive", "purposes": ["test_safety"]},
    ),
}
AT_ONCE = ("consent_withdrawal", "objection_marketing", "objection_sale", "objection_sensitive")
REFUSABLE = [right for right in RIGHTS if right not in AT_ONCE]
_names = count()


def knows(where: str, right: str) -> bool:
    home, residence = (LAWS | OTHER_LAWS)[where]
    attached = rules.attached(residence, home=home, on=timezone.localdate())
    return any(right in rules.latest(code).rights for code in attached)


def filed(settings, right: str, where: str, *, kind: str, dora: Actor) -> Case:
    """A case of somebody new, seen through to the point where who asks is known."""
    home, residence = (LAWS | OTHER_LAWS)[where]
    settings.DSAR = settings.DSAR | {"REGIMES": home}
    person: Any = make_person(f"person{next(_names)}")
    name, scope = RIGHTS[right]
    proposals: tuple[Proposal, ...] = ()
    if right == "correction":
        member = Member.objects.create(user=person.user, nickname="Al", card_token=person.name)
        proposals = (
            Proposal(declaration="testapp.Member", row=str(member.pk), field="nickname", new="Ali"),
        )
    me = Actor(kind=ActorKind.REQUESTER, user=person.user)
    case = reception.file(
        subject=person.user,
        asked=[Asked(right=name, scope=scope, corrections=proposals)],
        actor=me,
        channel="api",
        language="en",
        contact=person.email,
        residence=residence,
        authenticated_at=timezone.now() if kind == KINDS[0] else None,
    )
    if kind == KINDS[1]:
        reception.verify(case, actor=me, authenticated_at=timezone.now())
    if kind == KINDS[2]:
        reception.verify(case, actor=dora)
    return case


def first_grounds(right: str, case: Case) -> dict[str, str]:
    """A ground for refusing under each law of the case that knows the right."""
    return {
        code: grounds.applicable(right, regime=code)[0].code
        for code in case.regimes
        if right in rules.latest(code).rights
    }


def refuse(request: Request, right: str, *, dora: Actor) -> None:
    """Refuse it under every law of its case; it is closed with the letter that is owed."""
    review.decide(
        request,
        verdict=Decision.Verdict.REFUSED,
        actor=dora,
        grounds=first_grounds(right, request.case),
        reason="For the file.",
        balancing="Weighed.",
        looked_again=look_again(request),
    )
    request.refresh_from_db()
    said = (request.case.subject_relation, request.case.regimes)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.REFUSED), said
    check(request, kind=Letter.Kind.REFUSAL)


def check(request: Request, *, kind: Letter.Kind) -> None:
    """The letter that closed it has what is owed under exactly the laws of the case."""
    letter = Letter.objects.select_related("case__key", "request").get(request=request, kind=kind)
    text, regimes = letters.render(letter).text, letter.case.regimes
    for part in law.owed(kind, variant=variants.of(request)).parts(regimes):
        assert wording.words("en")["headings"][part] in text
    for regime in regimes:
        assert wording.regime(regime, language="en")["authority"] in text
    assert law.foreign(text, regimes=regimes) == []


@everywhere
@pytest.mark.parametrize("right", RIGHTS)
def test_each_right_is_answered_under_each_law_for_each_requester(
    settings, dora: Actor, otto: Actor, right: str, laws: dict[str, Any]
) -> None:
    for where in laws:
        for kind in KINDS if knows(where, right) else ():
            case = filed(settings, right, where, kind=kind, dora=dora)
            request = grant(case, dora=dora, otto=otto)
            if request.state != State.CLOSED:
                execution.run(request.pk)
            request.refresh_from_db()
            assert (request.state, request.outcome in DONE) == (State.CLOSED, True), (where, kind)
            assert request.answered_at is not None
            check(request, kind=Letter.Kind.ANSWER)


@everywhere
@pytest.mark.parametrize("right", REFUSABLE)
def test_each_right_that_may_be_refused_is_refused_under_each_law_with_its_letter(
    settings, dora: Actor, right: str, laws: dict[str, Any]
) -> None:
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff", "portability": "staff"}}
    for where in laws:
        for kind in KINDS if knows(where, right) else ():
            case = filed(settings, right, where, kind=kind, dora=dora)
            refuse(case.requests.get(), right, dora=dora)
