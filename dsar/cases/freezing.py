"""A case stands still once somebody says that it was not they who asked; staff look before it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar.cases import notes, permissions
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor


def freeze(case: Case) -> None:
    """Stop a case; again changes nothing. The caller holds the transaction."""
    if Case.objects.filter(pk=case.pk, frozen_at__isnull=True).update(frozen_at=timezone.now()):
        log.append(Tag.CASE_FROZEN, case=str(case.pk))


def thaw(case: Case, *, actor: Actor, reason: str) -> None:
    """Let a case go on, by staff who decide and say why."""
    if not actor.may(permissions.DECIDE) or not reason.strip():
        raise NotPermittedError
    with effect("case.thaw"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(frozen_at=None)
        notes.write(case, text=reason, actor=actor)
        log.append(Tag.CASE_THAWED, request=None, case=str(case.pk), **actor.witnessed(case))
