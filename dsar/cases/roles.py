"""The groups that staff belong to, made anew after every migration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from dsar.cases.permissions import GROUPS

if TYPE_CHECKING:
    from django.apps import AppConfig


def make_groups(sender: AppConfig, *, using: str = "default", **_: Any) -> None:
    """Give each group the permissions of the table; those granted elsewhere stay. Safe to run again.

    Django's own handler makes the permissions, but may come after this one, so they are made here first.
    """
    create_permissions(sender, using=using, verbosity=0)
    known = Permission.objects.using(using).filter(content_type__app_label=sender.label)
    for name, codenames in GROUPS.items():
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.add(*known.filter(codename__in=codenames))
