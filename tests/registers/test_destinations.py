"""A service takes copies only where an officer approved it, at one https address, until it is withdrawn."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from dsar.contract.declarations import Recipient
from dsar.dispatch.posting import RefusedAddressError
from dsar.ledger.models import Entry
from dsar.registers import destinations, recipients
from dsar.registers.destination_models import Destination
from dsar.registers.destinations import NotAControllerError, StandsAlreadyError
from tests.cast import person

pytestmark = pytest.mark.django_db
ADDRESS = "https://import.other.example/copies?key=s3cret"


def _service(code="other", role="controller"):
    return recipients.enter(Recipient(code=code, name=f"The {code}", role=role, country="SG"))


def test_what_is_approved_can_be_chosen_and_what_is_withdrawn_cannot():
    dora = person("dora")
    assert destinations.find("other") is None
    approved = destinations.approve(_service(), address=ADDRESS, by=dora)
    destinations.approve(_service("third"), address="https://third.example/", by=dora)
    assert destinations.find("other") == approved
    assert [one.recipient_id for one in destinations.standing()] == ["other", "third"]
    assert destinations.withdraw(approved, by=dora)
    assert not destinations.withdraw(approved, by=dora)
    assert destinations.find("other") is None
    assert [one.recipient_id for one in destinations.standing()] == ["third"]
    again = destinations.approve(_service(), address="https://new.other.example/", by=dora)
    assert again.pk != approved.pk
    assert Destination.objects.get(pk=approved.pk).address == ADDRESS
    told = Entry.objects.filter(tag__startswith="destination.").order_by("pk")
    assert [one.tag for one in told] == ["destination.approved"] * 2 + [
        "destination.withdrawn",
        "destination.approved",
    ]
    assert "import.other.example" in told[0].canonical
    assert "s3cret" not in "".join(one.canonical for one in told)


@pytest.mark.parametrize(
    "address",
    ["http://other.example/", "https://user:pass@other.example/", "https:///x", "other.example"],
)
def test_no_address_but_https_is_approved(address):
    with pytest.raises(RefusedAddressError):
        destinations.approve(_service(), address=address, by=person("dora"))
    assert not Destination.objects.exists()


def test_a_service_stands_once_and_is_a_controller():
    dora = person("dora")
    destinations.approve(_service(), address=ADDRESS, by=dora)
    with pytest.raises(StandsAlreadyError):
        destinations.approve(_service(), address="https://two.example/", by=dora)
    with pytest.raises(NotAControllerError):
        destinations.approve(_service("helper", "processor"), address=ADDRESS, by=dora)
    assert "helper" not in destinations.eligible().values_list("code", flat=True)
    standing = Destination.objects.get()
    for wrong in ({"address": "http://x.example/"}, {"address": ADDRESS}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Destination.objects.create(
                recipient_id=standing.recipient_id, approved_by_id=dora.pk, **wrong
            )
