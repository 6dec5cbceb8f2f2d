"""Who a case is about, as the engine finds their rows: an account's key, or the verified identifiers of a guest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dsar.cases import claims
from dsar.contract import people
from dsar.keys import box

if TYPE_CHECKING:
    from dsar.cases.models import Case
    from dsar.contract.people import Guest


def of(case: Case) -> object:
    """The person of a case: a key, a Guest, or None where nobody is known yet."""
    if case.identifiers is None:
        return case.subject_id
    said = json.loads(box.unseal(case.key, case.identifiers))
    return people.guest(
        tuple(said["addresses"]), names=tuple(said["names"]), unnamed=said["unnamed"]
    )


def contact_of(case: Case) -> str:
    """The address that answers go to."""
    return box.unseal(case.key, case.contact).decode()


def answer_to(case: Case, address: str) -> None:
    """Send answers to another address from now on."""
    case.contact = box.seal(case.key, address.encode())
    case.save(update_fields=["contact"])


def addressed(case: Case) -> str:
    """The address of the person whom a case is about, proved or not."""
    said = claims.read(case)
    return contact_of(case) if said is None else said.subject_address


def seal(case: Case, guest: Guest) -> None:
    """Make a case speak of a guest; the identifiers lie under the case key. Saves nothing."""
    said = {"addresses": guest.addresses, "names": guest.names, "unnamed": guest.unnamed}
    case.identifiers = box.seal(case.key, json.dumps(said).encode())
