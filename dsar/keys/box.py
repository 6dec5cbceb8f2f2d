"""Keys that seal content and digest identifiers; destroying one shreds whatever it sealed.

Every key's material is kept wrapped under the master keys (`DSAR["MASTER_KEYS"]`, newest first). What is
sealed or digested never touches the material itself but a subkey derived for that one use, so that
neither use can be turned into the other. Nothing unwrapped is cached: unwrapping costs microseconds, and a
cache would outlive `destroy`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from dsar import conf
from dsar.crashpoints import effect
from dsar.keys.models import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

MATERIAL_BYTES = 32
REWRAP_BATCH = 500
_FORMAT = b"\x01"
_NONCE_BYTES = 12
_SEAL = b"dsar seal 1"
_DIGEST = b"dsar digest 1"


class KeyDestroyedError(Exception):
    """The key was destroyed; what it sealed is gone for good."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class MasterKeyMissingError(Exception):
    """Set DSAR["MASTER_KEYS"] to one or more Fernet keys, newest first (`Fernet.generate_key()` makes one)."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class TamperedError(Exception):
    """The sealed bytes were changed, cut or belong to another key."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def create(kind: Key.Kind, *, material: bytes | None = None) -> Key:
    """Make a key of fresh random material, or of `material` (at least 32 bytes of full entropy)."""
    chosen = secrets.token_bytes(MATERIAL_BYTES) if material is None else material
    if len(chosen) < MATERIAL_BYTES:
        message = f"Key material needs at least {MATERIAL_BYTES} bytes, not {len(chosen)}."
        raise ValueError(message)
    with effect("key.create"):
        return Key.objects.create(kind=kind, wrapped=_master_keys().encrypt(chosen))


def material(key: Key) -> bytes:
    """Unwrap a key; raises KeyDestroyedError, and MasterKeyMissingError where no master key opens it.

    The row is trusted as it was read: whoever keeps a Key across transactions reads it again.
    """
    if key.wrapped is None:
        raise KeyDestroyedError
    try:
        return _master_keys().decrypt(bytes(key.wrapped))
    except InvalidToken:
        message = f'No key in DSAR["MASTER_KEYS"] opens key {key.pk}; put the older master keys back behind the newest.'
        raise MasterKeyMissingError(message) from None


def seal(key: Key, data: bytes) -> bytes:
    """Encrypt with AES-256-GCM, bound to the key's id: format byte, random nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(_subkey(key, _SEAL)).encrypt(nonce, data, _bound(key))


def unseal(key: Key, sealed: bytes | memoryview) -> bytes:
    """Open what `seal` returned; raises TamperedError for any other bytes."""
    whole = bytes(sealed)
    start = len(_FORMAT) + _NONCE_BYTES
    nonce, ciphertext = whole[len(_FORMAT) : start], whole[start:]
    if not whole.startswith(_FORMAT) or len(nonce) != _NONCE_BYTES:
        raise TamperedError
    try:
        return AESGCM(_subkey(key, _SEAL)).decrypt(nonce, ciphertext, _bound(key))
    except InvalidTag:
        raise TamperedError from None


def digest(key: Key, text: str) -> str:
    """HMAC-SHA-256 of a text as 64 hex digits: recognises it again while the key lives, names nobody after."""
    return hmac.new(_subkey(key, _DIGEST), text.encode(), hashlib.sha256).hexdigest()


def destroy(key: Key) -> bool:
    """Forget the material for good; False if that had been done before.

    Backups made earlier still hold the wrapped material until they expire or their master key is retired. The ledger
    stands above this room, so the caller appends `key.destroyed` in the same transaction.
    """
    living = Key.objects.filter(pk=key.pk, wrapped__isnull=False)
    with effect("key.destroy"):
        changed = living.update(wrapped=None, destroyed_at=Now())
    key.wrapped, key.destroyed_at = None, key.destroyed_at or timezone.now()
    return bool(changed)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one transaction of a rewrap did."""

    last: UUID
    seen: int
    changed: int


def rewrap() -> int:
    """Wrap every key under the newest master key and return how many were changed; safe to run again."""
    return sum(batch.changed for batch in rewrapping())


def rewrapping() -> Iterator[Batch]:
    """Rewrap in batches, each in its own transaction; those that the newest master key opens stay."""
    last = None
    while batch := _rewrap_batch(after=last):
        last = batch.last
        yield batch


def _rewrap_batch(*, after: UUID | None) -> Batch | None:
    living = Key.objects.filter(wrapped__isnull=False).order_by("pk")
    beyond = living.filter(pk__gt=after) if after else living
    with effect("key.rewrap"), transaction.atomic():
        # The lock keeps a rewrap from bringing back what a destroy clears meanwhile.
        keys = list(beyond.select_for_update()[:REWRAP_BATCH])
        stale = [key for key in keys if not _is_newest(key)]
        if stale:
            _write_wrapped(stale, [_rotated(key) for key in stale])
    return Batch(last=keys[-1].pk, seen=len(keys), changed=len(stale)) if keys else None


def _rotated(key: Key) -> bytes:
    return _master_keys().encrypt(material(key))


def _write_wrapped(keys: list[Key], wrapped: list[bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dsar_keys_key SET wrapped = fresh.wrapped"
            " FROM unnest(%s::uuid[], %s::bytea[]) AS fresh(id, wrapped) WHERE dsar_keys_key.id = fresh.id",
            [[key.pk for key in keys], wrapped],
        )


def _is_newest(key: Key) -> bool:
    try:
        _fernets()[0].decrypt(bytes(key.wrapped or b""))
    except InvalidToken:
        return False
    return True


def _master_keys() -> MultiFernet:
    return MultiFernet(_fernets())


def _fernets() -> list[Fernet]:
    given = conf.get("MASTER_KEYS")
    if not given:
        raise MasterKeyMissingError
    try:
        return [Fernet(key) for key in given]
    except ValueError:
        # The message must not repeat the value: a mistyped key is still a secret.
        message = 'DSAR["MASTER_KEYS"] holds something that is no Fernet key (32 bytes in URL-safe base64).'
        raise MasterKeyMissingError(message) from None


def _subkey(key: Key, use: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=MATERIAL_BYTES, salt=None, info=use)
    return derived.derive(material(key))


def _bound(key: Key) -> bytes:
    return _FORMAT + key.pk.bytes
