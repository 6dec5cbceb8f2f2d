"""An access request is answered with everything that is held, exactly as it is held."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from dsar.cases import decisions, letters
from dsar.cases.models import Decision
from dsar.cases.states import Outcome, State
from dsar.contract import compiler, registry
from dsar.ledger import log
from dsar.packages import cells as guarding
from dsar.packages.models import Package
from tests.engine.archives import cells, everything, opened, rows
from tests.testapp.factories import NASTY
from tests.testapp.models import Member, Message

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


@pytest.fixture
def request_answered(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> Request:
    """Alice's access request, closed; what she holds includes every kind of nasty text."""
    for text in NASTY:
        Message.objects.create(sender_id=cast.alice.pk, recipient_id=cast.bob.pk, text=text)
    return answered(ask(cast.alice, "access"))


@pytest.fixture
def access(request_answered: Request) -> zipfile.ZipFile:
    """Alice's copy."""
    return opened(request_answered)


def test_access_closes_with_its_answer(request_answered: Request) -> None:
    """The three parts of the answer are in the letter: confirmation, the copy, the information (R55)."""
    assert (request_answered.state, request_answered.outcome) == (State.CLOSED, Outcome.FULFILLED)
    said = letters.read(request_answered.letters.get(kind="answer"))
    assert said["confirmation"].startswith("Yes")
    assert said["information"]["purposes"]
    assert said["package"]["file"].endswith(".zip")


def test_copy_holds_the_persons_rows_and_not_the_neighbours(
    cast: Cast, access: zipfile.ZipFile
) -> None:
    """Alice's canaries are there; of Bob's only what he wrote to her."""
    text = everything(access)
    for place in ("nickname", "biography", "preferences", "remarks-0", "tag-0", "slip-0", "agent"):
        assert cast.alice.canary(place) in text, place
    assert "canary-bob-message" in text
    assert "canary-bob" not in text.replace("canary-bob-message", "")


def test_copy_says_what_is_held_but_shows_no_secret_and_nobody_elses_field(
    cast: Cast, access: zipfile.ZipFile
) -> None:
    """Hashes, tokens, another person's name and what is concealed stay out; that secrets are held is said (R67)."""
    text = everything(access)
    assert cast.alice.user.password not in text
    for hidden in ("card-token", "advice", "concealed"):
        assert cast.alice.canary(hidden) not in text, hidden
    for hidden in ("Friend Nobody", "Rater Nobody", "pin-0"):
        assert hidden not in text, hidden
    table = next(
        one
        for one in json.loads(access.read("data.json"))["tables"]
        if one["declaration"] == "testapp.Member"
    )
    assert table["withheld"] == {"card_token": "secret"}


def test_every_value_equals_the_databases(cast: Cast, access: zipfile.ZipFile) -> None:
    """Each released field of each row is what the ORM reads, in JSON exactly and in CSV by its one rule."""
    checked = 0
    changed_by_the_answer = {"dsar.Package", "dsar.Request", "dsar.Step"}
    for label, found in rows(access).items():
        if label in changed_by_the_answer:
            continue
        declaration = registry.current().get(label)
        table = cells(access, label)
        assert len(found) == len(table)
        for row, line in zip(found, table, strict=True):
            for column in compiler.released_columns(declaration):
                if compiler.reader(column.treatment) is None:
                    checked += _assert_equal(declaration.model, column, row, line)
    assert checked > 250


def _assert_equal(model: Any, column: Any, row: dict[str, Any], line: dict[str, str]) -> int:
    field = model._meta.get_field(column.name)
    if field.many_to_many:
        return 0
    key = row.get(model._meta.pk.name)
    held = model._base_manager.filter(pk=key).values_list(column.name, flat=True).first()
    if key is None:
        return 0
    expected = json.loads(json.dumps(_plain(held), cls=_AsWritten))
    assert _moment(held, row[column.name]) == expected, (model, column.name)
    cell = guarding.unguard(line[column.name]) if column.guarded else line[column.name]
    assert cell == _as_text(row[column.name]) or json.loads(cell) == expected
    return 1


def _moment(held: object, written: Any) -> Any:
    """PostgreSQL leaves out trailing zeros of microseconds."""
    return datetime.fromisoformat(written).isoformat() if isinstance(held, datetime) else written


def _plain(held: object) -> object:
    return bytes(held).hex() if isinstance(held, memoryview) else held


class _AsWritten(DjangoJSONEncoder):
    """Moments as PostgreSQL writes them: microseconds, offset in digits."""

    def default(self, o: Any) -> Any:
        if hasattr(o, "isoformat"):
            return o.isoformat()
        return super().default(o)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def test_manifest_names_the_digest_of_every_member(access: zipfile.ZipFile) -> None:
    """What the manifest says is what is there."""
    manifest = json.loads(access.read("manifest.json"))
    said = {one["path"]: one["sha256"] for one in manifest["members"]}
    assert set(said) == set(access.namelist()) - {"manifest.json"}
    for name, digest in said.items():
        assert hashlib.sha256(access.read(name)).hexdigest() == digest


def test_files_come_with_the_copy(cast: Cast, access: zipfile.ZipFile) -> None:
    """The portrait and the slips are members of the archive, bytes as stored."""
    member = Member.objects.get(user_id=cast.alice.pk)
    name = next(one for one in access.namelist() if one.startswith("files/testapp.Member/"))
    with member.portrait.open("rb") as stored:
        assert access.read(name) == stored.read()


def test_information_covers_each_category_in_the_data(access: zipfile.ZipFile) -> None:
    """The Art. 15 information is generated from the declarations that touched the person (R57, R58)."""
    information = json.loads(access.read("information.json"))
    purposes = json.dumps(information["purposes"])
    assert "Lending tools" in purposes
    assert "Sending the newsletter" not in purposes


def test_package_lies_encrypted(cast: Cast, request_answered: Request, tmp_path: Any) -> None:
    """No plaintext is on disk: the canary that the archive holds is in no file of the packages' folder."""
    package = Package.objects.get(request_reference=request_answered.pk)
    stored = tmp_path / "packages" / package.name
    sealed = stored.read_bytes()
    assert len(sealed) == package.sealed_bytes
    for file in (tmp_path / "packages").rglob("*"):
        if file.is_file():
            assert cast.alice.canary("nickname").encode() not in file.read_bytes()


def test_ledger_tells_the_request_without_personal_data(
    cast: Cast, request_answered: Request
) -> None:
    """Submitted, decided, approved, claimed, sealed, closed; and no canary, no address."""
    entries = list(log.entries(request_answered.pk))
    tags = [entry.tag for entry in entries]
    for tag in ("request.submitted", "request.decided", "request.claimed", "request.closed"):
        assert tags.count(tag) == 1, tag
    text = "".join(entry.canonical for entry in entries)
    assert "canary" not in text
    assert cast.alice.email not in text


def test_somebody_without_rows_learns_where_was_searched(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """That nothing is held is an answer too, with the places that were searched (R55)."""
    request = answered(ask(cast.carol, "access"))
    said = letters.read(request.letters.get(kind="answer"))
    assert "testapp.Member" in said["searched"]
    assert "testapp.Member" not in rows(opened(request))


def test_large_copy_holds_the_same_as_a_small_one(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], settings: Any
) -> None:
    """Each table in a COPY of its own, compressed on another thread: the same rows in the same files."""
    small = opened(answered(ask(cast.alice, "access")))
    settings.DSAR = settings.DSAR | {"LARGE_ROWS": 0, "FEW_ROWS": 0}
    large = opened(answered(ask(cast.alice, "access")))
    kept, again = rows(small), rows(large)
    for label in ("testapp.Member", "testapp.Message", "testapp.Loan", "testapp.Visit"):
        assert again[label] == kept[label], label
        assert cells(large, label) == cells(small, label)


def test_a_later_copy_tells_of_an_earlier_refusal_what_its_letter_told(
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    dora: Actor,
) -> None:
    """Not which protected fact it was, and not the words for the file (R66)."""
    decisions.decide(
        ask(cast.alice, "access").requests.get(),
        verdict=Decision.Verdict.REFUSED,
        actor=dora,
        grounds={"SG": "reveals_informant"},
        reason="Zilla told us.",
    )
    archive = opened(answered(ask(cast.alice, "access")))
    (told, _) = sorted(rows(archive)["dsar.Decision"], key=lambda one: one["id"])
    assert told["grounds"] == {"SG": "forbidden_by_law"}
    assert "reason" not in told
    text = everything(archive)
    assert "informant" not in text
    assert "Zilla" not in text
