"""What is taken out of every log line: a log is read by more people, and kept elsewhere, than what it speaks of.

Nothing here knows names. They stay out because lines are made of codes, counts and references only; what libraries
add (paths, error texts, arguments) is replaced, and whatever looks like an address or a secret is struck out last.
"""

from __future__ import annotations

import re
import sys
import traceback
from typing import TYPE_CHECKING, Any

from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from django.http import HttpRequest
    from structlog.typing import EventDict

_MAIL_ADDRESS = re.compile(r"[^\s<>\"'(),;:=/\\]+@[\w-]+(?:\.[\w-]+)+")
_NETWORK_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_SECRET = re.compile(
    r"(?<![\w.-])(?=[\w-]*\d)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-]))[\w-]{32,}"
)
_LEFT_OUT = frozenset({"user_agent", "user_id", "ip", "error"})
"""What django-structlog would bind or add."""


def route(request: HttpRequest) -> str:
    """Name the method and the pattern that matched: secrets and references stand in the path."""
    try:
        pattern = resolve(request.path_info).route
    except Resolver404:
        pattern = "(no such page)"
    return f"{request.method} {pattern}"


def of_libraries(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Say again in our words what a library says with a path, an error's text or a task's arguments in it."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        told = _told_by_libraries(record)
        if told is not None:
            event["event"] = told
    for name in _LEFT_OUT & event.keys():
        del event[name]
    return event


def _told_by_libraries(record: logging.LogRecord) -> str | None:
    if record.name.startswith(("django.request", "django.security")):
        return _of_django(record)
    if record.name == "celery.app.trace":
        data = getattr(record, "data", {})
        return f"Task {data.get('name')}[{data.get('id')}] {data.get('description', '')}".strip()
    if record.name == "gunicorn.error":
        # The line as it is written in the program, without what the client sent.
        return str(record.msg)
    return None


def _of_django(record: logging.LogRecord) -> str:
    request: Any = getattr(record, "request", None)
    status = getattr(record, "status_code", "")
    where = route(request) if hasattr(request, "path_info") else ""
    return f"{record.name.rpartition('.')[2]} {status} {where}".strip()


def tracebacks(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Write where errors happened and of what kind they are; their texts repeat the values that caused them."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_lines(error))
    return event


def _lines(error: BaseException) -> Iterator[str]:
    """The chain of errors, the first cause first."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)
    for one in reversed(chain):
        yield "".join(traceback.format_tb(one.__traceback__)).rstrip()
        yield _kind(one)


def _kind(error: BaseException) -> str:
    """An error's class; of the database's errors also the code and the constraint, which name columns and no values."""
    of = type(error)
    diagnosed = getattr(error, "diag", None)
    told = (getattr(error, "sqlstate", None), getattr(diagnosed, "constraint_name", None))
    return " ".join([f"{of.__module__}.{of.__qualname__}", *(str(one) for one in told if one)])


def scrubbed(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Strike out whatever looks like an address or a secret, wherever it stands."""
    return {name: value if name.startswith("_") else _scrub(value) for name, value in event.items()}


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        text = _MAIL_ADDRESS.sub("[address]", value)
        return _SECRET.sub("[secret]", _NETWORK_ADDRESS.sub("[address]", text))
    if isinstance(value, dict):
        return {_scrub(name): _scrub(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(one) for one in value]
    return value
