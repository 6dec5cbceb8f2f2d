"""A correction applies what the model's rules accept, field by field, and only to the row that was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils.translation import gettext_lazy

from dsar.cases import corrections, intake, letters
from dsar.cases.actors import SYSTEM
from dsar.cases.asked import Asked, IntakeError, Proposal
from dsar.cases.identity import Method
from dsar.cases.states import Outcome, Right
from dsar.contract import registry
from dsar.contract.people import guest
from dsar.engine import execution, reception
from dsar.engine.rights.correction import NotCorrectableError, correctable, shown
from tests.engine.looking import rows_of
from tests.testapp.models import Loan, Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person


def wish(person: Person, field: str, new: str, *, declaration: str = "testapp.Member") -> Proposal:
    """What somebody wants in a field of their own member row."""
    row = Member.objects.get(user_id=person.pk).pk
    return Proposal(declaration=declaration, row=str(row), field=field, new=new)


def correcting(*wishes: Proposal) -> Asked:
    """A correction of several fields."""
    return Asked(right=Right.CORRECTION, corrections=wishes)


def test_correction_is_shown_old_to_new_and_applied(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """The row changes in the two fields asked for; its neighbours do not change at all."""
    bobs = rows_of("testapp_member", "user_id = %s", cast.bob.pk)
    case = ask(
        cast.alice,
        correcting(
            wish(cast.alice, "nickname", "Alix"), wish(cast.alice, "phone", "+65 1111 1111")
        ),
    )
    before = shown(case.requests.get())
    assert {one["field"]: one["old"] for one in before}["nickname"] == cast.alice.canary("nickname")
    assert Member.objects.get(user_id=cast.alice.pk).nickname == cast.alice.canary("nickname")
    request = answered(case)
    assert request.outcome == Outcome.FULFILLED
    member = Member.objects.get(user_id=cast.alice.pk)
    assert (member.nickname, member.phone) == ("Alix", "+65 1111 1111")
    assert rows_of("testapp_member", "user_id = %s", cast.bob.pk) == bobs


def test_value_that_breaks_the_models_rules_is_refused_at_filing(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """Too long for the column: nothing is filed, and the message names the field."""
    with pytest.raises(NotCorrectableError) as refused:
        ask(cast.alice, correcting(wish(cast.alice, "nickname", "x" * 5000)))
    (place,) = refused.value.errors
    assert place.endswith("/nickname")


@pytest.mark.parametrize("field", ["card_token", "joined_at", "nonsense"])
def test_fields_not_declared_correctable_are_refused(
    field: str, cast: Cast, ask: Callable[..., Case]
) -> None:
    """Secrets, observed times and unknown fields cannot be set by a request."""
    with pytest.raises(NotCorrectableError):
        ask(cast.alice, correcting(wish(cast.alice, field, "1")))


def test_somebody_elses_row_does_not_exist(cast: Cast, ask: Callable[..., Case]) -> None:
    """Alice cannot correct Bob's row by naming its key."""
    with pytest.raises(NotCorrectableError):
        ask(cast.alice, correcting(wish(cast.bob, "nickname", "Mallory")))
    assert Member.objects.get(user_id=cast.bob.pk).nickname == cast.bob.canary("nickname")


def test_row_that_changed_meanwhile_is_not_overwritten(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
) -> None:
    """The value that stands there is not the one the person saw: that field is left alone and said so."""
    request = granted(
        ask(
            cast.alice,
            correcting(
                wish(cast.alice, "nickname", "Alix"), wish(cast.alice, "phone", "+65 2222 2222")
            ),
        )
    )
    Member.objects.filter(user_id=cast.alice.pk).update(nickname="changed by somebody")
    execution.run(request.pk)
    request.refresh_from_db()
    member = Member.objects.get(user_id=cast.alice.pk)
    assert (member.nickname, member.phone) == ("changed by somebody", "+65 2222 2222")
    assert request.outcome == Outcome.PARTIALLY_FULFILLED
    results = {one["field"]: one["result"] for one in shown(request)}
    assert results == {"nickname": "changed_meanwhile", "phone": "corrected"}


def test_the_letter_names_fields_and_records_in_words_of_the_persons_language(
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No name of the code stands in it, whatever language the worker speaks."""
    field = Member._meta.get_field("nickname")
    monkeypatch.setattr(field, "verbose_name", gettext_lazy("E-mail"))
    for language, named in {"en": "E-mail", "zh-hans": "电子邮件"}.items():
        wished = wish(cast.alice, "nickname", f"Alix {language}")
        request = answered(ask(cast.alice, correcting(wished), language=language))
        (line,) = letters.read(request.letters.get(kind="answer"))["fields"]
        assert (line["declaration"], line["field"]) == ("member", named)


def test_a_kind_that_the_app_gave_up_meanwhile_is_named_by_its_code_and_stops_no_other_field(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A deploy between decision and execution: what is still declared is corrected, and the letter tells of both."""
    (loan, *_) = correctable(cast.alice.pk, ["testapp.Loan"])["testapp.Loan"]
    field = loan["fields"][0]["name"]
    lent = Proposal(declaration="testapp.Loan", row=loan["row"], field=field, new="lent anew")
    request = granted(ask(cast.alice, correcting(wish(cast.alice, "nickname", "Alix"), lent)))
    known = registry.current().declarations
    for key in [key for key, one in known.items() if one.label == "testapp.Loan"]:
        monkeypatch.delitem(known, key)
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.outcome == Outcome.PARTIALLY_FULFILLED
    told = letters.read(request.letters.get(kind="answer"))["fields"]
    assert {(one["declaration"], one["field"], one["result"]) for one in told} == {
        ("member", "nickname", "corrected"),
        ("testapp.Loan", field, "refused"),
    }


def test_recipients_of_the_corrected_data_are_to_be_told(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """One task a recipient of the purpose (R78)."""
    request = answered(ask(cast.alice, correcting(wish(cast.alice, "nickname", "Alix"))))
    assert list(request.recipient_tasks.values_list("recipient_code", flat=True)) == ["test_bank"]


def test_one_field_cannot_be_given_two_values_in_one_filing(
    cast: Cast, ask: Callable[..., Case]
) -> None:
    """In one correction or in two, with the record's key spelt otherwise: a message at the second one."""
    one = wish(cast.alice, "nickname", "Alix")
    other = Proposal(declaration=one.declaration, row=f"0{one.row}", field="nickname", new="Lexi")
    for asked, place in (
        ([correcting(one, other)], "0.corrections.1"),
        ([correcting(one), correcting(other)], "1.corrections.0"),
    ):
        with pytest.raises(IntakeError) as refused:
            ask(cast.alice, *asked)
        assert list(refused.value.errors) == [place]
        assert "Say once what it should be" in refused.value.errors[place]


def test_a_correction_for_nobody_known_is_refused_with_the_way_out(
    cast: Cast,
) -> None:
    with pytest.raises(IntakeError) as refused:
        reception.file(
            subject=None,
            asked=[correcting(wish(cast.alice, "nickname", "Alix"))],
            actor=SYSTEM,
            channel="api",
            language="en",
            contact="somebody@example.com",
        )
    assert "file without an account" in refused.value.errors["0.corrections"]


def test_a_record_that_is_named_keeps_its_own_value_where_all_records_get_another(
    cast: Cast,
) -> None:
    """What an older filing may hold: one proposal for every record and one for a single record."""
    own = Loan.objects.get(contact_email=cast.alice.email, borrower=None)
    every = Proposal(declaration="testapp.Loan", row="", field="remarks", new="for all")
    case = intake.file(
        subject=None,
        asked=[correcting(every)],
        actor=SYSTEM,
        channel="email",
        language="en",
        contact=cast.alice.email,
    )
    request = case.requests.get()
    named = Proposal(declaration="testapp.Loan", row=str(own.pk), field="remarks", new="for one")
    corrections.propose(request, [named])
    reception.start(request)
    known = guest((cast.alice.email,), names=(own.contact_name,))
    reception.admit(case, known, method=Method.LINK_AND_FACTS, actor=SYSTEM)
    (left,) = request.corrections.all()
    assert corrections.read(left).new == "for one"
