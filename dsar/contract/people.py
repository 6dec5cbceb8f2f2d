"""Who a compiled statement is bound to, where that is not an account: a person without one, or rows that were noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place that a compiled statement holds for one thing that is known of the person."""

    name: str


PERSON = Place(name="key")
ADDRESSES = Place(name="addresses")
NAMES = Place(name="names")
UNNAMED = Place(name="unnamed")


class Known:
    """Somebody of whom more, or something else, is known than the key of an account."""

    def at(self, place: Place) -> object:
        """What goes into a place of a statement."""
        return getattr(self, place.name)


@dataclass(frozen=True, kw_only=True)
class Guest(Known):
    """A person without account, known by what was verified of them: make one with `guest`.

    `unnamed` says whether rows without a name are theirs too: not where other people share an address.
    """

    addresses: tuple[str, ...]
    names: tuple[str, ...] = ()
    unnamed: bool = False
    key: None = None

    def at(self, place: Place) -> object:
        """Lists, as the server compares with them."""
        value = super().at(place)
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, kw_only=True)
class Whoever(Known):
    """Everybody without account who is known under some addresses, whatever their names; never handed out to one."""

    addresses: tuple[str, ...]
    key: None = None

    def at(self, place: Place) -> object:
        """Lists, as the server compares with them."""
        value = super().at(place)
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, kw_only=True)
class Rows(Known):
    """Rows by their keys as text, by label of their declaration: what a journal kept of a guest's deletion."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: None = None

    def at(self, place: Place) -> object:
        """The keys of one declaration; a place is named by its label."""
        return list(self.keys.get(place.name, ()))


def guest(
    addresses: tuple[str, ...], *, names: tuple[str, ...] = (), unnamed: bool = False
) -> Guest:
    """A guest, with every address and name in the one spelling that statements compare."""
    return Guest(
        addresses=tuple(sorted({address_spelt(one) for one in addresses})),
        names=tuple(sorted({name_spelt(one) for one in names if one.strip()})),
        unnamed=unnamed,
    )


def address_spelt(address: str) -> str:
    """An e-mail address as it is compared: mailboxes that differ only by case are one."""
    return address.strip().lower()


def is_address(text: str | None) -> bool:
    """Whether a text is an e-mail address and nothing else."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def name_spelt(name: str) -> str:
    """A name as it is compared: compatible characters, single blanks, small letters."""
    return " ".join(normalize("NFKC", name).split()).lower()
