"""Rows of the accounts app: people, what they told us, their log, their support threads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from accounts.models import (
    Guardianship,
    Profile,
    SecurityEvent,
    SupportMessage,
    SupportThread,
    User,
)
from config.seeding import cells
from config.seeding.nasty import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from config.seeding.cast import Person
    from config.seeding.copying import Copier, Keys
    from config.seeding.pools import Pools

MODELS: Final = (
    User,
    EmailAddress,
    Profile,
    Guardianship,
    SecurityEvent,
    SupportThread,
    SupportMessage,
)
_PICKS: Final = 10_000
_GUARDIAN_EVERY: Final = 50
_USER: Final = (
    "id",
    "password",
    "last_login",
    "is_superuser",
    "email",
    "is_staff",
    "is_active",
    "date_joined",
)
_PROFILE: Final = (
    "id",
    "user_id",
    "name",
    "company",
    "phone",
    "language",
    "country",
    "created_at",
    "updated_at",
)
_EVENT: Final = (
    "id",
    "user_id",
    "happened_at",
    "kind",
    "detail",
    "ip",
    "user_agent",
    "language",
)
_THREAD: Final = ("id", "user_id", "subject", "opened_at", "closed_at", "handler_id")
_MESSAGE: Final = ("id", "thread_id", "staff_id", "text", "people_named", "sent_at")
_PLACES: Final = (
    ("en", "SG"),
    ("zh-hans", "SG"),
    ("en", "MY"),
    ("de", "DE"),
    ("fr", ""),
    ("ar", "AE"),
)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Writes everything that the accounts app holds about a block of people."""

    copier: Copier
    keys: Keys
    pools: Pools
    password: str
    """A hash that all share, or empty: nobody logs in by password."""

    def write(self, people: Sequence[Person], *, rng: Random, staff: Sequence[int]) -> None:
        """COPY a block of people and what hangs on them."""
        busy = [person for person in people if not person.empty]
        self.copier.write(User, _USER, self._users(people, rng))
        self.copier.write(
            EmailAddress, ("id", "user_id", "email", "verified", "primary"), self._addresses(busy)
        )
        self.copier.write(Profile, _PROFILE, self._profiles(busy, rng))
        self.copier.write(SecurityEvent, _EVENT, self._events(busy, rng))
        self._support(busy, rng=rng, staff=staff)
        self._guardianships(busy)

    def _users(self, people: Sequence[Person], rng: Random) -> Iterator[str]:
        for person in people:
            joined, login = sorted(rng.choices(self.pools.times, k=2))
            secret = (
                cells.text(self.password) or f"{UNUSABLE_PASSWORD_PREFIX}{rng.randbytes(20).hex()}"
            )
            seen = cells.NULL if person.empty else login
            yield (
                f"{person.id}\t{secret}\t{seen}\tf\t{person.email}\t{_flag(person.staff)}"
                f"\t{_flag(person.active)}\t{joined}\n"
            )

    def _addresses(self, people: Sequence[Person]) -> Iterator[str]:
        for key, person in zip(self.keys.take(EmailAddress, len(people)), people, strict=True):
            yield f"{key}\t{person.id}\t{person.email}\tt\tt\n"

    def _profiles(self, people: Sequence[Person], rng: Random) -> Iterator[str]:
        pools = self.pools
        for key, person in zip(self.keys.take(Profile, len(people)), people, strict=True):
            language, country = rng.choice(_PLACES)
            made, changed = sorted(rng.choices(pools.times, k=2))
            yield (
                f"{key}\t{person.id}\t{pools.names[person.name]}\t{rng.choice(pools.companies)}"
                f"\t+65 6{person.id % 10_000_000:07d}\t{language}\t{country}\t{made}\t{changed}\n"
            )

    def _events(self, people: Sequence[Person], rng: Random) -> Iterator[str]:
        times, events = self.pools.times, self.pools.events
        for person in people:
            owner = f"\t{person.id}\t"
            # A million picks at once would take a giant's share of memory.
            for some in _slices(self.keys.take(SecurityEvent, person.events)):
                when = rng.choices(times, k=len(some))
                what = rng.choices(events, k=len(some))
                for key, at, tail in zip(some, when, what, strict=True):
                    yield f"{key}{owner}{at}\t{tail}\n"

    def _support(self, people: Sequence[Person], *, rng: Random, staff: Sequence[int]) -> None:
        threads: list[tuple[int, int, int]] = []
        for person in people:
            giant = person.threads > 1
            threads += [
                (key, person.id, 3 if giant else 1 + key % 5)
                for key in self.keys.take(SupportThread, person.threads)
            ]
        self.copier.write(SupportThread, _THREAD, self._threads(threads, rng, staff))
        self.copier.write(SupportMessage, _MESSAGE, self._messages(threads, rng, staff))

    def _threads(
        self, threads: Sequence[tuple[int, int, int]], rng: Random, staff: Sequence[int]
    ) -> Iterator[str]:
        pools = self.pools
        for key, owner, _ in threads:
            opened, closed = sorted(rng.choices(pools.times, k=2))
            end = closed if key % 4 else cells.NULL
            handler = str(rng.choice(staff)) if key % 3 else cells.NULL
            yield f"{key}\t{owner}\t{rng.choice(pools.short)}\t{opened}\t{end}\t{handler}\n"

    def _messages(
        self, threads: Sequence[tuple[int, int, int]], rng: Random, staff: Sequence[int]
    ) -> Iterator[str]:
        """Customer and staff in turn; the first message of a block is very long."""
        pools, body = self.pools, cells.text(LONG)
        for thread, _, count in threads:
            when = sorted(rng.choices(pools.times, k=count))
            for turn, key in enumerate(self.keys.take(SupportMessage, count)):
                author = str(rng.choice(staff)) if turn % 2 else cells.NULL
                others = rng.choice(pools.people_named)
                yield f"{key}\t{thread}\t{author}\t{body}\t{others}\t{when[turn]}\n"
                body = rng.choice(pools.texts)

    def _guardianships(self, people: Sequence[Person]) -> None:
        """Now and then a person acts for the next."""
        pairs = [(one, two) for one, two in pairwise(people) if one.id % _GUARDIAN_EVERY == 0]
        keys = self.keys.take(Guardianship, len(pairs))
        self.copier.write(
            Guardianship,
            ("id", "guardian_id", "ward_id", "relation", "since", "until"),
            (
                f"{key}\t{one.id}\t{two.id}\tparent\t2025-01-31\t{cells.NULL}\n"
                for key, (one, two) in zip(keys, pairs, strict=True)
            ),
        )


def _slices(keys: range) -> Iterator[range]:
    return (keys[start : start + _PICKS] for start in range(0, len(keys), _PICKS))


def _flag(value: bool) -> str:  # noqa: FBT001 - a value to spell, not a switch.
    return "t" if value else "f"
