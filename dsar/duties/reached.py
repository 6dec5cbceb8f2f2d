"""Everybody with an account, and where they are reached by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet


def people() -> QuerySet[Any]:
    """Whoever has an open account and an address."""
    users = get_user_model()._default_manager  # noqa: SLF001 - Django's documented way to any user model.
    unreachable = {get_user_model().get_email_field_name(): ""}
    found: QuerySet[Any] = users.filter(is_active=True).exclude(**unreachable)
    return found


def addresses(claimed: Sequence[Any]) -> dict[int, str]:
    """Where the people of a batch of notices are reached; whoever wants no mail at all is left out."""
    field = get_user_model().get_email_field_name()
    subjects = {one.subject_id: one.pk for one in claimed}
    found = dict(people().filter(pk__in=subjects).values_list("pk", field))
    silent = suppression.suppressed_among(found.values(), scope=suppression.EVERYTHING)
    return {subjects[person]: to for person, to in found.items() if to not in silent}
