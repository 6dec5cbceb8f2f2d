"""Uses without authorisation at the desk: the list of cases, and noting one with its reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dsar.contract.vocabulary import Category
from dsar.law import exemptions
from dsar.registers import recipients, restrictions
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.models import Disclosure, Restriction
from tests.registers.test_exemptions import POLICE
from tests.testapp.privacy import NEWSLETTER

LIST = reverse("admin:dsar_exempteduse_changelist")
NOTE = reverse("admin:dsar_exempteduse_note")


def _said(cast, **other):
    return {
        "address": cast.alice.email.upper(),
        "act": "use",
        "code": "vital_interest",
        "reason": "A burst pipe above her flat.",
        "purpose": NEWSLETTER.code,
    } | other


def test_the_list_shows_every_case_and_what_was_noted(cast, dora):
    page = dora.get(LIST).content.decode()
    for one in exemptions.known().values():
        assert one.in_words("en").replace("'", "&#x27;") in page
    assert "PDPA First Schedule" in page
    dora.post(NOTE, _said(cast))
    noted = ExemptedUse.objects.get()
    assert noted.subject_id == cast.alice.pk
    address = reverse("admin:dsar_exempteduse_change", args=[noted.pk])
    assert address in dora.get(LIST).content.decode()
    assert "A burst pipe" in dora.get(address).content.decode()


def test_a_transfer_is_noted_with_its_disclosure(cast, dora):
    recipients.enter(POLICE)
    dora.post(
        NOTE,
        _said(
            cast,
            act="transfer",
            code="justice",
            recipient="police",
            categories=[Category.NAME.value],
        ),
    )
    told = Disclosure.objects.get()
    assert (told.recipient_code, told.categories) == ("police", [Category.NAME.value])
    assert ExemptedUse.objects.get().disclosure == told


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": ""},
        {"code": "convenience"},
        {"code": "public_sources"},
        {"reason": "  "},
        {"act": "transfer"},
        {"address": "nobody@example.com"},
    ],
)
def test_without_a_case_that_holds_or_a_reason_nothing_is_noted(cast, dora, wrong):
    answer = dora.post(NOTE, _said(cast, **wrong))
    assert answer.context["form"].errors
    assert not ExemptedUse.objects.exists()


def test_restricted_data_is_used_in_a_case_of_the_law_only_and_noted_with_its_reason(cast, dora):
    said = _said(cast, act="restricted", code="legal_claims", purpose="test_lending")
    dora.post(NOTE, said)
    assert not ExemptedUse.objects.exists(), "Nothing is restricted."
    restrictions.restrict(cast.alice.user, ground=Restriction.Ground.UNLAWFUL)
    for wrong in (
        {"code": "justice"},
        {"reason": " "},
        {"purpose": NEWSLETTER.code},
        {"act": "use"},
    ):
        assert dora.post(NOTE, said | wrong).status_code == 200
    assert not ExemptedUse.objects.exists()
    dora.post(NOTE, said)
    noted = ExemptedUse.objects.get()
    assert (noted.act, noted.code) == ("restricted", "legal_claims")
    for page in (LIST, reverse("admin:dsar_exempteduse_change", args=[noted.pk])):
        shown = dora.get(page).content.decode()
        assert "legal claims" in shown
        assert "although it was restricted" in shown
