"""Write the security log: log-ins and changes of an account by signal, pages and searches by middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import (
    email_changed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied

from accounts.models import SecurityEvent, User

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponseBase

_LONGEST_BROWSER = 1_000
_LONGEST_LANGUAGE = 100
_LONGEST_DETAIL = 4_000
_SEARCHED = "q"
"""The parameter in which every search page of the project takes its words."""


def record(
    kind: SecurityEvent.Kind, *, user: User | None, request: HttpRequest | None, detail: str = ""
) -> SecurityEvent:
    """Append one event; what a browser says of itself is cut to what a real one says."""
    meta: Mapping[str, Any] = request.META if request is not None else {}
    return SecurityEvent.objects.create(
        user=user,
        kind=kind,
        # PostgreSQL stores every character but this one.
        detail=detail.replace("\0", "")[:_LONGEST_DETAIL],
        ip=_address(request),
        user_agent=str(meta.get("HTTP_USER_AGENT", ""))[:_LONGEST_BROWSER],
        language=str(meta.get("HTTP_ACCEPT_LANGUAGE", ""))[:_LONGEST_LANGUAGE],
    )


def listen() -> None:
    """Follow Django's log-in signals."""
    user_logged_in.connect(_logged_in, dispatch_uid="accounts.security_log")
    user_logged_out.connect(_logged_out, dispatch_uid="accounts.security_log")
    user_login_failed.connect(_log_in_failed, dispatch_uid="accounts.security_log")
    for signal in (password_changed, password_set, password_reset):
        signal.connect(_password_changed, dispatch_uid="accounts.security_log")
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(_factor_changed, dispatch_uid="accounts.security_log")
    email_changed.connect(_address_changed, dispatch_uid="accounts.security_log")


class PageViewMiddleware:
    """Record the pages and searches of people who are logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer first: only a page that was really shown counts."""
        response = self.get_response(request)
        if _is_page(request, response) and isinstance(request.user, User):
            searched = request.GET.get(_SEARCHED)
            kind = SecurityEvent.Kind.PAGE if searched is None else SecurityEvent.Kind.SEARCH
            record(kind, user=request.user, request=request, detail=searched or request.path)
        return response


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    """A whole page, not a picture, an answer to a program, or a part that a page refreshes."""
    return (
        request.method == "GET"
        and response.status_code == 200  # noqa: PLR2004 - OK.
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "HX-Request" not in request.headers
    )


def _logged_in(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    record(SecurityEvent.Kind.LOG_IN, user=user, request=request)


def _logged_out(*, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        record(SecurityEvent.Kind.LOG_OUT, user=user, request=request)


def _password_changed(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    record(SecurityEvent.Kind.PASSWORD_CHANGED, user=user, request=request)


def _factor_changed(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    record(SecurityEvent.Kind.FACTOR_CHANGED, user=user, request=request)


def _address_changed(
    *, request: HttpRequest | None, user: User, from_email_address: Any = None, **_: Any
) -> None:
    """Keep the address before, so that its reader can be asked whether the change was theirs."""
    before = str(getattr(from_email_address, "email", "") or "")
    record(SecurityEvent.Kind.ADDRESS_CHANGED, user=user, request=request, detail=before)


def _log_in_failed(
    *, credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Attach the attempt to the account it aimed at; an address without account is not kept."""
    address = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email=str(address)).first()
    record(SecurityEvent.Kind.LOG_IN_FAILED, user=user, request=request)


def _address(request: HttpRequest | None) -> str | None:
    """Where the request came from; None where the server does not know (a test, a Unix socket)."""
    if request is None:
        return None
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return None
