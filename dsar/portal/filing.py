"""Filing from a page: as the person who is logged in, in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from dsar.cases import sessions
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Case
from dsar.engine import reception

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, QueryDict

    from dsar.cases.asked import Asked


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where it was only opened."""
    return request.POST if request.method == "POST" else None


def requester(request: HttpRequest) -> Actor:
    """Whoever is logged in, as the person the data is about."""
    return Actor(kind=ActorKind.REQUESTER, user=request.user)


def file(request: HttpRequest, asked: Sequence[Asked], **known: Any) -> Case:
    """File one submission; raises IntakeError and NotCorrectableError with what to mend."""
    since = sessions.authenticated_at(request)
    return file_for(request.user, asked, authenticated_at=since, **known)


def file_for(user: Any, asked: Sequence[Asked], **known: Any) -> Case:
    """File for somebody of whom it is known in what way they came; without a log-in only what takes effect at once."""
    return reception.file(
        subject=user,
        asked=asked,
        actor=Actor(kind=ActorKind.REQUESTER, user=user),
        channel=Case.Channel.PORTAL,
        language=get_language() or "en",
        contact=getattr(user, user.get_email_field_name()),
        **({"authenticated_at": None} | known),
    )
