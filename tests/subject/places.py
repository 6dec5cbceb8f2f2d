"""Every address at which a person meets us, found in the URL configuration, and what fills each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.urls import URLResolver, get_resolver

from dsar.cases import links, messages
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.files import File
from dsar.cases.message_models import Attachment
from dsar.cases.models import Letter
from dsar.registers import consents
from tests import faces, noted
from tests.testapp.privacy import LENDING, NEWSLETTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dsar.cases.models import Case
    from tests.testapp.factories import Person

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_STAFF = "api/v1/staff/"


@dataclass(frozen=True, kw_only=True)
class Address:
    """One address, with the names of what stands in it."""

    name: str
    route: str

    @property
    def asks(self) -> tuple[str, ...]:
        """What must be known to fill it."""
        return tuple(_PLACE.findall(self.route))

    @property
    def is_call(self) -> bool:
        """Whether programs call it; else a browser opens it."""
        return self.route.startswith("api/")

    def filled(self, places: Mapping[str, Any]) -> str:
        """The address with what stands in it."""
        return "/" + _PLACE.sub(lambda found: str(places[found.group(1)]), self.route)


def of_people() -> list[Address]:
    """Every address of the portal and of the API that is for the people whose data it is, or for anybody."""
    return [one for one in _all() if not one.route.startswith(_STAFF)]


def of_staff() -> list[Address]:
    """Every address of the API that is for staff alone."""
    return [one for one in _all() if one.route.startswith(_STAFF)]


def _all() -> Iterator[Address]:
    yield from _walked(get_resolver("dsar.urls"))


def _walked(resolver: URLResolver, before: str = "", space: str = "") -> Iterator[Address]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walked(one, route, one.namespace or space)
        elif one.name:
            yield Address(name=f"{space}:{one.name}" if space else one.name, route=route)


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What is one person's own, and can stand in an address."""

    reference: str
    request: Any
    deletion: Any
    letter: Any
    attachment: Any
    receipt: Any
    note: Any
    token: str
    transfer: int = 0
    code: str = LENDING.code

    def at(self, address: Address) -> dict[str, Any]:
        """What fills an address that names something of a person's."""
        if address.name in NOBODYS:
            return dict.fromkeys(address.asks, "any")
        return {one: getattr(self, _meant(address, one)) for one in address.asks}


NAMES = {
    "dsar_portal:receipt": "receipt",
    "dsar_portal:note": "note",
    "dsar_portal:holder": "transfer",
    "dsar_portal:holder_renew": "transfer",
    "dsar_portal:case": "",
    "dsar_portal:progress": "",
    "dsar_portal:confirm_identity": "",
    "dsar_portal:letter": "letter",
    "dsar_portal:letter_pdf": "letter",
    "dsar_portal:messages": "",
    "dsar_portal:attachment": "attachment",
    "dsar_portal:complain": "",
    "dsar_portal:withdraw": "deletion",
    "dsar_portal:fee": "request",
    "dsar_portal:package": "request",
    "dsar_portal:renew": "request",
    "dsar_portal:send": "request",
    "dsar_portal:send_code": "request",
    "dsar_api:case": "",
    "dsar_api:mailbox_unreachable": "",
    "dsar_api:verify": "",
    "dsar_api:letter": "letter",
    "dsar_api:letter_pdf": "letter",
    "dsar_api:withdraw": "deletion",
    "dsar_api:fee": "request",
    "dsar_api:package": "request",
    "dsar_api:sending": "request",
    "dsar_api:sending_code": "request",
    "dsar_api:messages": "",
    "dsar_api:attachment": "attachment",
    "dsar_api:complaints": "",
    "dsar_api:consent": "receipt",
    "dsar_api:annotation": "note",
}
"""What `pk` is in each address that opens to its person's log-in; the case's reference says what it is."""
BY_LINK = {
    "dsar_portal:answer_letter": "letter",
    "dsar_portal:answer_letter_pdf": "letter",
    "dsar_portal:answer_attachment": "attachment",
    "dsar_portal:answer_package": "request",
    "dsar_portal:answer_renew": "request",
    "dsar_portal:answer_fee": "request",
    "dsar_api:answer_package": "request",
    "dsar_api:answer_fee": "request",
}
"""The same of those that open to a mailed link and code."""
SENT_BY_LINK = {
    "dsar_portal:answer_send": "request",
    "dsar_portal:answer_send_code": "request",
    "dsar_api:answer_sending": "request",
    "dsar_api:answer_sending_code": "request",
}
"""And of those at which something is sent, by link and code."""
TOKENS = {"dsar_portal:confirm_arrive", "dsar_portal:answer_arrive", "dsar_portal:unsubscribe"}
"""Those that take a secret itself."""
NOBODYS = {
    "dsar_portal:switch": "a purpose, the same for all",
    "dsar_portal:policy_version": "a version of the policy, which anybody may read",
    "dsar_portal:policy_changes": "a version of the policy",
    "dsar_portal:policy_seen": "a version of the policy",
    "dsar_portal:ask_detail": "a right",
}
"""Those that name nothing of anybody's, with what they name."""

ANYBODYS = {
    *(
        "gpc",
        "metrics",
        "dsar_portal:home",
        "dsar_portal:cookies",
        "dsar_portal:figures",
        "dsar_portal:cookies_delete",
    ),
    *("dsar_portal:policy", "dsar_portal:policy_version", "dsar_portal:policy_changes"),
    *("dsar_portal:question", "dsar_portal:question_sent"),
    *("dsar_portal:ask", "dsar_portal:open", "dsar_portal:open_sent", "dsar_portal:confirm"),
    *("dsar_portal:answer", "dsar_portal:answer_code", "dsar_portal:answer_messages"),
    *("dsar_portal:answer_complain", "dsar_api:open_filings", "dsar_api:confirmations"),
    *("dsar_api:token", "dsar_api:answer", "dsar_api:answer_message", "dsar_api:answer_complaint"),
    *("dsar_api:answer_code", "dsar_api:schema", "dsar_api:docs"),
    *BY_LINK,
    *SENT_BY_LINK,
    *TOKENS,
}
"""Those that ask for no log-in: they hold nothing of anybody's, or ask for something else than one."""


def _meant(address: Address, asked: str) -> str:
    return (NAMES | BY_LINK | SENT_BY_LINK)[address.name] if asked == "pk" else asked


def unknown() -> Belongings:
    """What looks like somebody's and is nobody's."""
    return Belongings(
        reference="DSR-2026-AAAAAAAAAA",
        request=uuid4(),
        deletion=uuid4(),
        letter=uuid4(),
        attachment=uuid4(),
        receipt=uuid4(),
        note=uuid4(),
        token=f"{uuid4().hex}.{'A' * 43}",
        transfer=1_000_000,
    )


def belongings(person: Person) -> Belongings:
    """A case with a copy, a deletion that staff look at, a letter, a file, a receipt, and a link to the case."""
    case = faces.file(person, "access", "deletion")
    faces.work()
    attach(case, person)
    consents.give(person.pk, NEWSLETTER, wording="Yes.")
    return Belongings(
        reference=case.reference,
        request=case.requests.get(right="access").pk,
        deletion=case.requests.get(right="deletion").pk,
        letter=Letter.objects.filter(case=case).earliest("written_at").pk,
        attachment=Attachment.objects.get(message__case=case).pk,
        note=noted.nickname(person, wanted="Other").pk,
        receipt=consents.events(person.pk).latest("happened_at").pk,
        token=links.make(case).rpartition("/")[2],
    )


def attach(case: Case, person: Person) -> None:
    """Have the person of a case write and send a file."""
    sent = [File(name="proof.txt", content=b"canary")]
    actor = Actor(kind=ActorKind.REQUESTER, user=person.user)
    messages.reply(case, text="Here it is.", actor=actor, attached=sent)
