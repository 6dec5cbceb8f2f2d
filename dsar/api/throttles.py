"""How often somebody may call: a rate for each kind of call, kept in the cache."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle

from dsar import conf

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class _Throttle(SimpleRateThrottle):
    """A rate named in `DSAR["API_RATES"]`; by account, or by address where nobody is logged in."""

    def get_rate(self) -> str | None:
        return conf.get("API_RATES")[self.scope]  # type: ignore[no-any-return]  # a setting

    def get_cache_key(self, request: Request, view: APIView) -> str:
        ident = request.user.pk if request.user.is_authenticated else self.get_ident(request)
        return str(self.cache_format % {"scope": self.scope, "ident": ident})

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except (RedisError, OSError) as error:
            # A request about one's own data is taken in while the cache is away (R195).
            logger.warning("Calls are not counted: %s", type(error).__name__)
            return True


class Calls(_Throttle):
    """Any call at all."""

    scope = "calls"


class Filings(_Throttle):
    """Filing a case."""

    scope = "filings"


class Downloads(_Throttle):
    """Fetching a package; each part of a resumed one counts."""

    scope = "downloads"


class LogIns(_Throttle):
    """Attempts to log in from one network address."""

    scope = "log_ins"


class LogInsOfOne(_Throttle):
    """Attempts to log in to one account, wherever they come from."""

    scope = "log_ins_of_one"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """By the address that was typed in."""
        data: Any = request.data
        address = data.get("email", "") if isinstance(data, dict) else ""
        return str(self.cache_format % {"scope": self.scope, "ident": _folded(str(address))})


class OpenFilings(_Throttle):
    """Filing without log-in, from one network address."""

    scope = "open_filings"


class OpenFilingsOfOne(LogInsOfOne):
    """Filing without log-in with one e-mail address, wherever it comes from."""

    scope = "open_filings_of_one"


class Codes(_Throttle):
    """Opening a mailed link."""

    scope = "codes"


def _folded(address: str) -> str:
    """A cache key without the address itself."""
    return salted_hmac("dsar.api.throttles", address.strip().lower()).hexdigest()
