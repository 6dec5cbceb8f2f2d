"""Without authorisation nothing is used or told, unless a case of the list and a reason are named."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category
from dsar.ledger.models import Entry
from dsar.registers import consents, disclosures, exemptions, recipients
from dsar.registers.disclosures import ConsentMissingError
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.exemptions import Exempted, ExemptionError
from dsar.registers.models import Disclosure
from tests.purposes import CONSENT, CONTRACT

POLICE = Recipient(code="police", name="Example Police", role="authority", country="SG")
WHY = "Letter 12 of the Example Police"


@pytest.fixture(autouse=True)
def _known(db):
    recipients.enter(POLICE)


def _tell(person, **said: Any) -> Disclosure:
    known: dict[str, Any] = {"categories": [Category.NAME], "basis": "a letter"}
    return disclosures.record(person, recipient=POLICE, purpose=CONSENT, **known | said)


@pytest.mark.parametrize("code", ["", "convenience", "public_sources"])
def test_a_use_without_a_case_that_holds_for_it_is_refused(alice, code):
    with pytest.raises(ExemptionError):
        exemptions.use(alice, CONTRACT, code=code, reason=WHY)
    assert not ExemptedUse.objects.exists()


def test_a_use_needs_a_reason_and_leaves_it_out_of_the_ledger(alice, bob):
    for empty in ("", "  \n"):
        with pytest.raises(ExemptionError):
            exemptions.use(alice, CONTRACT, code="justice", reason=empty)
    noted = exemptions.use(alice, CONTRACT, code="justice", reason=WHY, by=bob)
    assert (noted.subject, noted.act, noted.entered_by) == (alice, "use", bob)
    (entry,) = Entry.objects.filter(tag="exemption.used")
    assert '"code":"justice"' in entry.canonical
    assert WHY not in entry.canonical


@pytest.mark.parametrize("secret", [False, True])
def test_a_disclosure_without_consent_needs_a_case_and_a_reason_even_a_secret_one(alice, secret):
    with pytest.raises(ConsentMissingError):
        _tell(alice, secret=secret)
    for code, reason in (("nonsense", WHY), ("justice", " ")):
        with pytest.raises(ExemptionError):
            _tell(alice, secret=secret, exempted=Exempted(code=code, reason=reason))
    assert not Disclosure.objects.exists()
    told = _tell(alice, secret=secret, exempted=Exempted(code="justice", reason=WHY))
    noted = ExemptedUse.objects.get(disclosure=told)
    assert (noted.act, noted.code, noted.reason, noted.secret) == (
        "transfer",
        "justice",
        WHY,
        secret,
    )
    assert f'"disclosure":{told.pk}' in Entry.objects.get(tag="exemption.used").canonical


def test_with_consent_no_case_is_needed_and_none_is_noted(alice):
    consents.give(alice, CONSENT, wording="Yes.")
    _tell(alice)
    assert not ExemptedUse.objects.exists()


@pytest.mark.parametrize("said", [{"reason": " "}, {"code": ""}, {"act": "sale"}])
def test_the_table_takes_nothing_without_case_and_reason(alice, said):
    facts = {"subject": alice, "purpose_id": CONTRACT.code, "act": "use", "code": "justice"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ExemptedUse.objects.create(**facts | {"reason": WHY} | said)
