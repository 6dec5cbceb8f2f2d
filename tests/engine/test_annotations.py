"""What a person disputes stands beside the value wherever it is shown, and goes with the person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dsar.cases import intake, letters
from dsar.cases.actors import SYSTEM
from dsar.cases.asked import Asked, Proposal
from dsar.cases.identity import Method
from dsar.cases.models import Decision, Letter
from dsar.cases.states import Outcome, Right
from dsar.contract.people import guest
from dsar.engine import execution, foresight, reception, review
from dsar.ledger.models import Entry
from dsar.processing import annotations_beside
from dsar.registers import disputes
from dsar.registers.annotation_models import Annotation
from tests import noted
from tests.engine.archives import opened
from tests.engine.test_correction import correcting, wish
from tests.testapp.models import Assessment, Loan, Member

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

NOT_WRONG = "accuracy_not_shown_wrong"


def refuse(case: Case, *, by: Actor) -> Request:
    """Refuse a case's correction as a whole."""
    request = case.requests.get()
    return review.decide(
        request,
        verdict=Decision.Verdict.REFUSED,
        grounds=dict.fromkeys(case.regimes, NOT_WRONG),
        reason="The identity document says otherwise.",
        actor=by,
    )


def tables(archive: zipfile.ZipFile) -> dict[str, list[dict[str, str]]]:
    """The annotations of data.json by declaration."""
    data = json.loads(archive.read("data.json"))
    return {one["declaration"]: one["annotations"] for one in data["tables"]}


def test_what_was_refused_stands_beside_the_value_in_every_copy_and_goes_with_the_person(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], dora: Actor
) -> None:
    bobs = noted.nickname(cast.bob, wanted="Bobby")
    request = refuse(ask(cast.alice, correcting(wish(cast.alice, "nickname", "Alix"))), by=dora)
    assert request.outcome == Outcome.REFUSED
    assert [one.result for one in request.corrections.all()] == ["refused"]
    note = Annotation.objects.get(subject=cast.alice.pk)
    assert (note.field, note.kind, note.wanted) == ("nickname", "refused", "Alix")
    disputes.state(note, "Everybody calls me <b>Alix</b>.")

    archive = opened(answered(ask(cast.alice, "access")))
    (beside,) = tables(archive)["testapp.Member"]
    assert beside["row"] == str(Member.objects.get(user_id=cast.alice.pk).pk)
    assert beside["statement"] == "Everybody calls me <b>Alix</b>."
    page = archive.read("index.html").decode()
    assert "You say that it should be “Alix”. It was not changed." in page
    assert "Everybody calls me &lt;b&gt;Alix&lt;/b&gt;." in page
    assert "Bobby" not in page
    held = {one["declaration"]: one for one in foresight.holdings(cast.alice.pk)}
    assert [one["wanted"] for one in held["testapp.Member"]["annotations"]] == ["Alix"]
    assert not held["testapp.Loan"]["annotations"]
    told = " ".join(Entry.objects.values_list("canonical", flat=True))
    assert "annotation.noted" in told
    assert "annotation.stated" in told
    assert "Alix" not in told

    answered(ask(cast.alice, "deletion"))
    assert list(Annotation.objects.all()) == [bobs]


def test_a_field_left_out_of_a_correction_is_noted_until_it_is_corrected(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], dora: Actor
) -> None:
    bobs = noted.nickname(cast.bob, wanted="Bobby")
    wishes = wish(cast.alice, "nickname", "Alix"), wish(cast.alice, "phone", "+65 1111 1111")
    request = ask(cast.alice, correcting(*wishes)).requests.get()
    phone = request.corrections.get(field="phone")
    review.decide(
        request,
        verdict=Decision.Verdict.GRANTED_IN_PART,
        refusals={str(phone.pk): NOT_WRONG},
        actor=dora,
    )
    assert not Annotation.objects.filter(subject=cast.alice.pk).exists()
    execution.run(request.pk)
    note = Annotation.objects.get(subject=cast.alice.pk)
    assert (note.field, note.wanted) == ("phone", "+65 1111 1111")
    answer = Letter.objects.get(request=request, kind=Letter.Kind.ANSWER)
    assert "We keep a note of what you asked for" in letters.render(answer).text

    answered(ask(cast.alice, correcting(wish(cast.alice, "phone", "+65 1111 1111"))))
    assert Member.objects.get(user_id=cast.alice.pk).phone == "+65 1111 1111"
    assert list(Annotation.objects.all()) == [bobs]


def test_a_fact_from_another_source_is_corrected_here_and_marked_with_the_sources_name(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    mine = Assessment.objects.get(about_id=cast.alice.pk)
    wanted = Proposal(
        declaration="testapp.Assessment", row=str(mine.pk), field="score", new=str(mine.score + 7)
    )
    request = answered(ask(cast.alice, correcting(wanted)))
    assert Assessment.objects.get(pk=mine.pk).score == mine.score + 7
    (note,) = annotations_beside(Assessment, Assessment.objects.values_list("pk", flat=True))
    assert (note.row, note.kind, note.source) == (
        str(mine.pk),
        "disputed",
        "Example Ratings Ltd",
    )
    answer = Letter.objects.get(request=request, kind=Letter.Kind.ANSWER)
    assert "This data came from: Example Ratings Ltd." in letters.render(answer).text


def test_a_person_without_account_has_theirs_noted_and_nobody_elses_row_is_touched(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], dora: Actor
) -> None:
    """The row that the address owns is noted; Bob's, which the same filing names, is left alone."""
    own = Loan.objects.get(contact_email=cast.alice.email, borrower=None)
    bobs = Loan.objects.filter(borrower_id=cast.bob.pk).first()
    assert bobs is not None

    def filed(*rights: Asked) -> Case:
        case = intake.file(
            subject=None,
            asked=rights,
            actor=SYSTEM,
            channel="email",
            language="en",
            contact=cast.alice.email,
        )
        for request in case.requests.all():
            reception.start(request)
        known = guest((cast.alice.email,), names=(own.contact_name,))
        reception.admit(case, known, method=Method.LINK_AND_FACTS, actor=SYSTEM)
        return case

    wishes = [
        Proposal(declaration="testapp.Loan", row=str(row), field="remarks", new="as said")
        for row in (own.pk, bobs.pk)
    ]
    case = filed(Asked(right=Right.CORRECTION, corrections=tuple(wishes)))
    refuse(case, by=dora)
    note = Annotation.objects.get()
    assert (note.row, note.subject_id) == (str(own.pk), None)
    archive = opened(answered(filed(Asked(right=Right.ACCESS))))
    assert [one["wanted"] for one in tables(archive)["testapp.Loan"]] == ["as said"]
    answered(filed(Asked(right=Right.DELETION)))
    assert not Annotation.objects.exists()
