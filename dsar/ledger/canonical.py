"""The bytes of an entry: RFC 8785 canonical JSON of what happened, described in docs/ledger-format.md."""

from __future__ import annotations

import re
from datetime import UTC
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeAlias

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

VERSION = 1
LONGEST_TEXT = 200
_CODE = re.compile(r"[A-Za-z0-9_.:/+=-]*", re.ASCII)
_PHONE = re.compile(r"\+[0-9][0-9.-]{5,}|[0-9]{8,}")

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value] | None"


class PersonalTextError(ValueError):
    """An entry holds codes, counts and digests only: pass text and addresses through `keys.box.digest` first."""

    def __init__(self, where: str) -> None:
        # The value itself stays out of the message, which may end in a log.
        super().__init__(f"{where}: {self.__doc__}")


def encode(*, at: datetime, tag: str, request: UUID | None, detail: Mapping[str, Value]) -> bytes:
    """The canonical bytes of one entry; raises PersonalTextError, or TypeError for what is no JSON."""
    _refuse_personal(detail, where="detail")
    entry: dict[str, Value] = {
        "v": VERSION,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "tag": str(tag),
        "request": None if request is None else str(request),
        "detail": _plain(detail),
    }
    return rfc8785.dumps(entry)


def _refuse_personal(value: object, *, where: str) -> None:
    """Walk a value; only JSON without floats passes, and only texts that read like codes.

    A guard rail, not a proof: a bare first name is a code as well. Floats are refused because no two
    languages need print them alike.
    """
    if isinstance(value, str):
        if not _is_code(value):
            raise PersonalTextError(where)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_personal(key, where=f"a key of {where}")
            _refuse_personal(inner, where=f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            _refuse_personal(inner, where=f"{where}[{position}]")
    elif value is not None and not isinstance(value, int):
        message = f"{where}: a ledger entry cannot hold a {type(value).__name__}."
        raise TypeError(message)


def _is_code(text: str) -> bool:
    fits = len(text) <= LONGEST_TEXT and _CODE.fullmatch(text) is not None
    return fits and not _PHONE.fullmatch(text) and not _is_ip_address(text)


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _plain(value: Value) -> Value:
    """The same value in bare JSON types: members of a StrEnum become their text."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, dict):
        return {str.__str__(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
