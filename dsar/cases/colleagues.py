"""Who of the staff may do something today: by their own roles, and as somebody's deputy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from dsar.cases import deputies

if TYPE_CHECKING:
    from django.db.models import QuerySet


def staff() -> QuerySet[Any]:
    """Active staff, by name."""
    model = get_user_model()
    found: QuerySet[Any] = model._default_manager.filter(is_active=True, is_staff=True)  # noqa: SLF001 - as Django documents it.
    return found.order_by(model.USERNAME_FIELD)


def who_may(permission: str) -> QuerySet[Any]:
    """Active staff with this permission of dsar's, by name."""
    permitted = Permission.objects.filter(codename=permission, content_type__app_label="dsar")
    roles = Group.objects.filter(permissions__in=permitted).values("name")
    standing_in = deputies.standing().filter(role__in=roles, deputy__isnull=False)
    may = Q(is_superuser=True) | Q(user_permissions__in=permitted)
    may |= Q(groups__permissions__in=permitted) | Q(pk__in=standing_in.values("deputy"))
    return staff().filter(may).distinct()
