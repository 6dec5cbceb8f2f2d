"""Mails that nobody must get, and stopping them from the mail itself, without log-in (RFC 8058; GDPR Art. 21(4))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing

from dsar import conf
from dsar.dispatch import mails

if TYPE_CHECKING:
    from django.core.mail import EmailMultiAlternatives
    from django.core.mail.backends.base import BaseEmailBackend

    from dsar.contract.declarations import Purpose

_SALT = "dsar.unsubscribe"


def token(person: Any, purpose: str) -> str:
    """What stands in the address: whom and which use it stops, signed by us. It names nobody, and does not age."""
    return signing.dumps([str(person), purpose], salt=_SALT)


def read(given: str) -> tuple[str, str] | None:
    """The person's key and the purpose's code in a token of ours; None for any other."""
    try:
        person, purpose = signing.loads(given, salt=_SALT)
    except signing.BadSignature:
        return None
    return person, purpose


def optional_mail(  # noqa: PLR0913 - each is a part of a mail.
    person: Any,
    purpose: Purpose,
    *,
    subject: str,
    text: str,
    to: str,
    connection: BaseEmailBackend | None = None,
) -> EmailMultiAlternatives:
    """A mail that its reader can stop with one press, in the mail program or on a page; ask the gate first."""
    address = _address(person, purpose.code)
    return mails.written(
        subject=subject,
        text=text,
        to=to,
        apart=_RIGHT if not address else f"{_RIGHT}\n\n{_STOP}\n{address}",
        headers=_headers(address),
        connection=connection,
    )


_RIGHT = (
    "You have the right to object, at any time and without giving a reason, to any use of your data for advertising. "
    "You can also withdraw your consent to these mails at any time."
)
_STOP = (
    "To stop these e-mails only, or all advertising by e-mail, telephone and text message, open this address and press "
    "a button; you need not log in:"
)


def _address(person: Any, purpose: str) -> str:
    return str(conf.get("UNSUBSCRIBE_URL")).format(token=token(person, purpose))


def _headers(address: str) -> dict[str, str]:
    """What a mail program reads. The answer by mail stays, for programs that press no address."""
    by_mail = f"<mailto:{settings.DEFAULT_FROM_EMAIL}?subject=unsubscribe>"
    if not address.startswith("https://"):
        return {"List-Unsubscribe": by_mail}
    return {
        "List-Unsubscribe": f"<{address}>, {by_mail}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
