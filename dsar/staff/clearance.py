"""Who sees a person by name: whoever handles requests; an auditor after saying why, for one case and for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.cases import permissions
from dsar.staff.reading import acting

if TYPE_CHECKING:
    from django.http import HttpRequest

    from dsar.cases.models import Case

SECONDS = 30 * 60
"""So long a case stays revealed, in the session in which it was."""
_KEY = "dsar_revealed"
HIDDEN = "(hidden; revealing it needs a reason)"


def sees(request: HttpRequest, case: Case) -> bool:
    """Whether whoever sits before the screen sees who this case is about."""
    actor = acting(request)
    if actor.may(permissions.HANDLE):
        return True
    until = request.session.get(_KEY, {}).get(str(case.pk), 0)
    return actor.may(permissions.AUDIT) and timezone.now().timestamp() < until


def may_reveal(request: HttpRequest, case: Case) -> bool:
    """Whether it can be asked to be shown."""
    return acting(request).may(permissions.AUDIT) and not sees(request, case)


def open_for(request: HttpRequest, case: Case) -> None:
    """Let this session see the case for a while; what is over goes."""
    now = timezone.now().timestamp()
    held = request.session.get(_KEY, {})
    standing = {key: until for key, until in held.items() if until > now}
    request.session[_KEY] = standing | {str(case.pk): now + SECONDS}
