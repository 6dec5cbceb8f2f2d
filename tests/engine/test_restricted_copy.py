"""The copy says beside each kind of records since when they are only stored (GDPR Art. 18, recital 67)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dsar.registers import restrictions
from dsar.registers.models import Restriction
from tests.engine.archives import opened
from tests.testapp.privacy import LENDING

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

CLAIMS = Restriction.Ground.CLAIMS
SENTENCE = "we store these data and do not use them otherwise"


def since(archive: zipfile.ZipFile) -> dict[str, tuple[str, str | None]]:
    """Of each kind in data.json its purpose, and since when it is restricted."""
    tables: list[dict[str, Any]] = json.loads(archive.read("data.json"))["tables"]
    return {one["declaration"]: (one["purpose"], one["restricted_since"]) for one in tables}


def test_a_restricted_purpose_is_marked_in_the_copy_and_no_other(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    restrictions.restrict(cast.bob.user, ground=CLAIMS)
    standing = restrictions.restrict(cast.alice.user, LENDING, ground=CLAIMS)
    standing.refresh_from_db()
    archive = opened(answered(ask(cast.alice, "access")))
    found = since(archive)
    at = standing.restricted_at.isoformat()
    marked = {label for label, (_, moment) in found.items() if moment}
    assert marked == {label for label, (purpose, _) in found.items() if purpose == LENDING.code}
    assert marked < set(found)
    assert {str(found[label][1])[:19] for label in marked} == {at[:19]}
    assert SENTENCE in archive.read("index.html").decode()

    restrictions.lift(standing)
    archive = opened(answered(ask(cast.alice, "access")))
    assert {moment for _, moment in since(archive).values()} == {None}
    assert SENTENCE not in archive.read("index.html").decode()


def test_where_all_processing_is_restricted_every_kind_is_marked(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    restrictions.restrict(cast.alice.user, ground=CLAIMS)
    found = since(opened(answered(ask(cast.alice, "access"))))
    assert len(found) > 3
    assert all(moment for _, moment in found.values())
