"""A mail as text and as HTML that say the same: escaped, and with nothing that is fetched from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.mail.backends.base import BaseEmailBackend


def written(  # noqa: PLR0913 - each is a part of a mail.
    *,
    subject: str,
    text: str,
    to: str,
    apart: str = "",
    headers: Mapping[str, str] | None = None,
    connection: BaseEmailBackend | None = None,
) -> EmailMultiAlternatives:
    """A mail to one address; `apart` is what must stand clearly by itself, as the right to object does."""
    said = {"subject": subject, "text": text, "apart": apart, "language": get_language() or "en"}
    plain = f"{text}\n\n{'-' * 40}\n{apart}" if apart else text
    mail = EmailMultiAlternatives(
        subject=subject, body=plain, to=[to], headers=dict(headers or {}), connection=connection
    )
    mail.attach_alternative(render_to_string("dsar/mail.html", said), "text/html")
    return mail
