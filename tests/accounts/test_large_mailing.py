"""A campaign of 200,000: whoever may be written to is, nobody else, at the same cost a batch and in the same memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from accounts import mailing
from accounts.models import CampaignDelivery, User
from accounts.purposes import MARKETING_EMAIL
from dsar.management.bench.figures import growth
from dsar.registers import consents, suppression
from tests.factories.accounts import CampaignFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.core.mail import EmailMessage
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

SAID_NO = {
    0: "objected to the purpose",
    10: "objected to all marketing",
    20: "withdrew",
    30: "restricted the purpose",
    40: "restricted all",
}
"""Of each fifty people five said no, each in another way; the rest of the division by fifty says which."""
SUPPRESSED = 7
"""This one's address stands on the list."""
BATCH = 200


class Marking(BaseEmailBackend):
    """Marks to whom a mail went, by the number in the address; keeps no mail."""

    sent = bytearray()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Count each."""
        for message in messages:
            (address,) = message.to
            self.sent[int(address.split("@")[0].removeprefix("many-"))] += 1
        return len(messages)


@pytest.fixture
def marking(settings: Settings) -> type[Marking]:
    settings.EMAIL_BACKEND = f"{__name__}.Marking"
    return Marking


def _people(number: int) -> None:
    """So many accounts that agreed, from which a tenth said no since; one address is suppressed."""
    model: User = UserFactory(email="model@example.test")
    consents.give(model, MARKETING_EMAIL, wording="Yes, write to me.")
    with connection.cursor() as cursor:
        _multiply(cursor, model, number)
        cursor.execute("ANALYZE accounts_user, dsar_registers_consent")
        for rest, sql in _SAYING.items():
            cursor.execute(sql, {"rest": rest, "purpose": MARKETING_EMAIL.code})
        cursor.execute("ANALYZE")
    suppression.add(f"many-{SUPPRESSED}@example.test")
    User.objects.filter(pk=model.pk).update(is_active=False)


def _multiply(cursor: Any, model: User, number: int) -> None:
    cursor.execute(
        "INSERT INTO accounts_user (email, password, is_superuser, is_staff, is_active, date_joined)"
        " SELECT 'many-' || n || '@example.test', password, false, false, true, date_joined"
        " FROM accounts_user, generate_series(0, %s) n WHERE id = %s ORDER BY n",
        [number - 1, model.pk],
    )
    cursor.execute(
        "INSERT INTO dsar_registers_consent"
        " (subject_id, purpose_id, given_at, wording, policy_version, language, method)"
        " SELECT u.id, purpose_id, given_at, wording, policy_version, language, method"
        " FROM dsar_registers_consent c, accounts_user u"
        " WHERE c.subject_id = %s AND u.email LIKE 'many-%%'",
        [model.pk],
    )


_WHO = (
    " FROM accounts_user WHERE email LIKE 'many-%%'"
    " AND substring(email from '[0-9]+')::int %% 50 = %(rest)s"
)
_OBJECT = (
    "INSERT INTO dsar_registers_objection (subject_id, purpose_id, signal, objected_at) SELECT id, "
)
_RESTRICT = "INSERT INTO dsar_registers_restriction (subject_id, purpose_id, ground, restricted_at) SELECT id, "
_WITHDRAW = "UPDATE dsar_registers_consent SET withdrawn_at = clock_timestamp() WHERE subject_id IN (SELECT id"
_SAYING = {
    0: f"{_OBJECT} %(purpose)s, '', clock_timestamp(){_WHO}",
    10: f"{_OBJECT} NULL, '', clock_timestamp(){_WHO}",
    20: f"{_WITHDRAW}{_WHO})",
    30: f"{_RESTRICT} %(purpose)s, 'claims', clock_timestamp(){_WHO}",
    40: f"{_RESTRICT} NULL, 'claims', clock_timestamp(){_WHO}",
}


def _permitted(number: int) -> bytearray:
    """Who must be written to, without asking the gate."""
    return bytearray(
        int(place % 50 not in SAID_NO and place != SUPPRESSED) for place in range(number)
    )


@pytest.fixture
def asked() -> Iterator[Counter[str]]:
    """How many statements there were, and how many of them read the consents."""
    found: Counter[str] = Counter()

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature.
        found["all"] += 1
        found["gate"] += "dsar_registers_consent" in sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        yield found


@pytest.mark.parametrize(
    "number",
    [
        200,
        pytest.param(200_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
)
def test_exactly_the_permitted_are_mailed_at_the_same_cost_a_batch(
    number: int, marking: type[Marking], asked: Counter[str]
) -> None:
    """The gate is part of the one statement that finds a batch, and costs none for a person."""
    _people(number)
    permitted = _permitted(number)
    found = sum(permitted) + 1  # The gate knows nothing of the suppressed address.
    campaign = CampaignFactory()
    marking.sent = bytearray(number)
    asked.clear()
    with growth() as grown:
        sent = mailing.send(campaign)
    statements, batches = dict(asked), found // BATCH + 1
    assert mailing.BATCH == BATCH
    assert marking.sent == permitted
    assert sent == sum(permitted) == CampaignDelivery.objects.filter(campaign=campaign).count()
    # A last batch of nobody has no address to compare with the list, and no delivery to note.
    nobody = 2 if found % BATCH == 0 else 0
    assert statements == {"gate": batches, "all": 1 + 6 * batches - nobody}
    assert grown[0] <= 16
    assert mailing.send(campaign) == 0
    assert marking.sent == permitted
