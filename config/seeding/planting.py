"""The whole sample company, planted in one transaction: all of it is there, or nothing."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.models import User
from config.seeding import accounts, bare, cast, files, orders, pools
from config.seeding.copying import Copier, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MANY: Final = 20_000
"""From so many people on it pays to build the indexes once, after the rows."""


class AlreadySeededError(Exception):
    """The sample company is already there."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to plant."""

    users: int
    seed: int
    giants: tuple[int, ...] = ()
    password: str = ""


def suits(users: int) -> tuple[int, ...]:
    """The giants that leave most rows of the database to ordinary people."""
    return tuple(size for size in cast.GIANTS if size <= users * 50)


def plant(order: Order) -> dict[str, int]:
    """Write the sample company; how many rows each model got. Raises AlreadySeededError."""
    if User.objects.filter(email__in=("staff-1@example.test", "person-3@example.test")).exists():
        raise AlreadySeededError(AlreadySeededError.__doc__)
    models = accounts.MODELS + orders.MODELS
    tables = [model._meta.db_table for model in models]
    strip = order.users >= _MANY and bare.may_strip(tables)
    with transaction.atomic():
        _check_references_at_once()
        copier, keys = Copier(), Keys(models)
        with bare.stripped(tables) if strip else nullcontext():
            _write(order, copier, keys)
        keys.settle()
        _analyze(tables)
    copier.rows["accounts.SupportFile"] = files.attach(seed=order.seed)
    return dict(copier.rows)


def _write(order: Order, copier: Copier, keys: Keys) -> None:
    material = pools.cut(order.seed)
    people = accounts.Accounts(
        copier=copier, keys=keys, pools=material, password=_hash(order.password, order.seed)
    )
    commerce = orders.Commerce(
        copier=copier,
        keys=keys,
        pools=material,
        seed=order.seed,
        products=orders.catalogue(copier, keys),
    )
    staff: list[int] = []
    for block in _blocks(order, keys):
        rng = Random(f"{order.seed}:rows:{block[0].email}")  # noqa: S311 - repeatable.
        staff += [person.id for person in block if person.staff]
        people.write(block, rng=rng, staff=staff)
        commerce.write(block, rng=rng, guests=len(block) // 10)


def _blocks(order: Order, keys: Keys) -> Iterator[list[cast.Person]]:
    ordinary = keys.take(User, order.users)
    huge = keys.take(User, len(order.giants))
    yield from cast.people(users=order.users, seed=order.seed, first=ordinary.start)
    for person in cast.giants(order.giants, first=huge.start):
        yield [person]


def _hash(password: str, seed: int) -> str:
    """One hash for all: the salt follows from the seed, so that the rows do too."""
    return make_password(password, salt=f"sample{seed:010d}salt") if password else ""


def _check_references_at_once() -> None:
    """Check foreign keys statement by statement, where they are on; the server would else queue every row."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _analyze(tables: Sequence[str]) -> None:
    """Tell the planner what there is now; a role that does not own the tables leaves it to autovacuum."""
    if bare.may_strip(tables):
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
