"""Who calls: a person about their own data, or staff with a permission and a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.views import APIView

from dsar.api import throttles
from dsar.api.problems import ProblemError
from dsar.cases import identity, second_factor, sessions
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.identity import NotFreshError
from dsar.cases.models import Case, Request

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from rest_framework.request import Request as Call
    from rest_framework.throttling import BaseThrottle


class Own(APIView):
    """A call about one's own data; everybody else's does not exist (404, never 403)."""

    permission_classes = (IsAuthenticated,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (throttles.Calls,)


class ByLink(APIView):
    """A call by a mailed link and a mailed code, about the one case that they open."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (throttles.Codes,)


class Staff(BasePermission):
    """Active staff with the permission that the view names, and with a second factor where settings ask for it."""

    def has_permission(self, request: Call, view: Any) -> bool:
        """Whether the caller may; raises ProblemError where only the second factor is missing."""
        user = request.user
        if not (user.is_authenticated and user.is_staff and user.has_perm(f"dsar.{view.needs}")):
            return False
        if second_factor.is_missing(user):
            raise ProblemError(
                status=403,
                code="second_factor_missing",
                title="A second factor is needed",
                detail="Set up an authenticator on your account's page, log in with it, and call again.",
            )
        return True


class ForStaff(APIView):
    """A call about other people's data; `needs` names the permission."""

    permission_classes = (Staff,)
    throttle_classes = (throttles.Calls,)
    for_staff = True
    needs = "view_request"


def requester(call: Call) -> Actor:
    """Whoever calls, as the person the data is about."""
    return Actor(kind=ActorKind.REQUESTER, user=call.user)


def staff(call: Call) -> Actor:
    """Whoever calls, as staff."""
    return Actor(kind=ActorKind.STAFF, user=call.user)


def cases_of(call: Call) -> QuerySet[Case]:
    """The caller's own cases."""
    return Case.objects.filter(subject_id=call.user.pk)


def own_request(call: Call, *, reference: str, pk: Any) -> Request:
    """One of the caller's own requests; raises Http404 for every other."""
    own = Request.objects.select_related("case__key").filter(case__subject_id=call.user.pk)
    return get_object_or_404(own, case__reference=reference, pk=pk)


def authenticated_at(call: Call) -> datetime | None:
    """When the caller last gave a password: the token's beginning, or the session's latest log-in."""
    if (begun := getattr(call.auth, "created", None)) is not None:
        return begun  # type: ignore[no-any-return]  # knox brings no types
    return sessions.authenticated_at(call)


def must_be_fresh(call: Call) -> None:
    """Raise NotFreshError where the log-in is too long ago to hand out personal data (R24)."""
    if not identity.fresh(authenticated_at(call)):
        raise NotFreshError
