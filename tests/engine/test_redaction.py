"""A copy lacks the passages that were marked, says so, and is otherwise the same to the byte; no row is changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from dsar.cases import letters, redacting
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.files import File, FileRefusedError
from dsar.cases.lifecycle import GuardError, NotPermittedError
from dsar.cases.models import Decision
from dsar.cases.redacting import RedactionError, Text, Why
from dsar.cases.states import Outcome, State
from dsar.engine import copied_files, execution, packing, review, stored, texts
from dsar.engine.review import PlanChangedError
from dsar.ledger import log
from dsar.packages import vault
from tests.engine.archives import everything, opened, rows
from tests.engine.conftest import make_staff
from tests.testapp.models import Device, Loan, Member, Message

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from pytest_django import Settings

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

OTHERS = Why(grounds={"SG": "reveals_other_person"}, reason="It names a neighbour.", not_own=True)
COMMERCIAL = Why(grounds={"SG": "confidential_commercial"})
QUOTED = 'Zilla said "hello",\\ twice'
"""Words that JSON and CSV both write otherwise than they stand."""


@pytest.fixture
def request_(cast: Cast, ask: Callable[..., Case]) -> Request:
    """Alice's access request, under review because opinions about her are in the copy."""
    member = Member.objects.get(user_id=cast.alice.pk)
    member.biography += f"\n=1+1 {QUOTED} and went on"
    member.save()
    return ask(cast.alice, "access").requests.get()


def mark(request: Request, row: Any, field: str, *words: str, why: Why, actor: Actor) -> str:
    """Mark words wherever they stand in a row's text; the text as it was."""
    text = texts.find(request, label=row._meta.label, row=str(row.pk), field=field)
    assert text is not None
    spans = [span for one in words for span in texts.occurrences(text.words, one)]
    redacting.mark(request, text, spans=spans, why=why, actor=actor)
    return text.words


def look(request: Request, *, actor: Actor) -> int:
    """Give the second look to all that there is."""
    marks = set(request.redactions.values_list("pk", flat=True))
    return redacting.see(request, marks=marks, actor=actor)


def grant(request: Request, actor: Actor) -> Request:
    """Decide on the plan as it is, and carry it out."""
    shown = review.preview(request, actor=actor).digest
    review.decide(request, verdict=Decision.Verdict.GRANTED_IN_PART, actor=actor, shown=shown)
    execution.run(request.pk)
    request.refresh_from_db()
    return request


def whole_copy(request: Request) -> zipfile.ZipFile:
    """The copy of the same person without a mark."""
    with transaction.atomic():
        package = packing.begin(request, contents=packing.EVERYTHING)
    packed = packing.fill(package, request, contents=packing.EVERYTHING)
    packed.flushed()
    with transaction.atomic():
        vault.ready(package, packed.written)
    found = opened(request)
    vault.revoke(package, by="test")
    return found


def test_the_copy_lacks_the_words_and_nothing_else(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    """In JSON, CSV and page alike, of texts that the server reads and of those that only Python can read (R64)."""
    member = Member.objects.get(user_id=cast.alice.pk)
    device = Device.objects.filter(owner_id=cast.alice.pk)[0]
    message = Message.objects.create(
        sender_id=cast.alice.pk, recipient_id=cast.bob.pk, text="Grüße an Zoë 🧑‍🔧 und an niemanden"
    )
    before = whole_copy(request_)
    secret = device.secret_note
    assert secret
    marked = {
        "testapp.Member": [(QUOTED, "confidential_commercial")],
        "testapp.Message": [("Zoë 🧑‍🔧", "reveals_other_person")],
        "testapp.Device": [(secret, "confidential_commercial")],
    }
    mark(request_, member, "biography", QUOTED, why=COMMERCIAL, actor=dora)
    mark(request_, message, "text", "Zoë 🧑‍🔧", why=OTHERS, actor=dora)
    mark(request_, device, "secret_note", secret, why=COMMERCIAL, actor=dora)
    closed = grant(request_, dora)
    assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.PARTIALLY_FULFILLED)
    after = opened(closed)
    text = everything(after)
    for words in (QUOTED, "Zoë", secret):
        for form in (words, words.replace('"', '""'), json.dumps(words)[1:-1]):
            assert form not in text
    of_apps = [name for name in before.namelist() if name.startswith(("csv/testapp", "files/"))]
    for name in of_apps:
        expected = before.read(name)
        for words, code in marked.get(name.removeprefix("csv/").removesuffix(".csv"), ()):
            assert words.replace('"', '""').encode() in expected
            expected = expected.replace(
                words.replace('"', '""').encode(), f"[redacted: {code}]".encode()
            )
        assert after.read(name) == expected, name
    was, now = rows(before), rows(after)
    for label in (label for label in was if label.startswith("testapp")):
        whole = json.dumps(was[label], ensure_ascii=False)
        for words, code in marked.get(label, ()):
            said = json.dumps(words, ensure_ascii=False)[1:-1]
            assert said in whole
            whole = whole.replace(said, f"[redacted: {code}]")
        assert json.dumps(now[label], ensure_ascii=False) == whole, label
    told = {
        one["declaration"]: one["redacted"]
        for one in json.loads(after.read("data.json"))["tables"]
        if "redacted" in one
    }
    assert told == {
        "testapp.Member": {"biography": {"passages": 1, "grounds": ["confidential_commercial"]}},
        "testapp.Message": {"text": {"passages": 1, "grounds": ["reveals_other_person"]}},
        "testapp.Device": {"secret_note": {"passages": 1, "grounds": ["confidential_commercial"]}},
    }
    page = after.read("index.html").decode()
    assert "[redacted: reveals_other_person]" in page
    assert "Left out, and marked where it stood (passages: 1)." in page
    letter = letters.read(closed.letters.get(kind="answer"))
    assert letter["redactions"][0].startswith(
        "Passages of text that we left out, so that you have all the rest: 3."
    )
    assert len(letter["redactions"]) == 3
    assert "marked where it stood" in letters.render(closed.letters.get(kind="answer")).text
    member.refresh_from_db()
    message.refresh_from_db()
    assert QUOTED in member.biography
    assert "Zoë" in message.text
    assert Device.objects.get(pk=device.pk).secret_note == secret


def test_a_large_copy_lacks_the_words_too(
    settings: Settings, cast: Cast, request_: Request, dora: Actor
) -> None:
    """Tables that are streamed, together or each on its own, are read through the same marks."""
    messages = Message.objects.bulk_create(
        Message(sender_id=cast.alice.pk, recipient_id=cast.bob.pk, text=f"number {n} of Zoë's")
        for n in range(40)
    )
    settings.DSAR = settings.DSAR | {"FEW_ROWS": 5, "LARGE_ROWS": 20}
    mark(request_, messages[7], "text", "Zoë", why=OTHERS, actor=dora)
    member = Member.objects.get(user_id=cast.alice.pk)
    mark(request_, member, "biography", QUOTED, why=COMMERCIAL, actor=dora)
    copy = opened(grant(request_, dora))
    said = [one["text"] for one in rows(copy)["testapp.Message"]]
    assert "number 7 of [redacted: reveals_other_person]'s" in said
    assert "number 8 of Zoë's" in said
    assert copy.read("csv/testapp.Message.csv").decode().count("Zoë") == 39
    assert "Zilla" not in everything(copy)


def test_the_ledger_tells_of_each_mark_and_of_no_word(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    member = Member.objects.get(user_id=cast.alice.pk)
    words = mark(request_, member, "biography", QUOTED, why=OTHERS, actor=dora)
    mark_ = request_.redactions.get()
    redacting.undo(request_, mark_.pk, actor=dora)
    assert not redacting.undo(request_, mark_.pk, actor=dora)
    entries = {one.tag: one.canonical for one in log.entries(request_.pk)}
    marked = json.loads(entries["redaction.marked"])["detail"]
    assert marked["before"] == redacting.digest(request_, words)
    assert marked["after"] == redacting.digest(
        request_, words.replace(QUOTED, "[redacted: reveals_other_person]")
    )
    assert marked["grounds"] == {"SG": "reveals_other_person"}
    assert "redaction.undone" in entries
    assert "Zilla" not in "".join(entries.values())
    assert "neighbour" not in "".join(entries.values())


def test_in_singapore_others_in_the_requesters_own_words_stay(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    """PDPA s 21(3A): only what somebody else wrote or did may be left out for another's sake, and that is affirmed."""
    member = Member.objects.get(user_id=cast.alice.pk)
    for code in ("reveals_other_person", "reveals_informant"):
        own = Why(grounds={"SG": code}, reason="A reason.")
        with pytest.raises(RedactionError, match="under the law of SG"):
            mark(request_, member, "biography", QUOTED, why=own, actor=dora)
    assert not request_.redactions.exists()
    mark(request_, member, "biography", QUOTED, why=OTHERS, actor=dora)
    assert request_.redactions.get().not_own


def test_what_cannot_be_marked(cast: Cast, request_: Request, dora: Actor) -> None:
    """A ground of no law of the case or for whole requests, no reason, another's row, what is no free text."""
    member = Member.objects.get(user_id=cast.alice.pk)
    for why in (
        Why(grounds={}),
        Why(grounds={"EU": "rights_of_others"}, reason="Why."),
        Why(grounds={"SG": "sg_disproportionate_burden"}),
        Why(grounds={"SG": "law_enforcement_disclosure"}, reason="Why."),
        Why(grounds=OTHERS.grounds, not_own=True),
    ):
        with pytest.raises(RedactionError):
            mark(request_, member, "biography", QUOTED, why=why, actor=dora)
    text = texts.find(request_, label="testapp.Member", row=str(member.pk), field="biography")
    assert text is not None
    for spans in ([], [(0, 0)], [(5, 3)], [(0, len(text.words) + 1)], [(0, 5), (4, 6)]):
        with pytest.raises(RedactionError):
            redacting.mark(request_, text, spans=spans, why=COMMERCIAL, actor=dora)
    redacting.mark(request_, text, spans=[(0, 5)], why=COMMERCIAL, actor=dora)
    with pytest.raises(RedactionError, match="marked already"):
        redacting.mark(request_, text, spans=[(4, 9)], why=COMMERCIAL, actor=dora)
    handler = Actor(kind=ActorKind.STAFF, user=cast.carol.user)
    with pytest.raises(NotPermittedError):
        redacting.mark(request_, text, spans=[(10, 12)], why=COMMERCIAL, actor=handler)
    others = Member.objects.get(user_id=cast.bob.pk)
    for label, row, field in (
        ("testapp.Member", others.pk, "biography"),
        ("testapp.Member", member.pk, "nickname"),
        ("testapp.Member", member.pk, "card_token"),
        ("testapp.Member", "none", "biography"),
        ("testapp.Message", member.pk, "named_friend"),
        ("nothing", member.pk, "biography"),
    ):
        assert texts.find(request_, label=label, row=str(row), field=field) is None, field


def test_a_ground_that_needs_the_officer_waits_for_one(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    """R66: marked by somebody else, the copy is not granted before an officer looked; protected facts share a code."""
    reviewer = make_staff("rita", group="Privacy reviewers")
    member = Member.objects.get(user_id=cast.alice.pk)
    why = Why(grounds={"SG": "reveals_informant"}, reason="A source.", not_own=True)
    mark(request_, member, "biography", QUOTED, why=why, actor=reviewer)
    with pytest.raises(GuardError, match="look of a second person"):
        grant(request_, reviewer)
    assert look(request_, actor=reviewer) == 0
    assert redacting.see(request_, marks=set(), actor=dora) == 0
    assert look(request_, actor=dora) == 1
    copy = everything(opened(grant(request_, reviewer)))
    assert "[redacted: forbidden_by_law]" in copy
    assert "informant" not in copy
    assert "Zilla" not in copy


def test_with_four_eyes_each_mark_is_seen_by_a_second_person_and_signed_as_it_stands(
    settings: Settings, cast: Cast, request_: Request, dora: Actor, otto: Actor
) -> None:
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "two_people"}}
    member = Member.objects.get(user_id=cast.alice.pk)
    mark(request_, member, "biography", QUOTED, why=COMMERCIAL, actor=dora)
    shown = review.preview(request_, actor=dora).digest
    granted = Decision.Verdict.GRANTED
    review.decide(request_, verdict=granted, actor=dora, shown=shown)
    with pytest.raises(GuardError, match="look of a second person"):
        review.approve(request_, actor=otto)
    assert look(request_, actor=dora) == 0
    assert look(request_, actor=otto) == 1
    mark(request_, member, "biography", "O'Brien", why=COMMERCIAL, actor=otto)
    request_.refresh_from_db()
    with pytest.raises(PlanChangedError):
        review.approve(request_, actor=otto)
    with pytest.raises(PlanChangedError):
        review.decide(request_, verdict=granted, actor=dora, shown=shown)
    look(request_, actor=dora)
    shown = review.preview(request_, actor=dora).digest
    request = review.decide(request_, verdict=granted, actor=dora, shown=shown)
    assert review.approve(request, actor=otto).state == State.APPROVED


def test_a_text_that_changed_after_it_was_marked_stops_the_copy(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    """Nobody guesses where the passage went; staff mark it anew."""
    member = Member.objects.get(user_id=cast.alice.pk)
    mark(request_, member, "biography", QUOTED, why=COMMERCIAL, actor=dora)
    Member.objects.filter(pk=member.pk).update(biography=f"Longer now. {member.biography}")
    assert grant(request_, dora).state == State.NEEDS_ATTENTION
    stopped = [one.canonical for one in log.entries(request_.pk) if one.tag == "execution.stopped"]
    assert "TextChangedError" in stopped[0]


def test_a_marked_row_that_is_gone_is_simply_not_there(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    message = Message.objects.create(
        sender_id=cast.alice.pk, recipient_id=cast.bob.pk, text="about Zoë"
    )
    mark(request_, message, "text", "Zoë", why=OTHERS, actor=dora)
    message.delete()
    closed = grant(request_, dora)
    assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert "redacted" not in opened(closed).read("data.json").decode()


def test_a_file_is_left_out_or_replaced_and_every_other_is_as_it_was(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    """The bytes and the name are in no part of the copy; what is given instead is (R64). Nothing stored is changed."""
    loans = list(Loan.objects.filter(borrower_id=cast.alice.pk).order_by("pk"))
    member = Member.objects.get(user_id=cast.alice.pk)
    loans[0].slip.save("zilla-of-flat-4.txt", ContentFile(b"about Zilla"), save=True)
    before = whole_copy(request_)
    out, swapped = file_of(request_, loans[0], "slip"), file_of(request_, member, "portrait")
    redacting.leave_out_file(request_, out, why=OTHERS, actor=dora)
    picture = File(name="<b>.html", content=b"\x89PNG\r\n\x1a\nblacked out")
    redacting.leave_out_file(request_, swapped, why=COMMERCIAL, actor=dora, instead=picture)
    with pytest.raises(RedactionError, match="marked already"):
        redacting.leave_out_file(request_, swapped, why=COMMERCIAL, actor=dora)
    with pytest.raises(FileRefusedError):
        page = File(name="a.png", content=b"<script>\x00</script>")
        third = file_of(request_, loans[1], "slip")
        redacting.leave_out_file(request_, third, why=COMMERCIAL, actor=dora, instead=page)
    closed = grant(request_, dora)
    assert closed.outcome == Outcome.PARTIALLY_FULFILLED
    after = opened(closed)
    gone = {
        f"files/testapp.Loan/{loans[0].pk}/{stored.base(str(loans[0].slip.name))}",
        f"files/testapp.Member/{member.pk}/{stored.base(str(member.portrait.name))}",
    }
    given = f"files/testapp.Member/{member.pk}/redacted.png"
    was, now = (
        {name: one.read(name) for name in one.namelist() if name.startswith("files/")}
        for one in (before, after)
    )
    assert now.pop(given) == picture.content
    assert now == {name: content for name, content in was.items() if name not in gone}
    assert set(was) - set(now) == gone
    text = everything(after)
    for words in ("zilla-of", "about Zilla", str(member.portrait), cast.alice.canary("portrait")):
        assert words in everything(before)
        assert words not in text
    assert rows(after)["testapp.Loan"][0]["slip"] == "[redacted: reveals_other_person]"
    told = next(
        one["redacted"]
        for one in json.loads(after.read("data.json"))["tables"]
        if one["declaration"] == "testapp.Member"
    )
    assert told == {"portrait": {"replaced": 1, "grounds": ["confidential_commercial"]}}
    letter = letters.read(closed.letters.get(kind="answer"))["redactions"]
    assert letter[0].startswith("Files that we left out: 1.")
    assert letter[1].startswith("Files that we replaced")
    marked = [one.canonical for one in log.entries(closed.pk) if one.tag == "redaction.marked"]
    assert len(marked) == 2
    assert "zilla" not in "".join(marked).casefold()
    with loans[0].slip.open("rb") as kept:
        assert kept.read() == b"about Zilla"


def file_of(request: Request, row: Any, field: str) -> Text:
    """A stored file of the copy."""
    found = copied_files.find(request, label=row._meta.label, row=str(row.pk), field=field)
    assert found is not None
    return found


def test_a_file_that_was_changed_since_stops_the_copy(
    cast: Cast, request_: Request, dora: Actor
) -> None:
    """Also where only its bytes are others; and what is nobody's, no file or another's is not found."""
    member = Member.objects.get(user_id=cast.alice.pk)
    redacting.leave_out_file(
        request_, file_of(request_, member, "portrait"), why=COMMERCIAL, actor=dora
    )
    with Path(member.portrait.path).open("wb") as changed:
        changed.write(b"another picture")
    assert grant(request_, dora).state == State.NEEDS_ATTENTION
    others = Member.objects.get(user_id=cast.bob.pk)
    for row, field in ((others.pk, "portrait"), (member.pk, "biography"), ("x", "portrait")):
        guessed = {"label": "testapp.Member", "row": str(row), "field": field}
        assert copied_files.find(request_, **guessed) is None


def test_the_copy_kept_of_a_refusal_is_whole(cast: Cast, request_: Request, dora: Actor) -> None:
    """What is put aside under PDPA s 22A is what is held: nobody opens it."""
    member = Member.objects.get(user_id=cast.alice.pk)
    mark(request_, member, "biography", QUOTED, why=COMMERCIAL, actor=dora)
    assert QUOTED in rows(whole_copy(request_))["testapp.Member"][0]["biography"]
