"""The people of a demonstration: seven customers, one a right, two of the staff, and an auditor; all invented."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import transaction

from accounts import editing
from accounts.models import Profile, SecurityEvent, SupportFile, SupportMessage, SupportThread, User
from config.seeding import staffing
from orders.models import Order, OrderLine, Product, Report, ReportSubject

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "access": "Ada Example",
    "portability": "Ben Sample",
    "correction": "Cleo Fiction",
    "deletion": "Dan Invented",
    "objection": "Eve Madeup",
    "restriction": "Finn Nobody",
    "consent_withdrawal": "Gia Imagined",
}


@dataclass(frozen=True, kw_only=True)
class Player:
    """Somebody who can log in."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who takes part: the customers by the right they will ask for, who decides, who signs, and who audits."""

    customers: dict[str, Player]
    reviewer: Player
    officer: Player
    auditor: Player


@transaction.atomic
def open_company() -> Company:
    """Make new people for one demonstration; their addresses lie under a domain that nobody can own."""
    run = secrets.token_hex(3)
    customers = {}
    for right, name in NAMES.items():
        player, user = _account(name, run=run)
        _fill(user, name)
        customers[right] = player
    officer, dpo = _staff("Otto Officer", run=run, group="Data protection officers")
    reviewer, colleague = _staff("Rhea Reviewer", run=run, group="Privacy reviewers")
    staffing.qualify([dpo, colleague], by=dpo)
    staffing.review(by=dpo)
    return Company(
        customers=customers,
        reviewer=reviewer,
        officer=officer,
        auditor=_staff("Aria Auditor", run=run, group="Auditors")[0],
    )


def _account(name: str, *, run: str, is_staff: bool = False) -> tuple[Player, User]:
    email = f"{name.lower().replace(' ', '.')}.{run}@example.test"
    password = secrets.token_urlsafe(16)
    user = User.objects.create_user(email=email, password=password, is_staff=is_staff)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return Player(name=name, email=email, password=password), user


def _staff(name: str, *, run: str, group: str) -> tuple[Player, User]:
    player, user = _account(name, run=run, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return player, user


def _fill(user: User, name: str) -> None:
    """Everything a customer of some months leaves behind."""
    Profile.objects.update_or_create(
        user=user,
        defaults={"name": name, "company": "Example Trading", "phone": "+65 0000 0000"},
    )
    editing.edit(user.pk, {"company": "Example Trading Ltd"})
    SecurityEvent.objects.bulk_create(_visits(user))
    _support(user, name)
    for number in range(3):
        _order(user, name, number)


def _visits(user: User) -> Iterator[SecurityEvent]:
    for number in range(20):
        yield SecurityEvent(
            user=user,
            kind=SecurityEvent.Kind.SEARCH,
            detail=f"fictional enterprise {number}",
            ip="192.0.2.1",
            user_agent="Example Browser/1.0",
            language="en",
        )


def _support(user: User, name: str) -> None:
    thread = SupportThread.objects.create(user=user, subject="My invoice")
    message = SupportMessage.objects.create(thread=thread, text=f"Please look at it. {name}")
    content = ContentFile(f"A letter of {name}".encode(), name="letter.txt")
    SupportFile.objects.create(
        message=message, file=content, filename="letter.txt", content_type="text/plain"
    )


def _order(user: User, name: str, number: int) -> None:
    product, _ = Product.objects.get_or_create(
        code="demonstration-report",
        defaults={"name": "Enterprise report", "price": Decimal("90.00")},
    )
    order = Order.objects.create(
        number=f"D-{user.pk}-{number}",
        customer=user,
        contact_name=name,
        contact_email=user.email,
        invoice_party="Example Trading Ltd",
        buyer_is_organisation=True,
        note=f"Please call {name} first.",
        net=Decimal("90.00"),
        tax=Decimal("8.10"),
        total=Decimal("98.10"),
    )
    OrderLine.objects.create(order=order, product=product, unit_price=product.price)
    report = Report.objects.create(order=order, enterprise="Fictional Holdings Pte. Ltd.")
    ReportSubject.objects.create(
        report=report,
        name="Director Nobody",
        role=ReportSubject.Role.DIRECTOR,
        source="Fictional register",
    )
