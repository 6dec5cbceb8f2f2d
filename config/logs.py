"""How the project logs: one line an event, codes and references in it, no personal data (config/redaction.py)."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from typing import TYPE_CHECKING, Any

import structlog
from django_structlog.middlewares import RequestMiddleware

from config import redaction

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
# Each tells of every message or connection, the last ones with headers that hold credentials.
TALKATIVE = ("celery", "kombu", "amqp", "django_structlog.celery")
NEVER_IN_DETAIL = ("boto3", "botocore", "s3transfer", "urllib3", "httpx", "httpcore")
_REFERENCE = re.compile(r"DSR-[\w-]{1,32}")

logger = structlog.get_logger(__name__)


class RouteLogMiddleware(RequestMiddleware):
    """Log each request under the pattern that matched, and everything on the way under the case it is about."""

    format_request = staticmethod(redaction.route)

    def prepare(self, request: HttpRequest) -> None:
        """Give the request a number of its own: what a client sends as one is the client's text."""
        structlog.contextvars.bind_contextvars(request_id=str(uuid.uuid4()))
        logger.info("request_started", request=self.format_request(request))

    def process_view(
        self, request: HttpRequest, view: Any, positional: Any, named: dict[str, Any]
    ) -> HttpResponse | None:
        """Bind the reference of the case and the number of the request or letter that the address names."""
        reference = named.get("reference")
        if isinstance(reference, str) and _REFERENCE.fullmatch(reference):
            structlog.contextvars.bind_contextvars(case=reference)
        if isinstance(named.get("pk"), uuid.UUID):
            structlog.contextvars.bind_contextvars(about=str(named["pk"]))
        return None

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Bind nobody: who did what stands in the ledger and in the security log."""


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """Build what Django's LOGGING takes; every record leaves on standard error, cleared by the same processors."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [
                    redaction.of_libraries,
                    redaction.tracebacks,
                    redaction.scrubbed,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": _loggers(level),
        "root": {"handlers": ["console"], "level": level},
    }


def _loggers(level: str) -> dict[str, Any]:
    """Libraries' own handlers would write past the processors, and mail whole errors to the administrators."""
    ours = {"handlers": ["console"], "propagate": False}
    upward: dict[str, Any] = {"handlers": [], "level": "NOTSET", "propagate": True}
    detailed = level.upper() == "DEBUG"
    return {
        "django": upward,
        "django.server": upward | {"level": "WARNING"},
        "gunicorn.error": ours,
        **{name: upward | {"level": level if detailed else "WARNING"} for name in TALKATIVE},
        **{name: upward | {"level": "INFO" if detailed else level} for name in NEVER_IN_DETAIL},
    }


def configure() -> None:
    """Have structlog hand its events to the standard library's logging, and threads' errors too."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    threading.excepthook = _thread_failed


def _thread_failed(given: threading.ExceptHookArgs) -> None:
    """The interpreter would print the error with its text."""
    if given.exc_value is not None and given.exc_type is not SystemExit:
        logging.getLogger(__name__).error("A thread ended with an error.", exc_info=given.exc_value)
