"""Deputies: who stands in for whom in a role, for a time, appointed by the officer or the system owner (R188).

A deputy acts as themselves, with the permissions of the role in that time only. So whoever decided something never
signs it as somebody's deputy: the second signature compares people, not roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import slugify

from dsar.cases import second_factor
from dsar.cases.deputy_models import Deputyship
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.permissions import APPOINT, GROUPS
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor

_CACHE = "_dsar_permissions_as_deputy"


class DeputyError(MoveError):
    """Nobody can be appointed like this."""


def appoint(  # noqa: PLR0913 - who, for whom, in what, and when.
    *, role: str, absent: Any, deputy: Any, first_on: date, last_on: date, actor: Actor
) -> Deputyship:
    """Enter that somebody is away in a role, and who stands in, if anybody; raises DeputyError, NotPermittedError."""
    if not actor.may(APPOINT):
        raise NotPermittedError
    _check(role=role, absent=absent, deputy=deputy, actor=actor)
    _check_period(first_on, last_on)
    with effect("deputy.appoint"), transaction.atomic():
        entered = Deputyship.objects.create(
            role=role,
            absent_id=absent.pk,
            deputy_id=deputy.pk if deputy else None,
            first_on=first_on,
            last_on=last_on,
            appointed_by_id=actor.user.pk,
        )
        log.append(Tag.DEPUTY_APPOINTED, stands_in=deputy is not None, **_said(entered, actor))
    return entered


def end(entered: Deputyship, *, actor: Actor) -> bool:
    """End it before its time; False if it had ended. Raises NotPermittedError."""
    if not actor.may(APPOINT):
        raise NotPermittedError
    with effect("deputy.end"), transaction.atomic():
        changed = Deputyship.objects.filter(pk=entered.pk, ended_at__isnull=True).update(
            ended_at=Now()
        )
        if changed:
            log.append(Tag.DEPUTY_ENDED, **_said(entered, actor))
    return bool(changed)


def standing(day: date | None = None) -> QuerySet[Deputyship]:
    """What counts on a day, today if none is named."""
    on = day or timezone.localdate()
    return Deputyship.objects.filter(ended_at__isnull=True, first_on__lte=on, last_on__gte=on)


class DeputyBackend(BaseBackend):
    """Lets Django ask what somebody may do as a deputy today; it logs nobody in.

    The right to appoint is not handed on, so that no deputy prolongs themselves.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Only dsar's own permissions, so that nothing else costs a statement."""
        return perm.startswith("dsar.") and super().has_perm(user_obj, perm, obj)

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """The permissions of every role in which they stand in for somebody today; one statement."""
        if obj is not None or not (user_obj.is_active and getattr(user_obj, "is_staff", False)):
            return set()
        if not hasattr(user_obj, _CACHE):
            setattr(user_obj, _CACHE, _permissions(user_obj))
        found: set[str] = getattr(user_obj, _CACHE)
        return found


def _permissions(user: Any) -> set[str]:
    roles = standing().filter(deputy=user.pk).values("role")
    held = Permission.objects.filter(
        group__in=Group.objects.filter(name__in=roles), content_type__app_label="dsar"
    ).exclude(codename=APPOINT)
    return {f"dsar.{one}" for one in held.values_list("codename", flat=True)}


def _said(entered: Deputyship, actor: Actor) -> dict[str, Any]:
    return {
        "deputyship": entered.pk,
        "role_of": slugify(entered.role),
        "first_on": entered.first_on.isoformat(),
        "last_on": entered.last_on.isoformat(),
        "actor": actor.kind.value,
        "role": actor.role,
    }


def _check(*, role: str, absent: Any, deputy: Any, actor: Actor) -> None:
    if role not in GROUPS or not absent.groups.filter(name=role).exists():
        message = "Whoever is away does not have this role."
        raise DeputyError(message)
    if deputy is None:
        return
    if deputy == absent:
        message = "Nobody stands in for themselves."
        raise DeputyError(message)
    if deputy == actor.user:
        message = "Nobody appoints themselves; somebody else who may appoint does it."
        raise DeputyError(message)
    if not (deputy.is_active and deputy.is_staff) or second_factor.is_missing(deputy):
        message = "A deputy is active staff with a second factor."
        raise DeputyError(message)


def _check_period(first_on: date, last_on: date) -> None:
    if last_on < first_on:
        message = "It cannot end before it began."
        raise DeputyError(message)
    if last_on < timezone.localdate():
        message = "This time is over."
        raise DeputyError(message)
