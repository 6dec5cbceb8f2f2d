"""Who works here: groups, second factor, undertaking and training of each, and the reviews to be signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse

from dsar.cases import colleagues, owning, permissions, second_factor
from dsar.duties.retention import reviewing
from dsar.registers import staffing
from dsar.registers.staff_models import StaffRecord
from dsar.staff.reading import has_any

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse

    from dsar.registers.house_reviews import Task

NEEDS = (permissions.APPROVE, permissions.AUDIT)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of the staff, as a review of access rights has to see them."""

    user: Any
    groups: str
    has_second_factor: bool
    handles: bool
    """Whether they may be given requests by their permissions."""
    undertaking: date | None
    training: date | None

    @property
    def is_unfit(self) -> bool:
        """Whether they may handle requests, and lack what that takes."""
        return self.handles and not (self.undertaking and self.training)


def page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Show them to the officer and to auditors."""
    if not has_any(request.user, NEEDS):
        raise PermissionDenied
    context: dict[str, Any] = {**site.each_context(request), "title": "Staff", "subtitle": None}
    context |= {"members": members(), "tasks": reviewing.tasks()}
    context["may_act"] = request.user.has_perm(f"dsar.{permissions.APPROVE}")
    return TemplateResponse(request, "admin/dsar/staff.html", context)


def members() -> list[Member]:
    """Everybody who may enter the desk; as many statements however many there are."""
    found: list[Any] = list(colleagues.staff().prefetch_related("groups"))
    keys = [one.pk for one in found]
    twice = set(second_factor.held().filter(user__in=keys).values_list("user_id", flat=True))
    handling = set(owning.candidates().values_list("pk", flat=True))
    until = staffing.valid_until(keys)
    return [
        Member(
            user=one,
            groups=_groups(one),
            has_second_factor=one.pk in twice,
            handles=one.pk in handling,
            undertaking=until.get(one.pk, {}).get(StaffRecord.Kind.UNDERTAKING),
            training=until.get(one.pk, {}).get(StaffRecord.Kind.TRAINING),
        )
        for one in found
    ]


def overdue(user: Any) -> list[Task]:
    """The reviews whose day has passed, for whoever may sign them."""
    if not user.has_perm(f"dsar.{permissions.APPROVE}"):
        return []
    return [one for one in reviewing.tasks() if one.is_overdue]


def _groups(user: Any) -> str:
    names = [one.name for one in user.groups.all()]
    return ", ".join([*(["superuser"] if user.is_superuser else []), *sorted(names)]) or "none"
