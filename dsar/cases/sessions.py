"""What a browser's session says about how its user proved who they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import get_authentication_records


def authenticated_at(http_request: Any) -> datetime | None:
    """When the user of this session last gave a password or factor; None where there is no session."""
    if not hasattr(http_request, "session"):
        return None
    records = get_authentication_records(http_request, http_request.user)
    given = [one["at"] for one in records if "at" in one]
    return datetime.fromtimestamp(max(given), tz=UTC) if given else None
