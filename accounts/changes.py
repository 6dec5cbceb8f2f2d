"""What changed about an account lately that a thief would change first: password, address, second factor, device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Min

from accounts.models import SecurityEvent, User

if TYPE_CHECKING:
    from datetime import datetime

_Kind = SecurityEvent.Kind
NEW_DEVICE = "new_device"
_CHANGES = (_Kind.PASSWORD_CHANGED, _Kind.ADDRESS_CHANGED, _Kind.FACTOR_CHANGED)


def since(person: int, moment: datetime) -> tuple[list[str], list[str]]:
    """What changed since then, and the addresses that the account had before; with nothing changed both are empty.

    Where the address stayed, it is itself the earlier one.
    """
    seen = (
        SecurityEvent.objects.filter(user=person, kind__in=(_Kind.LOG_IN, *_CHANGES))
        .values_list("kind", "detail", "user_agent")
        .annotate(first=Min("happened_at"), last=Max("happened_at"))
        .order_by("first")
    )
    kinds: set[str] = set()
    earlier: list[str] = []
    browsers: set[str] = set()
    for kind, detail, browser, first, last in seen:
        if kind == _Kind.LOG_IN:
            # The first browser of an account is none that it changed to.
            if first >= moment and browsers - {browser}:
                kinds.add(NEW_DEVICE)
            browsers.add(browser)
        elif last >= moment:
            kinds.add(str(kind))
            earlier += [detail] if kind == _Kind.ADDRESS_CHANGED and detail else []
    if kinds and not earlier:
        earlier = list(User.objects.filter(pk=person).values_list("email", flat=True))
    return sorted(kinds), earlier
