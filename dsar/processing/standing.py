"""Where a person stands with every purpose: consented, objected, restricted, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.contract import registry
from dsar.contract.vocabulary import Channel, LegalBasis
from dsar.processing import gate
from dsar.registers import consents, objections, restrictions

if TYPE_CHECKING:
    from dsar.contract.declarations import Purpose


def of(person: Any) -> list[dict[str, Any]]:
    """What holds for e-mail, the channel of every page; four statements, however many purposes there are."""
    said: dict[str, set[str | None]] = {
        "consented": set(consents.open_for(person).values_list("purpose_id", flat=True)),
        "objected": set(
            objections.open_for(person)
            .filter(objections.in_channel(Channel.EMAIL))
            .values_list("purpose_id", flat=True)
        ),
        "restricted": set(restrictions.open_for(person).values_list("purpose_id", flat=True)),
    }
    purposes = sorted(registry.current().purposes.values(), key=lambda one: one.code)
    said["permitted"] = set(gate.permitted_purposes(person, purposes))
    return [_one(purpose, said) for purpose in purposes]


def _one(purpose: Purpose, said: dict[str, set[str | None]]) -> dict[str, Any]:
    """A record without purpose speaks of marketing as a whole, or of all processing."""
    asks = purpose.basis == LegalBasis.CONSENT
    all_marketing = purpose.marketing and None in said["objected"]
    return {
        "code": purpose.code,
        "label": purpose.label,
        "basis": purpose.basis,
        "marketing": purpose.marketing,
        "consequence": purpose.consequence,
        "consented": purpose.code in said["consented"] if asks else None,
        "objected": purpose.code in said["objected"] or all_marketing,
        "restricted": bool({purpose.code, None} & said["restricted"]),
        "permitted": purpose.code in said["permitted"],
    }
