"""Every right, under every law, of whoever has no account or asks for another: filed, proved, decided, closed."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import authority, confirmations
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.authority import Authority
from dsar.cases.claims import Said
from dsar.cases.identity import AuthorityMissingError
from dsar.cases.identity_models import Claim, Confirmation
from dsar.cases.intake import Asked, Proposal
from dsar.cases.models import Case, Letter
from dsar.cases.states import DONE, Outcome, State
from dsar.engine import doorstep, execution, reception
from tests.engine.conftest import grant
from tests.engine.test_every_right import (
    AT_ONCE,
    LAWS,
    OTHER_LAWS,
    REFUSABLE,
    RIGHTS,
    check,
    everywhere,
    knows,
    refuse,
)
from tests.mailed import token_in
from tests.testapp.factories import make_open_loan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

HERS = "Gia Guest"
MENDED = "canary-mended"
KINDS: dict[str, Authority | None] = {
    Claim.Relation.FORMER_CUSTOMER: None,
    Claim.Relation.GUARDIAN: Authority.PARENTAL,
    Claim.Relation.AGENT: Authority.SIGNED_PERMISSION,
    Claim.Relation.REPRESENTATIVE: Authority.POWER_OF_ATTORNEY,
}
"""Who asks, and what they show where they ask for somebody else."""
_numbers = count()


def somebody(kind: str) -> Said:
    """A new person without account who has three loans, in their own words or in those of who asks for them."""
    address = f"gia{next(_numbers)}@example.com"
    for number in range(3):
        make_open_loan(f"{address}-{number}", HERS, address, deposit=20)
    facts = {"loan_code": f"{address}-1", "deposit": "20.00"}
    if KINDS[kind] is None:
        return Said(name=HERS, address=address, relation=kind, facts=facts)
    return Said(
        name="Rae Fiction",
        address=f"{kind}-of-{address}",
        relation=kind,
        facts=facts,
        for_name=HERS,
        for_address=address,
        affirmed="I may give you this person's data.",
    )


def press(case: Case, kind: Confirmation.Kind) -> None:
    """Press the button behind a link, as whoever reads that mailbox, and have a worker consider the case."""
    confirmations.press(token_in(confirmations.make(case, kind)))
    doorstep.consider(str(case.pk))
    case.refresh_from_db()


def filed(settings: Settings, right: str, where: str, *, kind: str) -> Case:
    """A case that somebody filed without log-in, and confirmed at their own mailbox."""
    home, residence = (LAWS | OTHER_LAWS)[where]
    settings.DSAR = settings.DSAR | {"REGIMES": home}
    name, scope = RIGHTS[right]
    mend = Proposal(declaration="testapp.Loan", row="", field="remarks", new=MENDED)
    proposals = (mend,) if right == "correction" else ()
    case = reception.file_openly(
        somebody(kind),
        asked=[Asked(right=name, scope=scope, corrections=proposals)],
        actor=Actor(kind=ActorKind.REQUESTER),
        channel=Case.Channel.API,
        language="en",
        residence=residence,
    )
    doorstep.look_up(str(case.pk))
    press(case, Confirmation.Kind.ADDRESS)
    return case


def see_authority(case: Case, kind: str, *, dora: Actor) -> None:
    """Have staff accept what is shown, and the person agree where it does not suffice; until then nothing happens."""
    shown = KINDS[kind]
    assert shown is not None
    assert case.verified_at is None
    assert not case.requests.exclude(outcome="").exists()
    with pytest.raises(AuthorityMissingError):
        reception.verify(case, actor=dora)
    authority.accept(case, kind=shown, actor=dora)
    doorstep.look_up(str(case.pk))
    doorstep.consider(str(case.pk))
    case.refresh_from_db()
    if shown not in authority.ENOUGH_ALONE:
        assert case.verified_at is None
        press(case, Confirmation.Kind.AUTHORITY)


def proved(
    settings: Settings, right: str, laws: dict[str, Any], *, dora: Actor
) -> Iterator[tuple[str, Case]]:
    """A case of each kind of requester under each law that knows the right, each with the person known."""
    for where in (one for one in laws if knows(one, right)):
        for kind, shown in KINDS.items():
            case = filed(settings, right, where, kind=kind)
            if shown is not None:
                see_authority(case, kind, dora=dora)
            if right not in AT_ONCE:
                # A guardian's and a representative's cases are a human's to look at, whatever fits.
                assert (case.verified_at is None) == (shown in authority.ENOUGH_ALONE)
                reception.verify(case, actor=dora)
            yield f"{kind} under {where}", case


@everywhere
@pytest.mark.parametrize("right", RIGHTS)
def test_each_right_is_answered_under_each_law_to_whoever_has_no_account_or_asks_for_another(
    settings: Settings, dora: Actor, otto: Actor, right: str, laws: dict[str, Any]
) -> None:
    for who, case in proved(settings, right, laws, dora=dora):
        request = grant(case, dora=dora, otto=otto)
        if request.state != State.CLOSED:
            execution.run(request.pk)
        request.refresh_from_db()
        assert (request.state, request.outcome in DONE) == (State.CLOSED, True), who
        assert request.outcome != Outcome.NO_DATA_HELD, who
        check(request, kind=Letter.Kind.ANSWER)


@pytest.mark.slow
@everywhere
@pytest.mark.parametrize("right", REFUSABLE)
def test_each_right_is_refused_under_each_law_to_whoever_has_no_account_or_asks_for_another(
    settings: Settings, dora: Actor, right: str, laws: dict[str, Any]
) -> None:
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff", "portability": "staff"}}
    for _who, case in proved(settings, right, laws, dora=dora):
        refuse(case.requests.get(), right, dora=dora)
