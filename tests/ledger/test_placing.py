"""The second place: every checkpoint gets there, once or more, and nothing there is ever written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction

from dsar.ledger import notes, places, placing, sealing, signing, standing
from dsar.ledger.models import Checkpoint, Leaf, Placement
from tests.ledger.test_sealing import in_thread

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def use(settings, place: str) -> None:
    settings.DSAR = settings.DSAR | {"LEDGER_SECOND_PLACE": place}


def test_a_checkpoint_stands_there_with_its_leaves(sealed, second_place, signer):
    sealed(2, 3)
    found = content(second_place)
    one, two = Checkpoint.objects.order_by("size")
    assert sorted(found) == sorted(
        f"{checkpoint.size:020}-{bytes(checkpoint.root).hex()[:16]}.{kind}"
        for checkpoint in (one, two)
        for kind in ("checkpoint", "leaves")
    )
    last = found[f"{two.size:020}-{bytes(two.root).hex()[:16]}.checkpoint"].decode()
    assert notes.open_signed(last, [signer.verifier]).size == two.size
    leaves = found[f"{two.size:020}-{bytes(two.root).hex()[:16]}.leaves"]
    hashes = Leaf.objects.filter(index__gte=one.size).order_by("index").values_list("hash")
    start = one.size.to_bytes(8) + bytes(one.root)
    assert leaves == start + b"".join(bytes(one) for (one,) in hashes)


def test_what_stands_there_is_not_carried_again(sealed, second_place):
    sealed(2)
    before = content(second_place)
    assert placing.place() == 0
    assert content(second_place) == before
    assert Placement.objects.count() == 1


def test_a_crash_after_the_writing_writes_the_same_again(write, second_place, monkeypatch):
    write(3)
    sealing.seal()
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(placing, "_note_placed", lambda _: 1 / 0)
        placing.place()
    before = content(second_place)
    assert len(before) == 2
    assert not Placement.objects.exists()
    assert placing.place() == 1
    assert content(second_place) == before


def test_a_file_that_a_crash_cut_short_is_continued(write, second_place):
    write(3)
    sealing.seal()
    placing.place()
    whole = content(second_place)
    for name, text in whole.items():
        for length in (0, 1, len(text) - 1):
            (second_place / name).write_bytes(text[:length])
            places.current().keep(whole)
            assert content(second_place) == whole


def test_nothing_there_is_written_over(sealed, write, second_place):
    sealed(1)
    write(1)
    sealing.seal()
    last = Checkpoint.objects.latest("size")
    taken = second_place / f"{last.size:020}-{bytes(last.root).hex()[:16]}.checkpoint"
    taken.write_text("another ledger's")
    with pytest.raises(places.OtherContentError):
        placing.place()
    assert taken.read_text() == "another ledger's"
    assert standing.look().place_lag > 0


def test_a_place_that_was_away_gets_everything_later(sealed, write, settings):
    sealed(1)
    good = settings.DSAR["LEDGER_SECOND_PLACE"]
    settings.DSAR = settings.DSAR | {"LEDGER_SECOND_PLACE": f"{good}/{'x' * 300}"}
    for _ in range(3):
        write(2)
        sealing.seal()
        with pytest.raises(OSError, match="File name too long"):
            placing.place()
    use(settings, good)
    assert standing.look().place_lag > 0
    assert placing.place() == 1, "The newest speaks for those between."
    assert standing.look().place_lag == 0


def test_another_place_gets_the_whole_history(sealed, tmp_path, settings):
    sealed(2, 2)
    use(settings, (tmp_path / "other").as_uri())
    assert placing.place() == 1
    (leaves,) = (tmp_path / "other").glob("*.leaves")
    assert len(leaves.read_bytes()) == 40 + 32 * Leaf.objects.count()


def test_a_long_history_is_carried_in_pieces(sealed, tmp_path, settings, monkeypatch):
    sealed(30, 30, 30, 200, 1)
    monkeypatch.setattr(placing, "MOST_LEAVES", 65)
    use(settings, (tmp_path / "other").as_uri())
    assert placing.place() == 4
    sizes = [
        path.stat().st_size // 32 - 1 for path in sorted((tmp_path / "other").glob("*.leaves"))
    ]
    assert sum(sizes) == Leaf.objects.count()
    assert sizes[1:] == [30, 200, 1] or sizes[1:] == [60, 200, 1]


def test_of_two_that_carry_one_does_nothing(write):
    write(1)
    sealing.seal()
    with in_thread() as pool, transaction.atomic():
        assert sealing.take(placing.LOCK)
        assert pool.submit(placing.place).result(20) == 0
    assert placing.place() == 1


def test_a_storage_can_be_the_second_place(sealed, settings, tmp_path):
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {
        "elsewhere": where | {"OPTIONS": {"location": str(tmp_path / "elsewhere")}}
    }
    use(settings, "storage:elsewhere")
    sealed(2)
    assert len(content(tmp_path / "elsewhere")) == 2
    place = places.current()
    assert {name: place.read(name) for name in place.names()} == content(tmp_path / "elsewhere")
    place.keep(content(tmp_path / "elsewhere"))
    (name,) = (name for name in place.names() if name.endswith(".leaves"))
    with pytest.raises(places.OtherContentError):
        place.keep({name: b"other"})


def test_a_mailbox_can_be_the_second_place(sealed, settings):
    use(settings, "mailto:witness@example.com")
    sealed(2)
    (sent,) = mail.outbox
    assert sent.to == ["witness@example.com"]
    assert notes.parse(str(sent.body)).checkpoint.size == Leaf.objects.count()
    assert [name.rpartition(".")[2] for name, _, _ in sent.attachments] == ["leaves", "checkpoint"]
    with pytest.raises(places.PlaceError, match="cannot be asked"):
        places.current().names()
    assert "witness" not in str(list(Placement.objects.values_list("place")))


@pytest.mark.parametrize(
    "text", ["", "folder", "file:relative", "storage:nobody", "mailto:x", "x:y"]
)
def test_what_names_no_place_is_refused(text):
    with pytest.raises(places.PlaceError):
        places.named(text)


def found(settings, **wrong: object) -> set[str | None]:
    settings.DSAR = settings.DSAR | wrong
    return {error.id for error in signing.check()}


def test_a_deployment_without_keys_or_second_place_is_refused(settings, signer):
    assert found(settings) == set()
    assert found(settings, LEDGER_SIGNING_KEYS=[]) == {"dsar.E070"}
    assert found(settings, LEDGER_SIGNING_KEYS=["nonsense"]) == {"dsar.E070"}
    others = [signer.unsafe_text(), notes.generate("other.example").unsafe_text()]
    assert found(settings, LEDGER_SIGNING_KEYS=others) == {"dsar.E070"}
    assert found(settings, LEDGER_SIGNING_KEYS=others[:1], LEDGER_VERIFIER_KEYS=["nonsense"]) == {
        "dsar.E071"
    }
    assert found(settings, LEDGER_VERIFIER_KEYS=[], LEDGER_SECOND_PLACE="") == {"dsar.E072"}


def test_the_command_shows_who_signs_and_makes_keys(capsys, settings, signer):
    old = notes.generate(signer.name)
    settings.DSAR = settings.DSAR | {"LEDGER_VERIFIER_KEYS": [str(old.verifier)]}
    call_command("ledger_keys")
    shown = capsys.readouterr().out
    assert shown == f"signs   {signer.verifier}\nsigned  {old.verifier}\n"
    assert signer.unsafe_text() not in shown
    call_command("ledger_keys", new="test.example/ledger")
    secret, public = (line.split()[1] for line in capsys.readouterr().out.splitlines())
    assert str(notes.signer(secret).verifier) == public
