"""What a requester without log-in says of themselves: kept sealed, recognised by a keyed digest of the address."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format

from dsar import conf
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case
from dsar.contract import registry
from dsar.contract.people import address_spelt
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_RECEIPTS = 3
"""Receipts that go to one address a day; further filings join the open case (R17)."""
_DAY = timedelta(days=1)
_MANY_LINKS = 3
_LINK = re.compile(r"https?://", re.IGNORECASE)
_ROLES = frozenset(
    {
        *("abuse", "accounts", "admin", "administrator", "billing", "careers", "contact", "desk"),
        *("enquiries", "finance", "hello", "help", "helpdesk", "hr", "info", "jobs", "kyc"),
        *("legal", "mail", "marketing", "no-reply", "noreply", "office", "orders", "postmaster"),
        *("press", "privacy", "reception", "sales", "security", "service", "staff", "support"),
        *("team", "webmaster"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says: who they are, and whose data they ask about if it is not their own."""

    name: str
    address: str
    relation: str = Claim.Relation.CUSTOMER
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Held facts by the names that declarations give them: `{"order_number": "..."}`."""
    for_name: str = ""
    for_address: str = ""
    permission: str = ""
    """A signed permission, as it came."""
    affirmed: str = ""
    """The words by which they affirmed that they may give the other's data; `Claim.made_at` says when (R174)."""

    @property
    def is_for_another(self) -> bool:
        """Whether somebody asks about another person's data."""
        return self.relation in Claim.FOR_OTHERS

    @property
    def subject_name(self) -> str:
        """The name of the person whose data it is."""
        return self.for_name if self.is_for_another else self.name

    @property
    def subject_address(self) -> str:
        """The address of the person whose data it is."""
        return self.for_address if self.is_for_another else self.address


FACT = "fact_"
"""Stands before the name of a fact where a form has a field for it."""


def facts_offered() -> list[str]:
    """The names of the facts that any declaration offers."""
    return sorted({name for one in registry.current().all() for name in one.facts})


def filled_in(given: Mapping[str, Any], *, affirmed: str = "") -> Said:
    """What a form says that has a field for each part; for another person speaks only whoever asks for one."""
    is_other = given["relation"] in Claim.FOR_OTHERS
    return Said(
        name=given["name"],
        address=given["email"],
        relation=given["relation"],
        text=given["text"],
        facts={name: said for name in facts_offered() if (said := given[FACT + name])},
        for_name=given["for_name"] if is_other else "",
        for_address=given["for_email"] if is_other else "",
        permission=given["permission"] if is_other else "",
        affirmed=affirmed if is_other else "",
    )


def keep(case: Case, said: Said) -> Claim:
    """Keep what was said with a new case."""
    return Claim.objects.create(
        case=case,
        said=_sealed(case, said),
        has_permission=bool(said.permission.strip()),
        flags=_flags(said),
    )


def read(case: Case) -> Said | None:
    """What was said; None where the case was filed by an account."""
    claim = Claim.objects.filter(case=case).first()
    return None if claim is None else opened(case, claim)


def opened(case: Case, claim: Claim) -> Said:
    """The same from a claim that was read already."""
    said: dict[str, Any] = json.loads(box.unseal(case.key, claim.said))
    return Said(**said)


def affirmed(case: Case) -> str:
    """When and in which words somebody affirmed that they may give the other's data; empty where nobody did."""
    claim = Claim.objects.filter(case=case).first()
    try:
        said = opened(case, claim).affirmed if claim else ""
    except box.KeyDestroyedError:
        return ""
    return f"{_moment(claim)}: {said}" if claim and said else ""


def _moment(claim: Claim) -> str:
    return date_format(timezone.localtime(claim.made_at), "DATETIME_FORMAT")


def names_nobody(said: Said) -> bool:
    """Whether a company asks in its own name: it has no rights, the people who work for it have (GDPR recital 14)."""
    return said.relation == Claim.Relation.COMPANY and not said.for_name.strip()


def digest(address: str) -> str:
    """A keyed digest of an address: tells that two filings came from one, and names nobody."""
    key = str(conf.get("SUPPRESSION_KEY")).encode()
    return hmac.new(key, f"case:{address_spelt(address)}".encode(), hashlib.sha256).hexdigest()


def open_case(address: str) -> Case | None:
    """The open case that a filing joins where its address had as many receipts as a day allows."""
    since = timezone.now() - _DAY
    lately = Case.objects.filter(address_digest=digest(address), created_at__gte=since)
    found = list(lately.select_related("key").order_by("-created_at")[:MOST_RECEIPTS])
    return found[0] if len(found) == MOST_RECEIPTS else None


def is_role(address: str) -> bool:
    """Whether an address belongs to an office rather than to a person: it never suffices alone."""
    return address_spelt(address).partition("@")[0].partition("+")[0] in _ROLES


def _sealed(case: Case, said: Said) -> bytes:
    return box.seal(case.key, json.dumps(asdict(said), ensure_ascii=False).encode())


def _flags(said: Said) -> list[str]:
    found = {
        "links_in_text": len(_LINK.findall(said.text)) >= _MANY_LINKS,
        "role_address": is_role(said.address),
        Claim.NOBODY_NAMED: names_nobody(said),
    }
    return sorted(flag for flag, holds in found.items() if holds)
