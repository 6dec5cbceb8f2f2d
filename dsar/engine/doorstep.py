"""What happens to a filing without log-in once a worker has it: look up, let in, or ask for more.

Filing does the same for every address; only here does anything depend on whether somebody is known (R16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import authority, claims, confirmations, identity, notices, proofs, subjects, tiers
from dsar.cases.actors import SYSTEM
from dsar.cases.identity import Method
from dsar.cases.identity_models import Claim, Confirmation, Proof
from dsar.cases.models import Case
from dsar.cases.states import State
from dsar.cases.tiers import Tier
from dsar.contract import people
from dsar.crashpoints import effect
from dsar.engine import facts, reception

if TYPE_CHECKING:
    from dsar.cases.claims import Said
    from dsar.cases.models import Request
    from dsar.engine.facts import Found


@effect("case.look_up")
@transaction.atomic
def look_up(case_id: str) -> None:
    """Start what was filed: what takes effect at once does, the rest waits to be proved. Again changes nothing."""
    case, claim = _locked(case_id)
    for request in case.requests.filter(state=State.SUBMITTED).order_by("due_at", "id"):
        request.case = case
        if _may_start(request, claim):
            reception.start(request)
    if claim is not None and Claim.NOBODY_NAMED in claim.flags:
        identity.ask_for_the_person(case)


def _may_start(request: Request, claim: Claim | None) -> bool:
    """An opt-out in another person's name waits for the permission; everything else waits in its own state."""
    relation = request.case.subject_relation
    at_once = tiers.tier(request, relation=relation) is Tier.NONE
    return claim is None or not at_once or authority.permits_opt_outs(claim, relation=relation)


@effect("case.consider")
@transaction.atomic
def consider(case_id: str) -> None:
    """See whether a case is proved by now, and let it in if it is. Again changes nothing."""
    case, claim = _locked(case_id)
    if case.verified_at is not None or case.frozen_at is not None:
        return
    if claim is None:
        _hear_earlier_address(case)
    elif Claim.NOBODY_NAMED in claim.flags:
        return
    elif claim.confirmed_at is not None:
        _weigh(case, claim)


def _hear_earlier_address(case: Case) -> None:
    """A case that an account filed goes on once its earlier address has agreed."""
    agreed = case.confirmations.filter(
        kind=Confirmation.Kind.EARLIER_ADDRESS, used_at__isnull=False
    )
    if agreed.exists():
        reception.agree(case, actor=SYSTEM)


def _weigh(case: Case, claim: Claim) -> None:
    said = claims.opened(case, claim)
    found = facts.look(said.subject_address, name=said.subject_name, facts=said.facts)
    if authority.is_missing(claim, relation=case.subject_relation):
        _ask_the_person(case, said, found)
        return
    method = _method(case, said, found)
    proofs.note(
        case,
        method=method or Method.EMAIL_LINK,
        facts=found.matched,
        result=Proof.Result.PASSED if method else Proof.Result.NOT_ENOUGH,
        actor=SYSTEM,
    )
    if method is not None:
        _let_in(case, said, found, method=method)
    elif found.account is not None and not said.is_for_another:
        # From here on the account sees the case and proves it by a fresh log-in.
        Case.objects.filter(pk=case.pk).update(subject=found.account)


def _method(case: Case, said: Said, found: Found) -> Method | None:
    """By which method it is proved; None where more is needed."""
    requests = list(case.requests.exclude(state=State.CLOSED))
    for request in requests:
        request.case = case
    has_account = found.account is not None
    needed = tiers.strictest(
        tiers.tier(request, relation=case.subject_relation, has_account=has_account)
        for request in requests
    )
    if needed is Tier.NONE or (needed is Tier.LINK and _link_suffices(said, found)):
        return Method.EMAIL_LINK
    if needed not in {Tier.LINK, Tier.LINK_AND_FACTS}:
        return None
    if not found.holds:
        # Whoever reads the mailbox learns that nothing is held under it, which is theirs to know.
        return Method.EMAIL_LINK
    enough = len(found.matched) >= tiers.facts_needed(requests) and facts.NAME in found.matched
    return Method.LINK_AND_FACTS if enough else None


def _link_suffices(said: Said, found: Found) -> bool:
    """An office's mailbox, or one that several people share, never suffices alone."""
    alone = not found.shared and not claims.is_role(said.subject_address)
    return alone and (not found.holds or facts.NAME in found.matched)


def _let_in(case: Case, said: Said, found: Found, *, method: Method) -> None:
    guest = people.guest(
        (said.subject_address,), names=(said.subject_name,), unnamed=not found.shared
    )
    if said.is_for_another:
        # The answer goes to the person, unless the permission covers receiving it.
        subjects.answer_to(case, said.subject_address)
    reception.admit(case, guest, method=method, actor=SYSTEM)


def _ask_the_person(case: Case, said: Said, found: Found) -> None:
    """Ask the person whether somebody may ask for them, at an address that we knew before; nobody else is told."""
    if said.relation == Claim.Relation.DECEASED:
        return
    known = found.holds or found.account is not None
    asked = case.confirmations.filter(kind=Confirmation.Kind.AUTHORITY).exists()
    if known and not asked:
        link = confirmations.make(case, Confirmation.Kind.AUTHORITY)
        notices.ask(case, to=said.subject_address, question="authority", link=link)


def _locked(case_id: str) -> tuple[Case, Claim | None]:
    case = Case.objects.select_for_update(of=("self",)).select_related("key").get(pk=case_id)
    return case, Claim.objects.filter(case=case).first()
