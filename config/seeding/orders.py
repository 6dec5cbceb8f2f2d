"""Rows of the orders app: what was bought, used, delivered and disclosed, and who stands in the reports."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from config.seeding import cells
from config.seeding.cast import order_of
from orders.models import (
    Order,
    OrderDisclosure,
    OrderLine,
    Product,
    QuotaUse,
    Report,
    ReportSubject,
    SearchTerm,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from config.seeding.cast import Person, Placed
    from config.seeding.copying import Copier, Keys
    from config.seeding.pools import Pools

MODELS: Final = (
    Product,
    Order,
    OrderLine,
    QuotaUse,
    Report,
    ReportSubject,
    OrderDisclosure,
    SearchTerm,
)
_CATALOGUE: Final = (
    (
        "credit-report",
        "Credit report",
        "Register entries, accounts and a score of one enterprise.",
        80,
    ),
    (
        "ownership-report",
        "Ownership report",
        "Who stands behind an enterprise, up to the last owner.",
        120,
    ),
    ("register-copy", "Register copy", "A certified copy of the register of companies.", 35),
    ("watch-list", "Watch list", "A note whenever a director or an address changes.", 15),
    ("bundle-10", "Bundle of ten reports", "Quota for ten credit reports within a year.", 640),
    ("bundle-100", "Bundle of a hundred reports", "Quota for a hundred credit reports.", 5600),
)
_ORDER: Final = (
    "id",
    "number",
    "placed_at",
    "customer_id",
    "contact_name",
    "contact_email",
    "contact_phone",
    "ip",
    "link_code",
    "note",
    "invoice_party",
    "buyer_is_organisation",
    "status",
    "currency",
    "net",
    "tax",
    "total",
)
_REPORT: Final = (
    "id",
    "order_id",
    "enterprise",
    "registration_number",
    "summary",
    "delivered_to",
    "delivered_at",
)
_NAMED: Final = (
    "id",
    "report_id",
    "name",
    "email",
    "role",
    "nationality",
    "ownership_percent",
    "risk_score",
    "source",
    "noted_at",
)
_DISCLOSURE: Final = (
    "id",
    "order_id",
    "recipient",
    "categories",
    "ground",
    "disclosed_at",
    "secret",
)
_STATUSES: Final = (
    "delivered",
    "delivered",
    "delivered",
    "paid",
    "placed",
    "cancelled",
    "refunded",
)
_ROLES: Final = ("director", "shareholder", "secretary", "owner")
_NATIONS: Final = ("SG", "MY", "DE", "CN", "IN", "")
_SOURCES: Final = ("Register of companies (fictional)", "Northern Register Data (fictional)")
_DISCLOSED: Final = (
    ("payments", '["Name", "Transaction"]', "Order fulfilment"),
    ("bookkeeping", '["Name", "Transaction"]', "Companies Act 1967 s 199"),
    ("register_data", '["EmailAddress"]', "Order fulfilment"),
)


@dataclass(frozen=True, kw_only=True)
class Commerce:
    """Writes everything that the orders app holds about a block of people."""

    copier: Copier
    keys: Keys
    pools: Pools
    seed: int
    products: range

    def write(self, people: Sequence[Person], *, rng: Random, guests: int = 0) -> None:
        """COPY a block of people's orders and what hangs on them, and some guests' orders."""
        placed = [
            order_of(person, key=key, number=key)
            for person in people
            for key in self.keys.take(Order, person.orders)
        ]
        placed += [order_of(None, key=key, number=key) for key in self.keys.take(Order, guests)]
        self.copier.write(Order, _ORDER, self._orders(placed, rng))
        self.copier.write(
            OrderLine,
            ("id", "order_id", "position", "product_id", "quantity", "unit_price"),
            self._lines(placed),
        )
        self._uses(placed, rng)
        self._reports(placed, rng)
        self.copier.write(OrderDisclosure, _DISCLOSURE, self._disclosures(placed, rng))
        self.copier.write(
            SearchTerm, ("id", "customer_id", "word", "times", "last_at"), self._terms(people, rng)
        )

    def _orders(self, placed: Sequence[Placed], rng: Random) -> Iterator[str]:
        pools = self.pools
        for order in placed:
            person = order.customer
            net = 1_000 + (order.number * 37) % 900_000
            tax = net * 9 // 100
            name = pools.names[person.name if person else rng.randrange(2_000)]
            note = rng.choice(pools.texts) if order.number % 3 == 0 else ""
            yield (
                f"{order.id}\tR-{order.number:09d}\t{rng.choice(pools.times)}"
                f"\t{person.id if person else cells.NULL}\t{name}\t{_contact(order)}"
                f"\t+65 8{order.number % 10_000_000:07d}\t{rng.choice(pools.ips)}\t{self._link(order)}"
                f"\t{note}\t{rng.choice(pools.companies)}\t{'t' if order.number % 4 else 'f'}"
                f"\t{_STATUSES[order.number % 7]}\tSGD"
                f"\t{_money(net)}\t{_money(tax)}\t{_money(net + tax)}\n"
            )

    def _link(self, order: Placed) -> str:
        return blake2b(f"{self.seed}:{order.number}".encode(), digest_size=16).hexdigest()

    def _lines(self, placed: Sequence[Placed]) -> Iterator[str]:
        for order in placed:
            for position, key in enumerate(self.keys.take(OrderLine, order.lines), start=1):
                product = self.products[(order.number + position) % len(self.products)]
                yield f"{key}\t{order.id}\t{position}\t{product}\t{1 + key % 3}\t{_money(1_500 + key % 9_000)}\n"

    def _uses(self, placed: Sequence[Placed], rng: Random) -> None:
        pools = self.pools

        def lines() -> Iterator[str]:
            for order in placed:
                if order.customer is None:
                    continue
                for key in self.keys.take(QuotaUse, order.uses):
                    yield (
                        f"{key}\t{order.customer.id}\t{order.id}\t1\t{rng.choice(pools.companies)}"
                        f"\t{rng.choice(pools.times)}\n"
                    )

        self.copier.write(
            QuotaUse, ("id", "customer_id", "order_id", "units", "used_for", "used_at"), lines()
        )

    def _reports(self, placed: Sequence[Placed], rng: Random) -> None:
        reports = [
            (key, order) for order in placed for key in self.keys.take(Report, order.reports)
        ]
        self.copier.write(Report, _REPORT, self._delivered(reports, rng))
        self.copier.write(ReportSubject, _NAMED, self._named(reports, rng))

    def _delivered(self, reports: Sequence[tuple[int, Placed]], rng: Random) -> Iterator[str]:
        pools = self.pools
        for key, order in reports:
            yield (
                f"{key}\t{order.id}\t{rng.choice(pools.companies)}\t20{key % 100:02d}{key % 100_000:05d}X"
                f"\t{rng.choice(pools.texts)}\t{_contact(order)}\t{rng.choice(pools.times)}\n"
            )

    def _named(self, reports: Sequence[tuple[int, Placed]], rng: Random) -> Iterator[str]:
        """Every fifth has an address, and the same few thousand people stand in many reports."""
        pools = self.pools
        for report, order in reports:
            for key in self.keys.take(ReportSubject, order.named):
                email = f"director-{key % 5_000}@enterprise.example.test" if key % 5 == 0 else ""
                share = f"{key % 10_001 / 100:.2f}" if key % 4 else cells.NULL
                yield (
                    f"{key}\t{report}\t{rng.choice(pools.names)}\t{email}\t{_ROLES[key % 4]}"
                    f"\t{_NATIONS[key % 6]}\t{share}\t{key % 101}\t{_SOURCES[key % 2]}"
                    f"\t{rng.choice(pools.times)}\n"
                )

    def _disclosures(self, placed: Sequence[Placed], rng: Random) -> Iterator[str]:
        """One in fifty was made to an authority and must not be told."""
        for order in placed:
            for key in self.keys.take(OrderDisclosure, order.disclosures):
                secret = key % 50 == 0
                recipient, categories, ground = _DISCLOSED[key % 3]
                if secret:
                    recipient, ground = "authority", "Investigation; PDPA s 21(4)"
                yield (
                    f"{key}\t{order.id}\t{recipient}\t{categories}\t{ground}"
                    f"\t{rng.choice(self.pools.times)}\t{'t' if secret else 'f'}\n"
                )

    def _terms(self, people: Sequence[Person], rng: Random) -> Iterator[str]:
        words, times = self.pools.words, self.pools.times
        for person in people:
            for turn, key in enumerate(self.keys.take(SearchTerm, person.terms)):
                spelt = words[(person.id + turn) % len(words)]
                word = spelt if turn < len(words) else f"{spelt} {turn}"
                yield f"{key}\t{person.id}\t{word}\t{1 + key % 20}\t{rng.choice(times)}\n"


def catalogue(copier: Copier, keys: Keys) -> range:
    """COPY the products; their keys."""
    taken = keys.take(Product, len(_CATALOGUE))
    copier.write(
        Product,
        ("id", "code", "name", "description", "price", "quota", "active"),
        (
            f"{key}\t{code}\t{name}\t{description}\t{price}.00\t1\tt\n"
            for key, (code, name, description, price) in zip(taken, _CATALOGUE, strict=True)
        ),
    )
    return taken


def _contact(order: Placed) -> str:
    """Where the order is confirmed to: the person's address, a mailbox shared by four, or a guest's."""
    if order.customer is None:
        # Some guests wrote the address of somebody who has an account.
        who = "person" if order.number % 7 == 0 else "guest"
        return f"{who}-{1 + order.number % 1_000}@example.test"
    if order.number % 10 == 0:
        return f"office-{order.customer.id // 4}@shared.example.test"
    return order.customer.email


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
