"""Whoever has a person's data is told of what became of it, in the transaction of the answer (R147)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsar.cases.asked import Asked
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.contract import compiler, registry
from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category
from dsar.engine import following
from dsar.ledger.models import Entry
from dsar.registers import consents, disclosures, recipients
from dsar.registers.recipient_models import RecipientRecord
from tests.testapp.models import Assessment
from tests.testapp.privacy import BANK, LENDING, MAILER, NEWSLETTER, SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person


def disclosed(person: Person, code: str, **said: Any) -> None:
    recipient = Recipient(code=code, name=f"Example {code}", role="controller", country="SG")
    recipients.enter(recipient)
    known: dict[str, Any] = {"purpose": LENDING, "categories": [Category.NAME], "basis": "rules"}
    disclosures.record(person.user, recipient=recipient, **known | said)


def told(case: Case) -> set[str]:
    return set(
        RecipientTask.objects.filter(request__case=case).values_list("recipient_code", flat=True)
    )


@pytest.fixture
def shared(cast: Cast) -> None:
    """Alice's data went to three for lending, one of them in secret, to one for safety, and to one long ago."""
    disclosed(cast.alice, "library")
    disclosed(cast.alice, "police", secret=True)
    disclosed(cast.alice, "guard", purpose=SAFETY)
    disclosed(cast.alice, "former", since=timezone.now() - timedelta(days=500))
    disclosed(cast.bob, "stranger")


def test_a_withdrawal_is_told_to_whoever_got_data_for_that_purpose(
    cast: Cast, shared: None, ask: Callable[..., Case]
) -> None:
    for person in (cast.alice, cast.bob):
        consents.give(person.user, NEWSLETTER, wording="Yes.")
    disclosed(cast.alice, "printer", purpose=NEWSLETTER)
    disclosed(cast.bob, "copyist", purpose=NEWSLETTER)
    scope = {"purposes": [NEWSLETTER.code]}
    case = ask(cast.alice, Asked(right=Right.CONSENT_WITHDRAWAL, scope=scope))
    assert told(case) == {MAILER.code, "printer"}


def test_whoever_got_data_in_the_twelve_months_before_is_told_and_nobody_earlier(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """A day within the window counts, a day before it does not, nor what was told of somebody else (R78)."""
    now = timezone.now()
    disclosed(cast.alice, "within", since=now - timedelta(days=364))
    disclosed(cast.alice, "before", since=now - timedelta(days=367))
    disclosed(cast.bob, "stranger")
    case = ask(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "unlawful"}))
    answered(case)
    assert told(case) & {"within", "before", "stranger"} == {"within"}


def test_the_ledger_says_who_has_to_be_told(
    cast: Cast, shared: None, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    case = ask(cast.alice, "deletion")
    answered(case)
    (entry,) = Entry.objects.filter(tag="recipient.tasks_opened")
    said = json.loads(entry.canonical)
    assert said["request"] == str(case.requests.get().pk)
    assert set(said["detail"]["recipients"]) == told(case) != set()


def test_a_restriction_is_told_for_its_purposes_or_to_all(
    cast: Cast, shared: None, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    scope = {"ground": "accuracy_contested", "purposes": [SAFETY.code]}
    narrow = ask(cast.alice, Asked(right=Right.RESTRICTION, scope=scope))
    answered(narrow)
    assert "guard" in told(narrow)
    assert not told(narrow) & {"library", "police", "former", "stranger"}
    wide = ask(cast.bob, Asked(right=Right.RESTRICTION, scope={"ground": "unlawful"}))
    answered(wide)
    assert {"stranger", MAILER.code} <= told(wide)
    assert not told(wide) & {"library", "police", "guard"}


def test_an_objection_opens_no_task(cast: Cast, shared: None, ask: Callable[..., Case]) -> None:
    case = ask(cast.alice, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    assert told(case) == set()


def test_who_was_told_in_secret_hears_and_the_person_never_learns_of_it(
    cast: Cast, shared: None, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Also not from the copy of what is kept about their requests (PDPA s 21(4))."""
    disclosed(cast.alice, "library", secret=True)
    case = ask(cast.alice, "deletion")
    answered(case)
    assert {"library", "police"} <= told(case)
    tasks = RecipientTask.objects.filter(request__case=case)
    assert set(tasks.filter(secret=True).values_list("recipient_code", flat=True)) == {"police"}
    declaration = registry.current().get("dsar.RecipientTask")
    sql, params = compiler.shown_condition(declaration).bind(cast.alice.pk)
    shown = set(tasks.extra(where=[sql], params=params).values_list("recipient_code", flat=True))  # noqa: S610 - the compiler's own SQL.
    assert "library" in shown
    assert "police" not in shown


def test_declared_recipients_stand_in_the_register_and_follow_their_declaration(db: None) -> None:
    found = RecipientRecord.objects.get(pk=BANK.code)
    assert (found.name, found.role, found.declared) == (BANK.name, BANK.role, True)
    assert recipients.write() == 0
    recipients.change(BANK.code, name="Another Name", contract="Folder 7")
    found.refresh_from_db()
    assert (found.name, found.contract) == (BANK.name, "Folder 7")
    RecipientRecord.objects.filter(pk=BANK.code).update(name="Old Name")
    assert recipients.write() == 1
    found.refresh_from_db()
    assert (found.name, found.contract) == (BANK.name, "Folder 7")


def processor(person: Person, code: str, **said: Any) -> None:
    recipients.enter(Recipient(code=code, name=f"Example {code}", role="processor", country="SG"))
    known: dict[str, Any] = {"purpose": LENDING, "categories": [Category.NAME], "basis": "rules"}
    found = Recipient(code=code, name=f"Example {code}", role="processor", country="SG")
    disclosures.record(person.user, recipient=found, **known | said)


def test_processors_are_asked_what_they_hold_when_a_copy_is_approved(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    Assessment.objects.all().delete()
    processor(cast.alice, "host")
    declared = told(ask(cast.bob, "access"))
    case = ask(cast.alice, "access")
    tasks = {one.recipient_code: one for one in RecipientTask.objects.filter(request__case=case)}
    assert declared
    assert set(tasks) == declared | {"host"}
    registered = RecipientRecord.objects.filter(code__in=tasks).values_list("role", flat=True)
    assert set(registered) == {"processor"}
    request = case.requests.get()
    assert {one.due_at for one in tasks.values()} == {request.due_at}
    opened = Entry.objects.get(tag="recipient.tasks_opened", request=str(request.pk))
    assert json.loads(opened.canonical)["detail"]["recipients"] == sorted(tasks)
    approved = Entry.objects.get(tag="request.approved", request=str(request.pk))
    assert opened.pk > approved.pk
    shown: Any = following.with_progress(case.requests.all()).get()
    assert shown.told == []


def test_who_never_had_the_data_or_is_no_processor_is_not_asked(
    cast: Cast, shared: None, ask: Callable[..., Case]
) -> None:
    Assessment.objects.all().delete()
    processor(cast.bob, "stranger_host")
    processor(cast.alice, "former_host", since=timezone.now() - timedelta(days=500))
    processor(cast.alice, "host")
    asked = told(ask(cast.alice, "access"))
    assert "host" in asked
    assert not asked & {"stranger_host", "former_host", "library", "police", "guard", BANK.code}
    assert not told(ask(cast.alice, "portability"))
