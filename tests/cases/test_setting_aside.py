"""What is not carried out is closed with a reason and, where one is owed, a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsar.cases import letters, notes
from dsar.cases.lifecycle import GuardError, NotPermittedError
from dsar.cases.models import Letter
from dsar.cases.setting_aside import SettingAsideError, set_aside
from dsar.cases.states import Outcome, Right, State
from dsar.contract.declarations import Recipient
from dsar.registers import disclosures, recipients
from dsar.registers.models import Disclosure
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

LETTERS = {
    Outcome.SPAM: [],
    Outcome.DUPLICATE: [],
    Outcome.NOT_A_RIGHTS_REQUEST: [Letter.Kind.ANSWER],
    Outcome.FORWARDED_TO_CONTROLLER: [Letter.Kind.FORWARDED],
    Outcome.IDENTITY_NOT_VERIFIED: [Letter.Kind.REFUSAL],
}


CLIENT = Recipient(
    code="client",
    name="Example Client Ltd",
    role="controller",
    country="DE",
    contact="privacy@client.example.com",
)
PRINTER = Recipient(code="printer", name="Example Printer Ltd", role="processor", country="SG")


def to_of(outcome: Outcome) -> str:
    """The client that answers, entered in the register, where a request is handed on."""
    if outcome is not Outcome.FORWARDED_TO_CONTROLLER:
        return ""
    return recipients.enter(CLIENT).pk


@pytest.mark.parametrize("outcome", LETTERS)
def test_each_outcome_closes_with_its_letter(
    alice: AbstractBaseUser, dora: Actor, outcome: Outcome
) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False, residence="FR"))
    set_aside(
        request, outcome=outcome, actor=dora, reason="Said on the telephone", to=to_of(outcome)
    )
    assert (request.state, request.outcome) == (State.CLOSED, outcome)
    written = Letter.objects.filter(request=request).values_list("kind", flat=True)
    assert list(written) == LETTERS[outcome]
    assert notes.read(request.case.notes.get()) == "Said on the telephone"


def test_who_has_the_request_now_is_told_and_stands_among_what_was_told_of_the_person(
    alice: AbstractBaseUser, bob: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False, residence="FR"))
    recipients.enter(PRINTER)
    forwarded = Outcome.FORWARDED_TO_CONTROLLER
    for nobody in ("", "unknown", "printer"):
        with pytest.raises(SettingAsideError):
            set_aside(request, outcome=forwarded, actor=dora, reason="Theirs", to=nobody)
    assert not Disclosure.objects.exists()
    assert not Letter.objects.filter(request=request).exists()
    set_aside(request, outcome=forwarded, actor=dora, reason="Theirs", to=to_of(forwarded))
    request.refresh_from_db()
    assert request.result == {"forwarded_to": "client"}
    text = letters.render(Letter.objects.get(request=request)).text
    assert "Example Client Ltd, DE, privacy@client.example.com" in text
    (told,) = disclosures.told_to(alice.pk)
    assert (told.recipient_code, told.basis) == ("client", f"handed on: {request.case.reference}")
    assert not disclosures.told_to(bob.pk)


def test_who_could_not_be_identified_learns_why_and_where_to_complain(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False, residence="FR"))
    set_aside(request, outcome=Outcome.IDENTITY_NOT_VERIFIED, actor=dora, reason="No reply")
    text = letters.render(Letter.objects.get(request=request)).text
    for said in ("could not establish", "GDPR Art. 12(2)", "Art. 77", "PDPC"):
        assert said in text


def test_who_gave_only_what_identifies_nobody_is_told_so(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False, residence="FR"))
    set_aside(
        request,
        outcome=Outcome.IDENTITY_NOT_VERIFIED,
        actor=dora,
        reason="Only a cookie's number",
        identifiable=False,
    )
    text = letters.render(Letter.objects.get(request=request)).text
    for said in ("cannot identify you in the data we hold", "GDPR Art. 11(2)", "Art. 77"):
        assert said in text


def test_in_california_who_is_not_verified_learns_the_categories_and_nobody_elses_law(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    def told(residence: str) -> str:
        request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False, residence=residence))
        set_aside(request, outcome=Outcome.IDENTITY_NOT_VERIFIED, actor=dora, reason="No reply")
        return letters.render(Letter.objects.get(request=request)).text

    californian, french = told("US-CA"), told("FR")
    for category in ("E-mail address", "IP address"):
        assert category.lower() in californian.lower(), californian
        assert category.lower() not in french.lower()


def test_without_a_reason_nothing_is_set_aside(alice: AbstractBaseUser, dora: Actor) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    with pytest.raises(SettingAsideError):
        set_aside(request, outcome=Outcome.SPAM, actor=dora, reason=" ")


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in LETTERS])
def test_other_outcomes_are_not_for_setting_aside(
    alice: AbstractBaseUser, dora: Actor, outcome: Outcome
) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    with pytest.raises(SettingAsideError):
        set_aside(request, outcome=outcome, actor=dora, reason="So")


def test_a_refused_attempt_leaves_no_letter(
    alice: AbstractBaseUser, carol: Actor, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS))
    outcome = Outcome.NOT_A_RIGHTS_REQUEST
    with pytest.raises(NotPermittedError):
        set_aside(request, outcome=outcome, actor=carol, reason="So")
    with pytest.raises(GuardError):
        set_aside(request, outcome=outcome, actor=dora, reason="So")
    assert not Letter.objects.filter(request=request).exists()
    request.refresh_from_db()
    assert request.answered_at is None
