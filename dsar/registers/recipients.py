"""The register of recipients: filled from the declarations, completed and assessed by people."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone

from dsar.contract.registry import current
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.recipient_models import RecipientRecord

if TYPE_CHECKING:
    from datetime import date

    from dsar.contract.declarations import Recipient

_FOLLOWS = ("name", "role", "country", "safeguard", "declared")
"""What of a declared recipient follows the declaration."""

PROTECTED = frozenset(
    "SG AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split()  # noqa: SIM905 - a list of codes reads best so.
)
"""Singapore and the EEA: data that goes elsewhere needs a named safeguard (PDPA s 26, GDPR Art. 46; R151)."""


class UnknownRecipientError(LookupError):
    """Nobody entered this recipient in the register."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {self.__doc__}")


def get(code: str) -> RecipientRecord:
    """The recipient with this code; raises UnknownRecipientError."""
    try:
        return RecipientRecord.objects.get(pk=code)
    except RecipientRecord.DoesNotExist:
        raise UnknownRecipientError(code) from None


def write(*, using: str = "default") -> int:
    """Bring what the apps declare into the register; how many are new or changed. What people entered stays."""
    with transaction.atomic(using=using):
        known = {one.pk: one for one in RecipientRecord.objects.using(using).select_for_update()}
        changed = [
            row for row in _rows() if row.code not in known or _says(row) != _says(known[row.code])
        ]
        if changed:
            RecipientRecord.objects.using(using).bulk_create(
                changed, update_conflicts=True, unique_fields=["code"], update_fields=_FOLLOWS
            )
            log.append(Tag.RECIPIENTS_WRITTEN, codes=[row.code for row in changed])
    return len(changed)


def write_after_migrate(*, using: str, **_: Any) -> None:
    """Receive `post_migrate`; does nothing while the table is not there (a migration backwards)."""
    if RecipientRecord._meta.db_table in connections[using].introspection.table_names():
        write(using=using)


def enter(said: Recipient) -> RecipientRecord:
    """Enter somebody whom no app declares, an authority for example; one who stands there stays as they are."""
    with effect("recipient.enter"), transaction.atomic():
        found, is_new = RecipientRecord.objects.get_or_create(code=said.code, defaults=_facts(said))
        if is_new:
            log.append(Tag.RECIPIENT_CHANGED, recipient=said.code, fields=["new"])
    return found


def change(code: str, **said: Any) -> RecipientRecord:
    """Change what people keep of a recipient; what follows a declaration is not changed here."""
    with effect("recipient.change"), transaction.atomic():
        found = RecipientRecord.objects.select_for_update().get(pk=code)
        fixed = set(_FOLLOWS) if found.declared else set()
        changed = [
            name
            for name, value in said.items()
            if name not in fixed and getattr(found, name) != value
        ]
        for name in changed:
            setattr(found, name, said[name])
        if found.channel == RecipientRecord.Channel.WEBHOOK and found.secret is None:
            _renew(found)
            changed.append("secret")
        if changed:
            found.save()
            log.append(Tag.RECIPIENT_CHANGED, recipient=code, fields=sorted(changed))
    return found


def renew_secret(code: str) -> str:
    """Make a new secret for signing and return it; what the recipient holds is worth nothing from now on."""
    with effect("recipient.renew_secret"), transaction.atomic():
        found = RecipientRecord.objects.select_for_update().get(pk=code)
        _renew(found)
        found.save()
        log.append(Tag.RECIPIENT_CHANGED, recipient=code, fields=["secret"])
    return secret_of(found)


def secret_of(recipient: RecipientRecord) -> str:
    """What the recipient checks signatures with."""
    if recipient.key is None or recipient.secret is None:
        raise UnknownRecipientError(recipient.code)
    return box.unseal(recipient.key, recipient.secret).decode()


def needs_assessment(on: date | None = None) -> Q:
    """Those never assessed, or whose next assessment is due (R148)."""
    day = on or timezone.localdate()
    return Q(assessed_on__isnull=True) | Q(review_on__isnull=True) | Q(review_on__lte=day)


def lacks_safeguard() -> Q:
    """Those abroad for whom no safeguard is named (R151)."""
    return Q(safeguard="") & ~Q(country__in=PROTECTED)


def warnings(recipient: RecipientRecord, *, on: date | None = None) -> list[str]:
    """What is missing of a recipient, in words."""
    day = on or timezone.localdate()
    found = []
    if recipient.assessed_on is None or recipient.review_on is None:
        found.append("never assessed")
    elif recipient.review_on <= day:
        found.append("assessment overdue")
    if not recipient.safeguard and recipient.country not in PROTECTED:
        found.append("abroad without safeguard")
    if not recipient.categories:
        found.append("no categories named")
    return found


def _renew(found: RecipientRecord) -> None:
    if found.key is None:
        found.key = box.create(Key.Kind.RECIPIENT)
    found.secret = box.seal(found.key, secrets.token_urlsafe(32).encode())


def _rows() -> list[RecipientRecord]:
    declared = {
        one.code: one for purpose in current().purposes.values() for one in purpose.recipients
    }
    return [
        RecipientRecord(code=one.code, declared=True, **_facts(one))
        for one in sorted(declared.values(), key=lambda found: found.code)
    ]


def _facts(said: Recipient) -> dict[str, str]:
    """What a declaration says of a recipient, by the register's columns."""
    columns = ("name", "role", "country", "safeguard", "contact")
    return {name: getattr(said, name) for name in columns}


def _says(row: RecipientRecord) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _FOLLOWS)
