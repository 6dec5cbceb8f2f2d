"""Whatever somebody changes at the desk leaves an entry in the ledger that names them (R175).

This is no test of its own: every act that any test of this room performs at the desk is looked at.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from django.db import connection
from django.urls import reverse

from dsar.ledger.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable


_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
_HOUSEKEEPING = {
    "accounts_securityevent",
    "django_session",
    "dsar_tally_count",
    "usersessions_usersession",
}
"""What any page writes, whatever is done on it."""


def noted(ask: Callable[..., Any], client: Any, environ: dict[str, Any]) -> Any:
    """Ask for a page, and fail where it changed something that no entry, or no entry with a name, tells."""
    is_act = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].startswith(
        reverse("admin:index")
    )
    if not is_act:
        return ask(client, **environ)
    written: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's order.
        done = execute(sql, params, many, context)
        if (found := _WRITES.match(sql)) and context["cursor"].rowcount:
            written.add(found[1])
        return done

    def forgotten(undo: Callable[..., None]) -> Callable[..., None]:
        def rollback(*args: Any) -> None:
            written.clear()
            undo(*args)

        return rollback

    last = _last()
    with (
        connection.execute_wrapper(watch),
        patch.object(connection, "rollback", forgotten(connection.rollback)),
        patch.object(connection, "savepoint_rollback", forgotten(connection.savepoint_rollback)),
    ):
        response = ask(client, **environ)
    if written - _HOUSEKEEPING:
        said = [json.loads(one.canonical) for one in Entry.objects.filter(pk__gt=last)]
        told = f"POST {environ['PATH_INFO']} wrote {sorted(written - _HOUSEKEEPING)}"
        assert said, f"{told}, and no entry tells."
        names = [one["detail"] for one in said if one["detail"].get("actor") == "staff"]
        assert any({"role", "by", "origin"} <= set(one) for one in names), (
            f"{told}; {[one['tag'] for one in said]} do not say who."
        )
    return response


def _last() -> int:
    newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
