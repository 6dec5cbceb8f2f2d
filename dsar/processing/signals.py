"""Global Privacy Control: a browser that asks, for its user, not to sell or share data nor to advertise with it (R126).

It is an objection by automated means (GDPR Art. 21(5)) and an opt-out (CCPA Regulations § 7025). It covers every
marketing purpose, and nothing else: it deletes nothing and ends no account. What the person turns on themselves
afterwards is their later and more particular will, and counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.registers import objections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.registers.people import Person

HEADER = "Sec-GPC"
GPC = "gpc"


def sent(headers: Mapping[str, str]) -> str:
    """`gpc` where the browser sends the signal, else nothing; any value but 1 is no signal."""
    values = headers.get(HEADER, "").split(",")
    return GPC if any(one.strip() == "1" for one in values) else ""


def honour(person: Person, signal: str) -> None:
    """Record the objection, unless one to all marketing stands already."""
    if signal:
        objections.object_to_marketing(person, signal=signal)
