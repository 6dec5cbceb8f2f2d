"""Lists that are leafed through from row to row.

A page begins behind the last row of the one before it: however far somebody leafs, no row is read to be skipped.
Beyond `MOST_COUNTED` nothing is counted, only called more than that, and through a filter nothing beyond the page: the
server would have to read any number of rows for each that is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

MOST_COUNTED = 1_000
_NOTHING = Q(pk__in=[])


@dataclass(frozen=True, kw_only=True)
class Key:
    """A column of the order. PostgreSQL puts what is empty last, and first where the order is descending."""

    path: str
    descending: bool
    may_be_empty: bool

    def of(self, row: Model) -> Any:
        """A row's value, as JSON can hold it."""
        value: Any = row
        for name in self.path.split("__"):
            value = getattr(value, name, None)
        return value if value is None or isinstance(value, int | str) else str(value)

    def same(self, value: Any) -> Q:
        """Rows with this value."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any, *, back: bool) -> Q:
        """Rows that come after this value, or before it."""
        falling = self.descending is not back
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if falling else _NOTHING
        found = Q(**{f"{self.path}__{'lt' if falling else 'gt'}": value})
        if self.may_be_empty and not falling:
            found |= Q(**{f"{self.path}__isnull": True})
        return found

    def bound(self, value: Any, *, back: bool) -> Q:
        """What holds for all rows from this value on: an index on the first column begins there."""
        if self.may_be_empty:
            return Q()
        return Q(**{f"{self.path}__{'lte' if self.descending is not back else 'gte'}": value})


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page begins: behind a row, or in front of it; the row is told by its values in the list's order.

    It stands in addresses, signed. Lists are ordered by dates, states and references, never by what somebody is called.
    """

    values: Sequence[Any]
    back: bool

    def narrowed(self, rows: QuerySet[Any], keys: Sequence[Key]) -> QuerySet[Any]:
        """The rows from here on, those next to the place first."""
        found, same = Q(), Q()
        for key, value in zip(keys, self.values, strict=True):
            found |= same & key.beyond(value, back=self.back)
            same &= key.same(value)
        rows = rows.filter(keys[0].bound(self.values[0], back=self.back) & found)
        return rows.reverse() if self.back else rows

    def text(self, keys: Sequence[Key]) -> str:
        """As it stands in an address, together with the order that it belongs to."""
        return _signer().sign_object([_order(keys), self.back, list(self.values)])


def place(text: str, keys: Sequence[Key]) -> Place | None:
    """Read a place; None where it is none, or one of another order: the list then begins at its beginning."""
    try:
        order, back, values = _signer().unsign_object(text)
    except signing.BadSignature:
        return None
    return Place(values=values, back=back) if order == _order(keys) else None


def _signer() -> signing.Signer:
    """Without the hour: the same page has the same address."""
    return signing.Signer(salt="dsar.staff.leafing")


def _order(keys: Sequence[Key]) -> list[str]:
    return [f"-{key.path}" if key.descending else key.path for key in keys]


def keys(rows: QuerySet[Any]) -> list[Key]:
    """The columns of an order, each once; the last that matters is the primary key."""
    found: dict[str, Key] = {}
    for one in rows.query.order_by:
        name = str(one).removeprefix("-")
        path, may_be_empty = _column(rows.model, name)
        key = Key(path=path, descending=str(one).startswith("-"), may_be_empty=may_be_empty)
        found.setdefault(path, key)
    return list(found.values())


def _column(model: type[Model], name: str) -> tuple[str, bool]:
    if name == "pk":
        name = model._meta.pk.name
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        # Of another table, or computed: who knows.
        return name, True
    return field.attname, field.null


class LeafedList(ChangeList):
    """The admin's list with pages from row to row; `p` in the address is a place instead of a number."""

    def get_results(self, request: HttpRequest) -> None:
        """Read one page and one row more, which tells whether there is another."""
        order = keys(self.queryset)
        here = place(request.GET.get(PAGE_VAR, ""), order)
        rows = self.queryset.order_by(*_order(order))
        found = list((here.narrowed(rows, order) if here else rows)[: self.list_per_page + 1])
        is_more, found = len(found) > self.list_per_page, found[: self.list_per_page]
        if here and here.back:
            found.reverse()
        self._link(found, order, here=here, is_more=is_more)
        self.many = len(found)
        is_all, is_narrowed = not (here or is_more), bool(self.has_active_filters or self.query)
        self.is_uncounted = not is_all and is_narrowed
        if not is_all and not is_narrowed:
            self.many = self.queryset.order_by()[: MOST_COUNTED + 1].count()
        self.result_list: Any = found
        self.result_count = self.full_result_count = len(found)
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = self.multi_page = False

    def _link(
        self, found: list[Any], order: list[Key], *, here: Place | None, is_more: bool
    ) -> None:
        """Addresses of the pages next to this one, and of the first."""
        is_back = here is not None and here.back
        has_next, has_earlier = is_more or is_back, is_more if is_back else here is not None
        self.first_url = self.get_query_string() if here else ""
        self.next_url = self._beside(found[-1:], order, back=False) if has_next else ""
        self.earlier_url = self._beside(found[:1], order, back=True) if has_earlier else ""

    def _beside(self, row: list[Any], order: list[Key], *, back: bool) -> str:
        if not row:
            return ""
        values = [key.of(row[0]) for key in order]
        there = Place(values=values, back=back).text(order)
        return self.get_query_string({PAGE_VAR: there})

    @property
    def said(self) -> str:
        """How many there are, in words."""
        name = self.opts.verbose_name if self.many == 1 else self.opts.verbose_name_plural
        if self.is_uncounted:
            return f"{self.many} {name} here, and others on other pages"
        number = f"more than {MOST_COUNTED:,}" if self.many > MOST_COUNTED else f"{self.many:,}"
        shown = len(self.result_list)
        return f"{number} {name}" if shown == self.many else f"{shown} of {number} {name}"
