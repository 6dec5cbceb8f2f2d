"""Withdrawals of which recipients hear, for the tests of the pages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.asked import Asked
from dsar.cases.states import Right
from dsar.contract.declarations import Recipient
from dsar.registers import consents, disclosures, recipients
from tests import faces
from tests.testapp.privacy import NEWSLETTER

if TYPE_CHECKING:
    from dsar.cases.models import Case
    from tests.testapp.factories import Person

PRINTER = Recipient(code="printer", name="Example Printer", role="processor", country="SG")
POLICE = Recipient(code="police", name="Example Police", role="authority", country="SG")


def withdrawn(person: Person) -> Case:
    """A withdrawn consent; for its purpose data went to a printer, and in secret to the police."""
    consents.give(person.user, NEWSLETTER, wording="Yes.")
    for one, secret in ((PRINTER, False), (POLICE, True)):
        recipients.enter(one)
        disclosures.record(
            person.user,
            recipient=one,
            purpose=NEWSLETTER,
            categories=[],
            basis="law",
            secret=secret,
        )
    scope = {"purposes": [NEWSLETTER.code]}
    return faces.file(person, Asked(right=Right.CONSENT_WITHDRAWAL, scope=scope))
