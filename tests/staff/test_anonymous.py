"""Anonymous data sets at the desk: the file is searched for people, and only a set without any is shared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils import timezone

from dsar.contract.declarations import Recipient
from dsar.ledger.models import Entry
from dsar.registers import anonymous, recipients, relinking
from dsar.registers.anonymous_models import AnonymousSet, AnonymousShare, RelinkTest
from tests.testapp.factories import make_open_loan

ENTER = reverse("admin:dsar_anonymousset_enter")
COARSE = "country,age\n" + "SG,30 to 39\n" * 6 + "DE,20 to 29\n" * 5
BUREAU = Recipient(code="bureau", name="Example Bureau", role="controller", country="SG")


@pytest.fixture
def dataset(cast, dora):
    said = {"name": "Loans by age", "content": "Loans, of all borrowers.", "method": "Counted."}
    dora.post(ENTER, said)
    return AnonymousSet.objects.get()


def _at(name, dataset):
    return reverse(f"admin:dsar_anonymousset_{name}", args=[dataset.pk])


def _test(client, dataset, text, **other):
    review = timezone.localdate() + timedelta(days=100)
    sent = {
        "file": SimpleUploadedFile("set.csv", text if isinstance(text, bytes) else text.encode()),
        "weighed": "Only country and age; both are coarse.",
        "review_on": review.isoformat(),
    }
    return client.post(_at("test", dataset), sent | other, follow=True)


def test_a_set_is_free_once_nobody_is_found_in_it_and_until_its_review(dataset, dora):
    assert not anonymous.is_free(dataset)
    assert "Nobody was found." in _test(dora, dataset, COARSE).content.decode()
    dataset.refresh_from_db()
    assert anonymous.is_free(dataset)
    kept = RelinkTest.objects.get()
    assert (kept.rows, kept.smallest, kept.linked) == (11, 5, 0)
    (entry,) = Entry.objects.filter(tag="anonymous.tested")
    assert kept.digest in entry.canonical
    AnonymousSet.objects.update(review_on=timezone.localdate())
    dataset.refresh_from_db()
    assert not anonymous.is_free(dataset)


def test_an_address_a_name_a_fact_or_who_stands_alone_is_found(cast, dataset, dora):
    make_open_loan("X-4711", "Fay Fiction", "fay@example.com", deposit=20)
    for canary, linked in (
        (cast.alice.email.upper(), 1),
        (" fay@example.com ", 1),
        ("FAY FICTION", 1),
        ("X-4711", 1),
        ("nobody in particular", 0),
    ):
        text = COARSE.replace("SG", canary)
        found = relinking.look(text.encode())
        assert found.linked == linked, canary
        assert found.nobody is not bool(linked), canary
    alone = relinking.look((COARSE + "FR,90 to 99\n").encode())
    assert (alone.smallest, alone.linked, alone.nobody) == (1, 0, False)
    page = _test(dora, dataset, COARSE.replace("SG", cast.alice.email)).content.decode()
    assert "Somebody can be found in it." in page
    assert cast.alice.email not in page
    assert not anonymous.is_free(dataset)


def test_only_what_is_free_is_shared_and_no_person_stands_with_it(dataset, dora):
    recipients.enter(BUREAU)
    refused = dora.post(_at("share", dataset), {"recipient": "bureau"})
    assert "treated" in refused.content.decode() or refused.context["form"].errors
    assert not AnonymousShare.objects.exists()
    _test(dora, dataset, COARSE)
    dora.post(_at("share", dataset), {"recipient": "bureau"})
    assert AnonymousShare.objects.get().recipient_id == "bureau"
    links = {
        field.name
        for model in (AnonymousSet, RelinkTest, AnonymousShare)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
    }
    assert links == {"dataset", "recipient", "entered_by", "tested_by", "shared_by"}
    dora.post(_at("retire", dataset))
    assert dora.post(_at("share", dataset), {"recipient": "bureau"}).context["form"].errors


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", "country,age\n", "", "a,b\n1\n", 'a\n"open\n', "a\n" + "1\n" * 100_001]
)
def test_what_is_no_table_is_refused(dataset, dora, text):
    assert _test(dora, dataset, text).context["form"].errors
    assert not RelinkTest.objects.exists()
