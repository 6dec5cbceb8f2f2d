"""Checkpoints as signed notes: C2SP tlog-checkpoint over C2SP signed-note, with Ed25519.

Text in, text out: nothing here reads or writes anything else. docs/ledger-format.md tells it byte by byte.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dsar.ledger.merkle import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_KEY_BYTES = 32
_ID_BYTES = 4
_LINE = re.compile("— ([^ +\n]+) ([A-Za-z0-9+/=]+)")
_NAME = re.compile(r"[^\s+]+")


class KeyTextError(ValueError):
    """A key is written NAME+ID+KEY, a signing key PRIVATE+KEY+NAME+ID+KEY (C2SP signed-note)."""

    def __init__(self) -> None:
        # The text itself stays out of the message: a mistyped key is still a secret.
        super().__init__(self.__doc__)


class NoteError(ValueError):
    """The note is no checkpoint that a known key signed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """A public key with the name that it signs under."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature says whose it is."""
        return sha256(f"{self.name}\n".encode() + _ED25519 + self.key).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encoded(_ED25519 + self.key)}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Whether this key signed this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A private key; shown nowhere by accident."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.verifier})"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(name=self.name, key=self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """64 bytes, the same for the same text."""
        return self._private().sign(text.encode())

    def unsafe_text(self) -> str:
        """The key as it is kept in a secret store."""
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{_encoded(_ED25519 + self.seed)}"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a log says of itself: under this name, so many entries, this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature line: who says to have signed, and what."""

    name: str
    id: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True)
class Note:
    """A checkpoint with its signatures, none of them believed yet."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    def accepted_by(self, known: Sequence[Verifier]) -> list[Verifier]:
        """The known keys that signed it; raises NoteError where none did, or where one's signature is wrong.

        Signatures of unknown keys say nothing, for or against (C2SP signed-note).
        """
        found = []
        for signature in self.signatures:
            for verifier in known:
                if (verifier.name, verifier.id) != (signature.name, signature.id):
                    continue
                if not verifier.accepts(self.checkpoint.text, signature.value):
                    message = f"The signature of {verifier.name}+{verifier.id.hex()} is wrong."
                    raise NoteError(message)
                found.append(verifier)
        if not found:
            raise NoteError
        return found


def generate(name: str) -> Signer:
    """Make a key; the name is the log's, without spaces or plus signs."""
    if not _NAME.fullmatch(name):
        raise KeyTextError
    return Signer(name=name, seed=Ed25519PrivateKey.generate().private_bytes_raw())


def signer(text: str) -> Signer:
    """Read a signing key; raises KeyTextError."""
    if not text.startswith(_PRIVATE):
        raise KeyTextError
    name, named, seed = _key_parts(text.removeprefix(_PRIVATE))
    found = Signer(name=name, seed=seed)
    if found.verifier.id != named:
        raise KeyTextError
    return found


def verifier(text: str) -> Verifier:
    """Read a public key; raises KeyTextError."""
    name, named, key = _key_parts(text)
    found = Verifier(name=name, key=key)
    if found.id != named:
        raise KeyTextError
    return found


def sign(checkpoint: Checkpoint, signers: Sequence[Signer]) -> str:
    """The signed note: the text, an empty line, a line for each signature."""
    return checkpoint.text + "\n" + "".join(_signed(checkpoint.text, signers))


def parse(note: str) -> Note:
    """Read a signed checkpoint; raises NoteError. It believes no signature: ask `accepted_by`."""
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        message = "A signed note ends in an empty line and signature lines."
        raise NoteError(message)
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    return Note(checkpoint=_checkpoint(f"{text}\n"), signatures=signatures)


def open_signed(note: str, known: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint of a note that at least one known key signed; raises NoteError."""
    read = parse(note)
    read.accepted_by(known)
    return read.checkpoint


def _checkpoint(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:  # noqa: PLR2004 - three lines, each with its end.
        message = "A checkpoint has exactly three lines: origin, size, root."
        raise NoteError(message)
    origin, size, root = lines[:3]
    if not _NAME.fullmatch(origin) or not re.fullmatch(r"0|[1-9][0-9]{0,17}", size, re.ASCII):
        message = "The checkpoint's origin or size is malformed."
        raise NoteError(message)
    return Checkpoint(origin=origin, size=int(size), root=_decoded(root, length=HASH_BYTES))


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    if not found:
        message = "A signature line is malformed."
        raise NoteError(message)
    whole = _decoded(found[2])
    return Signature(name=found[1], id=whole[:_ID_BYTES], value=whole[_ID_BYTES:])


def _signed(text: str, signers: Sequence[Signer]) -> Iterator[str]:
    for one in signers:
        yield f"— {one.name} {_encoded(one.verifier.id + one.sign(text))}\n"


def _key_parts(text: str) -> tuple[str, bytes, bytes]:
    """Name, key id and the 32 bytes of a key's text."""
    # The key itself is base64, which may hold plus signs; names and ids hold none.
    parts = text.split("+", 2)
    try:
        name, named, key = parts[0], bytes.fromhex(parts[1]), _decoded(parts[2])
    except (IndexError, ValueError):
        raise KeyTextError from None
    if not _NAME.fullmatch(name) or key[:1] != _ED25519 or len(key) != 1 + _KEY_BYTES:
        raise KeyTextError
    return name, named, key[1:]


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _decoded(text: str, *, length: int | None = None) -> bytes:
    """Read base64; only the one text that encodes these bytes passes, so that no bit of a note is free."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError from None
    if _encoded(found) != text or length not in {None, len(found)}:
        raise NoteError
    return found
