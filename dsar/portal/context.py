"""What every page of the portal says: at its foot whose it is, at its top what changes, the policy or the holder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from dsar import conf
from dsar.processing import signals
from dsar.registers import policies, transfers

if TYPE_CHECKING:
    from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, Any]:
    """Whose pages these are, and the version of the policy to point at (a context processor).

    The version is looked up where a page shows it, not before: most of what is rendered has no such place.
    """
    user = getattr(request, "user", None)
    person = user.pk if user is not None and user.is_authenticated else None
    return {
        "organisation": conf.get("ORGANISATION"),
        "publishes_figures": conf.get("PUBLISH_FIGURES"),
        "privacy_signal": bool(signals.sent(request.headers)),
        "policy_to_see": SimpleLazyObject(lambda: policies.to_be_seen(person)),
        "transfer_to_see": SimpleLazyObject(lambda: transfers.to_be_seen(person)),
    }
