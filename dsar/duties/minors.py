"""Look at a report about a minor the day it comes; lock what is confirmed; see that it goes (R138, R139).

A report is no weapon: nothing changes before staff looked, with something shown; whoever holds the account is asked at
their own address as for every request in another's name; and the deletion takes two people like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import authority, claims, notes, permissions, subjects
from dsar.cases.authority import Authority
from dsar.cases.identity_models import Claim
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Request
from dsar.cases.states import DONE, State
from dsar.crashpoints import effect
from dsar.engine import facts, reception
from dsar.registers import minors

if TYPE_CHECKING:
    from typing import Any

    from dsar.cases.actors import Actor
    from dsar.registers.minor_models import MinorReport

SHOWN = (Authority.PARENTAL, Authority.COURT, Authority.MINORITY)
"""What a report can rest on: that somebody answers for the child, or that the person is one."""


def account(case: Case) -> Any:
    """The account that has the address that was reported, or None."""
    said = claims.read(case)
    return None if said is None else facts.account_of(said.subject_address)


@effect("minors.confirm")
@transaction.atomic
def confirm(case: Case, *, shown: Authority, reason: str, actor: Actor) -> MinorReport:
    """Find that it is a minor's data: it is locked at once, and the request goes to review.

    A guardian shows that they are one; of anybody else it suffices that the person is shown to be a minor, and the
    answers then go to the person. Raises NotPermittedError and TriagedError.
    """
    by = _checked(actor, reason)
    is_guardian = case.subject_relation == Claim.Relation.GUARDIAN
    if shown not in SHOWN or (is_guardian and shown == Authority.MINORITY):
        raise NotPermittedError
    subject = account(case)
    found = minors.triage(
        case.pk, finding=minors.Finding.CONFIRMED, subject=subject, shown=shown.value, by=by
    )
    authority.accept(case, kind=shown, actor=actor)
    if subject is not None:
        case.subject_id = subject
        case.save(update_fields=["subject"])
    if not is_guardian:
        subjects.answer_to(case, subjects.addressed(case))
    reception.verify(case, actor=actor)
    notes.write(case, text=reason, actor=actor)
    return found


@effect("minors.dismiss")
@transaction.atomic
def dismiss(case: Case, *, reason: str, actor: Actor) -> MinorReport:
    """Find that it is not a minor's data, or that nothing shows it; nothing is locked."""
    found = minors.triage(
        case.pk,
        finding=minors.Finding.UNFOUNDED,
        subject=None,
        shown="",
        by=_checked(actor, reason),
    )
    notes.write(case, text=reason, actor=actor)
    return found


@effect("minors.lift")
@transaction.atomic
def lift(case: Case, *, reason: str, actor: Actor) -> bool:
    """End a lock that was a mistake; False where none stands."""
    lifted = minors.lift(case.pk, by=_checked(actor, reason))
    if lifted:
        notes.write(case, text=reason, actor=actor)
    return lifted


def sweep() -> int:
    """End the reports whose deletion is done; how many. One that closed otherwise stays until staff say so."""
    waiting = list(minors.confirmed().values_list("case_reference", flat=True))
    if not waiting:
        return 0
    closed = Request.objects.filter(case__in=waiting, right="deletion", state=State.CLOSED)
    done = closed.filter(outcome__in=[one.value for one in DONE])
    return minors.end(list(done.values_list("case_id", flat=True)))


def _checked(actor: Actor, reason: str) -> Any:
    if actor.user is None or not actor.may(permissions.DECIDE) or not reason.strip():
        raise NotPermittedError
    return actor.user.pk
