"""Errors as problem details (RFC 9457): what is wrong and what to do about it, without personal data."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from dsar.cases.identity import EarlierAddressNeededError, NotFreshError
from dsar.cases.intake import IntakeError
from dsar.cases.lifecycle import GuardError, MoveError, NotPermittedError
from dsar.cases.links import LinkError
from dsar.cases.mail_reading import MailUnreadableError
from dsar.engine.renewing import NotRenewableError
from dsar.engine.review import PlanChangedError
from dsar.engine.rights.correction import NotCorrectableError
from dsar.keys.box import KeyDestroyedError
from dsar.packages.fetched import FetchedOutError
from dsar.packages.vault import PackageUnavailableError
from dsar.registers.purposes import UnknownPurposeError, WrongBasisError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MEDIA_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One error as the caller reads it; `errors` names what is wrong by JSON pointer into the body."""

    status: int
    code: str
    title: str
    detail: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """The members of the document."""
        said: dict[str, Any] = {
            "type": f"urn:problem:dsar:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            said["errors"] = [{"pointer": at, "detail": what} for at, what in self.errors]
        return said


class ProblemError(exceptions.APIException):
    """An error that is a problem document already."""

    def __init__(self, **members: Any) -> None:
        self.problem = Problem(**members)
        self.status_code = self.problem.status
        super().__init__(self.problem.detail)


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """Turn whatever a view raised into a problem document (REST_FRAMEWORK's EXCEPTION_HANDLER)."""
    problem = _problem(error, staff=getattr(context.get("view"), "for_staff", False))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("A call failed.", exc_info=error)
    set_rollback()
    return Response(
        problem.said(),
        status=problem.status,
        headers=dict(problem.headers),
        content_type=MEDIA_TYPE,
    )


@csrf_exempt
def nowhere(_request: HttpRequest) -> JsonResponse:
    """Answer for every address under the API that is none."""
    return JsonResponse(NOT_FOUND.said(), status=NOT_FOUND.status, content_type=MEDIA_TYPE)


NOT_FOUND = Problem(
    status=404,
    code="not_found",
    title="There is nothing here",
    detail="The address is wrong, or what it names is not yours to see. GET /api/schema lists every address.",
)

_FORBIDDEN = Problem(
    status=403,
    code="not_permitted",
    title="You may not do this",
    detail="Your account lacks the permission that this needs; whoever manages roles can grant it.",
)

_FAILED = Problem(
    status=500,
    code="failed",
    title="Something failed on our side",
    detail="Nothing was changed. Try again later; if it stays so, write to us with the time of your call.",
)

_GONE = Problem(
    status=410,
    code="gone",
    title="This is no longer available",
    detail="It expired, was taken back, or was destroyed as promised. You may ask for a new copy at any time.",
)


_FETCHED_OUT = Problem(
    status=410,
    code="fetched_out",
    title="This was fetched as often as it may be",
    detail="POST to the same address to have a new copy made of what is held today.",
)


def _problem(error: Exception, *, staff: bool) -> Problem:
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, GuardError):
        return _obstructed(error, staff=staff)
    for kind, tell in _TOLD.items():
        if isinstance(error, kind):
            return tell(error)
    return _FAILED


def _obstructed(error: GuardError, *, staff: bool) -> Problem:
    """Staff read what stands in the way; the requester must not learn of holds (R155)."""
    detail = str(error) if staff else error.public
    return Problem(
        status=409, code="obstructed", title="Something stands in the way", detail=detail
    )


def _conflicting(error: Exception) -> Problem:
    return Problem(
        status=409, code="conflict", title="Not possible as things stand", detail=str(error)
    )


def _not_renewable(error: Exception) -> Problem:
    return Problem(
        status=410,
        code="not_renewable",
        title="No new copy can be made of this",
        detail=f"{error} Ask anew: POST /api/v1/cases.",
    )


def _plan_changed(_: Exception) -> Problem:
    return Problem(
        status=409,
        code="plan_changed",
        title="The plan has changed since it was shown",
        detail="Ask for the preview again and decide on what it shows.",
    )


def _stale(_: Exception) -> Problem:
    return Problem(
        status=403,
        code="log_in_again",
        title="The last log-in is too long ago",
        detail="Give your password again: POST /api/v1/auth/token makes a fresh token; in the browser, log in again.",
    )


def _earlier_needed(error: Exception) -> Problem:
    return Problem(
        status=403, code="earlier_address", title="Your earlier address is asked", detail=str(error)
    )


def _unreadable_mail(error: Exception) -> Problem:
    return Problem(
        status=422, code="mail_unreadable", title="This message cannot be read", detail=str(error)
    )


def _wrong_link(_: Exception) -> Problem:
    return Problem(
        status=404,
        code="link_or_code_wrong",
        title="This link or code does not work",
        detail="Each code works once and for a short time; POST /api/v1/answer/code has a new one mailed.",
    )


def _not_taken_in(error: Any) -> Problem:
    """IntakeError names places as `0.scope.ground`, counted in the list of rights."""
    found = [(_place(at), str(what)) for at, what in error.errors.items()]
    return _unprocessable(found)


def _place(at: str) -> str:
    head, *rest = at.split(".")
    return (
        "/".join(("#", "rights", head, *rest)) if head.isdigit() else f"#/{'/'.join((head, *rest))}"
    )


def _not_correctable(error: Any) -> Problem:
    """NotCorrectableError names them as `declaration/row/field`."""
    found = [
        (f"#/rights/corrections/{at}", message)
        for at, messages in error.errors.items()
        for message in messages
    ]
    return _unprocessable(found)


def _unprocessable(found: list[tuple[str, str]]) -> Problem:
    return Problem(
        status=422,
        code="not_valid",
        title="Some of this cannot be taken in",
        detail="Mend what `errors` names and send it again; nothing was changed.",
        errors=tuple(found),
    )


def _wrong_purpose(error: Exception) -> Problem:
    return _unprocessable([("#/purpose", str(error))])


def _invalid(error: Any) -> Problem:
    return _unprocessable(list(_flattened(error.detail, at="#")))


def _flattened(detail: Any, *, at: str) -> Iterator[tuple[str, str]]:
    """DRF's nested messages as pairs of JSON pointer and message."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flattened(inner, at=at if name == "non_field_errors" else f"{at}/{name}")
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flattened(inner, at=f"{at}/{position}" if nested else at)
    else:
        yield at, str(detail)


HELP: dict[int, tuple[str, str, str]] = {
    400: ("unreadable", "The call cannot be read", "Send JSON as the schema at /api/schema says."),
    401: (
        "log_in",
        "Log in first",
        "Send `Authorization: Token …`; POST /api/v1/auth/token gives one for e-mail and password.",
    ),
    403: ("not_permitted", _FORBIDDEN.title, _FORBIDDEN.detail),
    404: ("not_found", NOT_FOUND.title, NOT_FOUND.detail),
    405: (
        "method",
        "This address does not take that method",
        "The `Allow` header says which it takes.",
    ),
    406: ("not_acceptable", "This comes as JSON only", "Send `Accept: application/json`."),
    415: ("media_type", "Bodies are JSON here", "Send `Content-Type: application/json`."),
    429: ("too_often", "Too many calls", "Wait as many seconds as `Retry-After` says, then go on."),
}
"""What is said of the framework's own errors, by status: code, title, what to do."""


def _of_framework(error: Any) -> Problem:
    code, title, detail = HELP.get(
        error.status_code, ("refused", "The call was refused", "See the schema at /api/schema.")
    )
    return Problem(
        status=error.status_code,
        code=code,
        title=title,
        detail=detail,
        headers=_headers(error),
    )


def _headers(error: Any) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)
    return headers


_TOLD: dict[type[Exception], Callable[[Any], Problem]] = {
    IntakeError: _not_taken_in,
    NotCorrectableError: _not_correctable,
    NotPermittedError: lambda _: _FORBIDDEN,
    PlanChangedError: _plan_changed,
    NotFreshError: _stale,
    EarlierAddressNeededError: _earlier_needed,
    MailUnreadableError: _unreadable_mail,
    LinkError: _wrong_link,
    NotRenewableError: _not_renewable,
    MoveError: _conflicting,
    KeyDestroyedError: lambda _: _GONE,
    FetchedOutError: lambda _: _FETCHED_OUT,
    PackageUnavailableError: lambda _: _GONE,
    UnknownPurposeError: _wrong_purpose,
    WrongBasisError: _wrong_purpose,
    exceptions.ValidationError: _invalid,
    exceptions.APIException: _of_framework,
    Http404: lambda _: NOT_FOUND,
    PermissionDenied: lambda _: _FORBIDDEN,
}
"""What each error tells the caller; the first that fits, so the special ones stand before the general."""
