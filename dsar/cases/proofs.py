"""Evidence of how identity was established, or was not: methods and names of facts, never values (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.identity_models import Proof
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case


def note(  # noqa: PLR0913 - evidence is noted whole.
    case: Case,
    *,
    method: str,
    result: Proof.Result,
    actor: Actor,
    facts: Iterable[str] = (),
    doubt: str = "",
) -> Proof:
    """Keep one attempt, with the ledger's entry of it; the caller holds the transaction."""
    fitted = sorted(facts)
    with effect("proof.note"):
        proof = Proof.objects.create(
            case=case,
            method=method,
            facts=fitted,
            result=result,
            doubt=box.seal(case.key, doubt.encode()) if doubt else None,
            tried_by=actor.user,
        )
    detail = {"doubt": box.digest(case.key, doubt)} if doubt else {}
    log.append(
        Tag.IDENTITY_TRIED,
        request=None,
        case=str(case.pk),
        method=str(method),
        facts=fitted,
        result=str(result),
        **detail,
        **actor.witnessed(case),
    )
    return proof
