"""The keys that sign checkpoints, and the public ones that are believed: from settings, with checks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error

from dsar import conf
from dsar.ledger import notes, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.ledger.notes import Signer, Verifier


class LedgerKeyError(Exception):
    """Set DSAR["LEDGER_SIGNING_KEYS"], newest first; `manage.py ledger_keys --new NAME` makes one."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


def signers() -> list[Signer]:
    """Every key that signs now, newest first; raises LedgerKeyError."""
    given = conf.get("LEDGER_SIGNING_KEYS")
    if not given:
        raise LedgerKeyError
    try:
        found = [notes.signer(text) for text in given]
    except notes.KeyTextError as error:
        message = f'DSAR["LEDGER_SIGNING_KEYS"]: {error}'
        raise LedgerKeyError(message) from None
    if len({one.name for one in found}) > 1:
        message = 'All of DSAR["LEDGER_SIGNING_KEYS"] need the same name: it is the log\'s.'
        raise LedgerKeyError(message)
    return found


def verifiers() -> list[Verifier]:
    """The public halves of the signing keys, then the earlier ones that are listed; raises LedgerKeyError."""
    own = [one.verifier for one in signers()] if conf.get("LEDGER_SIGNING_KEYS") else []
    return [*own, *_earlier()]


def _earlier() -> list[Verifier]:
    try:
        return [notes.verifier(text) for text in conf.get("LEDGER_VERIFIER_KEYS")]
    except notes.KeyTextError as error:
        message = f'DSAR["LEDGER_VERIFIER_KEYS"]: {error}'
        raise LedgerKeyError(message) from None


def check(**_options: Any) -> list[CheckMessage]:
    """What a production needs before it may seal: keys, and a second place."""
    return [*_key_errors(), *_place_errors()]


def _key_errors() -> Iterator[Error]:
    hint = "docs/operations/ledger.md"
    for number, read in ((70, signers), (71, _earlier)):
        try:
            read()
        except LedgerKeyError as error:
            yield Error(str(error), hint=hint, id=f"dsar.E{number:03}")


def _place_errors() -> Iterator[Error]:
    try:
        places.current()
    except places.PlaceError as error:
        yield Error(str(error), hint="docs/operations/ledger.md", id="dsar.E072")
