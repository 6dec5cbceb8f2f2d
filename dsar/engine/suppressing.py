"""Keep a person's addresses and numbers from being written to again, or coming back through an import (R92, R122)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dsar.contract import compiler, registry
from dsar.contract.compiler import Fragment
from dsar.contract.vocabulary import Category, Channel, Whose
from dsar.engine import erasing, prepared
from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration


def suppress(
    addresses: Iterable[str], *, channel: Channel = Channel.EMAIL, request: Request
) -> None:
    """Put the addresses or numbers of whom a request is about on the list; only their HMAC stays."""
    suppression.add_all(addresses, channel=channel, request=request.pk)


def reaching(person: object, channel: Channel) -> Sequence[str]:
    """By what the person is reached in a channel: the address of the account or those of a guest, or their numbers."""
    return erasing.addresses_of(person) if channel is Channel.EMAIL else numbers_of(person)


def numbers_of(person: object) -> list[str]:
    """The telephone numbers of their own that the person's records hold; one statement."""
    found = prepared.rows(_numbers(tuple(registry.current().all())), person)
    return sorted({number.strip() for (number,) in found if any(map(str.isdigit, number))})


@lru_cache(maxsize=8)
def _numbers(declarations: tuple[Declaration, ...]) -> Fragment:
    none = Fragment(sql="(SELECT NULL::text AS number WHERE false)")
    return Fragment.join(
        " UNION ", [none, *(piece for one in declarations for piece in _held(one))]
    )


def _held(declaration: Declaration) -> Iterator[Fragment]:
    where = compiler.condition(declaration)
    for field, treatment in compiler.fields_of(declaration):
        if (
            getattr(treatment, "category", None) == Category.TELEPHONE_NUMBER
            and getattr(treatment, "whose", None) is Whose.SUBJECT
        ):
            column = compiler.column(declaration, field)
            yield Fragment(
                sql=f"(SELECT DISTINCT {column}::text FROM {compiler.table(declaration)}"
                f" WHERE ({where.sql}) AND {column} IS NOT NULL)",
                params=where.params,
            )
