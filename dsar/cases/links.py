"""A mailed link plus a code: how a person without account reaches their case, also a closed one."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar import conf
from dsar.cases import codes
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Link
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.cases.models import Case

_TOKEN_BYTES = 32


class LinkError(Exception):
    """This link or code does not work, or no longer."""

    def __init__(self) -> None:
        # One message for every cause: it must not tell whether a case exists (R16).
        super().__init__(self.__doc__)


def make(case: Case) -> str:
    """Make a link to a case and return its address; the token in it is kept nowhere.

    It is good for this case and nothing else, until `DSAR["LINK_DAYS"]` have passed.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    Link.objects.create(
        case=case,
        token_digest=_digest(token),
        expires_at=timezone.now() + timedelta(days=conf.get("LINK_DAYS")),
    )
    log.append(Tag.CASE_LINK_MADE, case=str(case.pk))
    return str(conf.get("LINK_URL") or "{token}").format(token=token)


def ask_for_code(token: str) -> None:
    """Have a code mailed to the case's address. Whether the token is any good is not told."""
    with effect("link.ask"), transaction.atomic():
        link = _find(token)
        if link is not None:
            outbox.wake("dsar.mail_code", link.pk, queue="notifications")


def issue_code(link_id: int) -> tuple[Link, str] | None:
    """A fresh code for a link, which takes the place of the one before; None where the link is shut."""
    link = _locked().filter(pk=link_id).first()
    if link is None or not _is_open(link):
        return None
    code = codes.issue(link, key=link.case.key, what=f"link {link.pk}")
    link.save(update_fields=codes.FIELDS)
    return link, code


def open_(token: str, *, code: str) -> Actor:
    """The requester of the case that a link and its code open.

    The code works once. Five failures shut the link for good. Raises LinkError.
    """
    with effect("link.open"), transaction.atomic():
        link = _find(token)
        opened = link is not None and _try(link, code=code)
    # Raised outside the transaction, so that the failure stays counted.
    if link is None or not opened:
        raise LinkError
    return Actor(kind=ActorKind.REQUESTER, case=link.case_id)


def _try(link: Link, *, code: str) -> bool:
    if not codes.fits(link, code, key=link.case.key, what=f"link {link.pk}"):
        link.failures += 1
        link.save(update_fields=["failures"])
        return False
    codes.use(link)
    link.opened_at = timezone.now()
    link.save(update_fields=[*codes.FIELDS, "opened_at"])
    log.append(Tag.CASE_LINK_OPENED, case=str(link.case_id))
    return True


def _find(token: str) -> Link | None:
    """The open link with this token, locked, so that guesses queue up and are all counted."""
    link = _locked().filter(token_digest=_digest(token)).first()
    return link if link is not None and _is_open(link) else None


def _locked() -> QuerySet[Link]:
    return Link.objects.select_for_update(of=("self",)).select_related("case__key")


def _is_open(link: Link) -> bool:
    living = link.case.key.wrapped is not None
    return living and link.failures < codes.MOST_FAILURES and link.expires_at > timezone.now()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
