"""Every page of the portal and of the accounts, found in the URL configuration, and what fills their addresses.

The walks of these tests take their pages from here, so that none can be forgotten: whoever adds an address says here
what it shows, or why it shows nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import override_settings
from django.urls import URLPattern, get_resolver

from dsar.cases import fees, messages
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.files import File
from dsar.cases.message_models import Attachment
from dsar.cases.models import Letter
from dsar.cases.states import Right
from dsar.portal import urls
from dsar.processing import unsubscribing
from dsar.registers import consents
from tests import faces, noted, policies, transfers
from tests import sending as made
from tests.testapp.privacy import LENDING, NEWSLETTER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person

PAGES = {
    "home": "",
    "held": "held/",
    "note": "held/notes/{note}/",
    "choices": "choices/",
    "cookies": "cookies/",
    "figures": "figures/",
    "policy": "policy/",
    "policy_version": "policy/{coming}/",
    "policy_changes": "policy/{coming}/changes/",
    "holder": "holder/{transfer}/",
    "ask": "ask/",
    "open": "ask/open/",
    "open_sent": "ask/open/sent/",
    "ask_check": "ask/check/",
    "ask_detail": "ask/deletion/",
    "question": "question/",
    "question_sent": "question/sent/",
    "requests": "requests/",
    "case": "requests/{reference}/",
    "confirm_identity": "requests/{reference}/confirm/",
    "letter": "requests/{reference}/letters/{letter}/",
    "messages": "requests/{reference}/messages/",
    "complain": "requests/{reference}/complain/",
    "withdraw": "requests/{reference}/{waiting}/withdraw/",
    "renew": "requests/{reference}/{request}/copy/renew/",
    "send": "requests/{reference}/{sending}/send/",
    "fee": "requests/{priced}/{price}/fee/",
    "unsubscribe": "unsubscribe/{token}/",
    "confirm": "confirm/",
}
"""The pages that somebody with an account comes to."""
BY_LINK = {
    "answer": "answer/",
    "answer_letter": "answer/letters/{letter}/",
    "answer_messages": "answer/messages/",
    "answer_complain": "answer/complain/",
    "answer_renew": "answer/copies/{request}/renew/",
    "answer_send": "answer/{sending}/send/",
}
"""The pages that a mailed link and code open."""
LIKE_ANOTHER = {"answer_fee": "what `fee` shows, of the case that the link opens: test_fees.py"}
"""The pages by link that are the same as one above, and wait in another case than these."""
PARTS = {"progress": "requests/{reference}/progress/"}
"""What is shown within another page."""
FILES = {
    "receipt": "choices/receipts/{receipt}/",
    "letter_pdf": "requests/{reference}/letters/{letter}/pdf/",
    "attachment": "requests/{reference}/files/{attachment}/",
    "package": "requests/{reference}/{request}/copy/",
}
"""What is kept, and shown by no page."""
FILES_BY_LINK = {"answer_letter_pdf", "answer_attachment", "answer_package"}
ACTS = {
    "send_code",
    "answer_send_code",
    "cookies_delete",
    "policy_seen",
    "stop_marketing",
    "switch",
    "answer_code",
    "holder_renew",
}
"""What is only ever sent."""
SENDING_ON = {"confirm_arrive", "answer_arrive"}
"""What takes a secret out of the address, and sends on to a page above."""
OPEN = {
    *("home", "cookies", "figures", "ask", "open", "open_sent", "unsubscribe", "confirm"),
    *("policy", "policy_version", "policy_changes", "question", "question_sent"),
}
"""The pages that ask for no log-in."""

ACCOUNTS_ELSEWHERE = {
    "account_confirm_email": "takes a mailed secret: looked at where an account is opened, in test_browser.py",
    "account_reset_password_from_key": "takes a mailed secret",
    "account_set_password": "for an account without password, and every account has one",
    "account_confirm_login_code": "for a log-in by mailed code, which is off",
    "mfa_activate_totp": "wants the password once more, just before",
    "mfa_add_webauthn": "wants the password once more, just before",
    "mfa_authenticate": "for a log-in that waits for its second factor",
    "mfa_reauthenticate": "for an account with a second factor",
    "mfa_reauthenticate_webauthn": "for an account with a security key",
    "mfa_deactivate_totp": "for an account with an authenticator",
    "mfa_view_recovery_codes": "for an account with an authenticator",
    "mfa_generate_recovery_codes": "for an account with an authenticator",
    "mfa_download_recovery_codes": "a file",
    "mfa_remove_webauthn": "for an account with a security key",
    "mfa_edit_webauthn": "for an account with a security key",
}
"""Addresses of the accounts that show no page to somebody who logs in by password, and why."""


def named() -> set[str]:
    """Every address of the portal."""
    return {str(pattern.name) for pattern in urls.urlpatterns}


def accounts() -> dict[str, str]:
    """The pages of the accounts by name: each is shown to somebody who is logged in, or to nobody, or to both."""
    found = dict(_walked(get_resolver("allauth.urls"), "/accounts/"))
    found |= _walked(get_resolver("accounts.urls"), "/")
    assert found.keys() >= ACCOUNTS_ELSEWHERE.keys()
    return {name: path for name, path in found.items() if name not in ACCOUNTS_ELSEWHERE}


def _walked(resolver: Any, before: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLPattern):
            found.append((str(one.name), path))
        else:
            found += _walked(one, path)
    return found


def fill(cast: Cast) -> dict[str, Any]:
    """Have everything there is that these pages show of Alice, and say what stands in their addresses."""
    claims = Asked(right=Right.RESTRICTION, scope={"ground": "claims"})
    made.approved("https://import.other.example/", by=cast.carol.user)
    case = faces.file(cast.alice, "access", claims, made.WISH)
    faces.work()
    attach(case, cast.alice)
    fee = priced(cast)
    two = {"by": cast.bob.user, "then": cast.carol.user}
    policies.published(**two)
    consents.give(cast.alice.pk, NEWSLETTER, wording="Yes.")
    return {
        "coming": policies.published(**two, days=20, significant=True, rights="More.").version,
        "note": noted.nickname(cast.alice, wanted="Alix").pk,
        "receipt": consents.events(cast.alice.pk).get().pk,
        "transfer": transfers.confirmed(
            by=cast.carol.user, bound=False, purposes=[LENDING.code]
        ).pk,
        "reference": case.reference,
        "request": case.requests.get(right="access").pk,
        "sending": case.requests.get(right="portability").pk,
        "waiting": case.requests.get(right="restriction").pk,
        "priced": fee.case.reference,
        "price": fee.pk,
        "letter": Letter.objects.filter(case=case).latest("written_at").pk,
        "attachment": Attachment.objects.get(message__case=case).pk,
        "token": unsubscribing.token(cast.alice.pk, NEWSLETTER.code),
    }


def priced(cast: Cast) -> Request:
    """A copy that Alice asks for again, and for which a fee was announced."""
    staff = settings.DSAR | {"POLICY": settings.DSAR.get("POLICY", {}) | {"access": "staff"}}
    with override_settings(DSAR=staff):
        request = faces.file(cast.alice, "access").requests.select_related("case__key").get()
    fees.announce(
        request,
        amount=Decimal("20.00"),
        currency="SGD",
        why="Two hours in the archive.",
        actor=Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("officer", "petra")),
    )
    return request


def attach(case: Case, person: Person) -> None:
    """Have the person of a case write and send a file."""
    sent = [File(name="proof.txt", content=b"canary")]
    actor = Actor(kind=ActorKind.REQUESTER, user=person.user)
    messages.reply(case, text="Here it is.", actor=actor, attached=sent)


def address(name: str, places: Mapping[str, Any]) -> str:
    """The address of a page, part or file."""
    return "/privacy/" + (PAGES | BY_LINK | PARTS | FILES)[name].format(**places)
