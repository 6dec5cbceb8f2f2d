"""Bring contacts of an earlier system in from a CSV file: an account each, without password and without consent.

Whoever was deleted here or wants no advertising is stopped by the list of suppressed addresses. A file proves no
consent: nobody who comes in this way gets news before they agreed to it here.
"""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Profile, User
from dsar.processing import Contact, imported, not_to_return

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BATCH = 1000
COLUMNS = ("email", "name", "company", "phone", "language", "country")
"""What a file may have; it must have the first."""
_COUNTRY = re.compile(r"([A-Z]{2})?")
"""As the table's constraint has it, which to ask would cost a statement for each row."""
_NO_ACCOUNT = ("user", "created_at", "updated_at")


class ColumnsError(ValueError):
    """The first line must name the columns: email, and any of name, company, phone, language, country; no others."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What became of the rows of a file, or of a batch of them."""

    rows: int = 0
    added: int = 0
    known: int = 0
    """Already here, or twice in the file."""
    stopped: int = 0
    """On the list of those who must not come back."""
    unreadable: int = 0

    def __add__(self, other: Brought) -> Brought:
        more = asdict(other)
        return Brought(**{name: number + more[name] for name, number in asdict(self).items()})


Row = dict[str, str]


def bring(lines: Iterable[str]) -> Iterator[Brought]:
    """Bring the contacts in, batch by batch, and count them; raises ColumnsError before the first.

    Each batch is one transaction, and whoever came in is known to the next run: after a crash the same file goes on.
    """
    reader = csv.DictReader(lines, strict=True)
    if not _is_readable(reader.fieldnames or ()):
        raise ColumnsError
    while batch := list(islice(reader, BATCH)):
        yield _bring(batch)


def _is_readable(names: Iterable[str]) -> bool:
    given = list(names)
    return "email" in given and len({*given}) == len(given) and {*given} <= {*COLUMNS}


def _bring(batch: list[Row]) -> Brought:
    readable = [person for row in batch if (person := _person(row)) is not None]
    people = {profile.user.email: profile for profile in readable}
    with transaction.atomic():
        stopped = _stopped(people)
        known = _known(people)
        coming = [one for email, one in people.items() if email not in stopped | known]
        _write(coming)
        done = Brought(
            rows=len(batch),
            added=len(coming),
            known=len(known - stopped) + len(readable) - len(people),
            stopped=len(stopped),
            unreadable=len(batch) - len(readable),
        )
        imported(**asdict(done))
    return done


def _person(row: Row) -> Profile | None:
    """A person as the row tells; None where a cell is missing, too many or not what its column holds."""
    if None in row or None in row.values() or "\0" in "".join(row.values()):
        return None
    said = {name: value.strip() for name, value in row.items() if value.strip()}
    email = said.pop("email", "").lower()
    if not email.isascii() or not _COUNTRY.fullmatch(said.get("country", "")):
        return None
    profile = Profile(user=User(email=email, password=make_password(None)), **said)
    try:
        profile.user.clean_fields()
        profile.clean_fields(exclude=_NO_ACCOUNT)
    except ValidationError:
        return None
    return profile


def _stopped(people: dict[str, Profile]) -> set[str]:
    contacts = [Contact(email=email, phone=one.phone) for email, one in people.items()]
    return {one.email for one in not_to_return(contacts)}


def _known(people: dict[str, Profile]) -> set[str]:
    return set(User.objects.filter(email__in=people).values_list("email", flat=True))


def _write(coming: list[Profile]) -> None:
    """Two statements for all of them."""
    User.objects.bulk_create([profile.user for profile in coming])
    # Only now the accounts have the keys that the profiles point at.
    for profile in coming:
        profile.user = profile.user
    Profile.objects.bulk_create(coming)
