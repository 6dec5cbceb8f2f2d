"""Addresses that an account had before: asked where it changed lately, and told what is under way in its name.

A thief of an account changes its address, password or second factor first, and then asks for a copy of everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from dsar import conf
from dsar.cases import confirmations, notices
from dsar.cases.identity_models import Confirmation
from dsar.cases.models import Case
from dsar.cases.states import Right
from dsar.crashpoints import effect
from dsar.dispatch import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable

GUARDED = frozenset({Right.ACCESS, Right.PORTABILITY, Right.DELETION})
"""What an account that changed lately does not get by logging in alone."""
ASK, WARN = "dsar.ask_earlier", "dsar.warn_earlier"
_Kind = Confirmation.Kind


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed about an account lately, and the addresses it had before."""

    kinds: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def changes(person: object) -> Changes:
    """What `DSAR["ACCOUNT_CHANGES"]` knows of the account; nothing where no project says so."""
    path = conf.get("ACCOUNT_CHANGES")
    if not path or person is None:
        return Changes()
    kinds, addresses = import_string(path)(
        person, timezone.now() - timedelta(days=conf.get("CHANGE_DAYS"))
    )
    return Changes(kinds=tuple(kinds), addresses=tuple(addresses))


def is_guarded(rights: Iterable[str]) -> bool:
    """Whether what is asked is what a thief of an account would ask."""
    return not GUARDED.isdisjoint(rights)


def must_be_asked(case: Case, rights: Iterable[str]) -> bool:
    """Whether an account changed so lately that an earlier address has to agree, and has not yet."""
    if not is_guarded(rights) or not changes(case.subject_id).kinds:
        return False
    agreed = Confirmation.objects.filter(
        case=case, kind=_Kind.EARLIER_ADDRESS, used_at__isnull=False
    )
    return not agreed.exists()


def wake(case: Case, task: str = WARN) -> None:
    """Have the earlier addresses asked or warned once the caller's transaction has committed."""
    wake_for(case, changes(case.subject_id), task)


def wake_for(case: Case, found: Changes, task: str = WARN) -> None:
    """The same where it is known already what changed."""
    if found.addresses:
        outbox.wake(task, str(case.pk), queue="mail")


def ask(case_id: str) -> None:
    """Ask at the earlier addresses whether it was they; once a case."""
    _mail(case_id, _Kind.EARLIER_ADDRESS, once=True)


def warn(case_id: str) -> None:
    """Tell the earlier addresses that something is under way, with a link that stops it."""
    _mail(case_id, _Kind.NOT_ME, once=False)


def _mail(case_id: str, kind: Confirmation.Kind, *, once: bool) -> None:
    with effect("earlier.mail"), transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("key").get(pk=case_id)
        if once and case.confirmations.filter(kind=kind).exists():
            return
        for address in changes(case.subject_id).addresses:
            notices.ask(case, to=address, question=kind.value, link=confirmations.make(case, kind))
