"""What lies in storage is searched after a deletion: texts, office documents, PDF; whoever's it is."""

from __future__ import annotations

import io
import uuid
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from dsar.cases.states import State
from dsar.engine import filetext, matching
from dsar.ledger import log
from tests.testapp.models import Loan, Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

NAME = "Zoë O'Neill"


def _zipped(**members: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name.replace("_", "."), content)
    return archive.getvalue()


def _pdf(content: bytes, *, deflated: bool) -> bytes:
    stream = zlib.compress(content) if deflated else content
    return b"%PDF-1.7\n4 0 obj <<>> stream\n" + stream + b"\nendstream endobj\n%%EOF"


_LATIN = NAME.encode("latin-1").replace(b"\xeb", rb"\353")
FILES = {
    "text": f"for {NAME},".encode(),
    "text over the edge of a window": b"x" * (filetext.WINDOW - 5) + NAME.encode() + b"y" * 99,
    "UTF-16": f"for {NAME},".encode("utf-16"),
    "UTF-16, the other way round": f"for {NAME},".encode("utf-16-be"),
    "a web page": b"<p>Zo&euml; <b>O&#39;Neill</b></p>",
    "an office document": _zipped(word_xml="<w:t>Zoë</w:t><w:t> O'Ne</w:t><w:t>ill</w:t>".encode()),
    "an archive in an archive": _zipped(inner_zip=_zipped(a_txt=NAME.encode())),
    "a name in an archive": _zipped(**{f"{NAME}.txt": b""}),
    "PDF": _pdf(b"BT (Zo) Tj (\\353 O'Neill) Tj ET", deflated=False),
    "PDF, deflated": _pdf(b"BT [(Z) -20 (" + _LATIN[1:] + b")] TJ ET", deflated=True),
    "PDF, in hexadecimal": _pdf(
        b"<FEFF" + NAME.encode("utf-16-be").hex().encode() + b">", deflated=True
    ),
}


def _is_found(content: bytes) -> bool:
    match = matching.matcher({uuid.UUID(int=7): [NAME]})
    assert match is not None
    windows = filetext.windows(io.BytesIO(content), overlap=4096)
    return any(list(match.find(matching.fold(window))) for window in windows)


@pytest.mark.parametrize("kind", FILES)
def test_a_name_is_found_in(kind: str) -> None:
    """And nothing is found in the same file about somebody else."""
    content = FILES[kind]
    assert _is_found(content)
    match = matching.matcher({uuid.UUID(int=7): ["Somebody Else"]})
    assert match is not None
    windows = filetext.windows(io.BytesIO(content), overlap=4096)
    assert not any(list(match.find(matching.fold(window))) for window in windows)


def test_what_unpacks_to_anything_is_told_apart_from_what_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bomb is not unpacked, and a torn archive is not taken for one without names."""
    monkeypatch.setattr(filetext, "_MOST_BYTES", 1000)
    for content in (
        _zipped(a_txt=b"x" * 2000),
        _zipped(a_txt=b"x")[:-10],
        _pdf(b"x" * 2000, deflated=True),
    ):
        with pytest.raises(filetext.UnreadableError):
            _is_found(content)


def test_sealed_files_are_left_out() -> None:
    """Their text is gone with their key."""
    assert not _is_found(b"age-encryption.org/v1\n" + NAME.encode())


def _stopped_by(request: Request) -> str:
    (failed,) = (
        one for one in log.entries(request.pk) if one.tag == "deletion.verification_failed"
    )
    return failed.canonical


def test_another_persons_file_may_name_the_deleted(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Bob's portrait is a letter to Alice: it is Bob's, stays byte by byte, and her deletion closes."""
    letter = f"Dear {cast.alice.email}".encode()
    member = Member.objects.get(user_id=cast.bob.pk)
    member.portrait.save("letter.txt", ContentFile(letter))
    assert answered(ask(cast.alice, "deletion")).state == State.CLOSED
    assert member.portrait.name
    with default_storage.open(member.portrait.name) as kept:
        assert kept.read() == letter


def test_a_file_that_no_row_knows_any_more_stops_the_deletion(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """An older upload of Alice's was replaced and left lying: nobody declared it, and it names her."""
    default_storage.save("testapp/portraits/old.txt", ContentFile(cast.alice.email.encode()))
    request = answered(ask(cast.alice, "deletion"))
    assert request.state == State.NEEDS_ATTENTION
    assert "testapp.Loan.slip" in _stopped_by(request) or "testapp.Member.portrait" in _stopped_by(
        request
    )
    assert cast.alice.email not in _stopped_by(request)


def test_a_file_that_was_not_removed_stops_the_deletion(
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The storage said that it removed the slip, and did not."""
    loan = Loan.objects.filter(borrower_id=cast.alice.pk).first()
    assert loan is not None
    loan.slip.save("slip.txt", ContentFile(cast.alice.email.encode()))
    monkeypatch.setattr(
        type(default_storage), "delete", lambda _storage, _name: None, raising=False
    )
    assert answered(ask(cast.alice, "deletion")).state == State.NEEDS_ATTENTION
