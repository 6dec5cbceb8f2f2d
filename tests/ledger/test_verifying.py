"""Verifying: whatever a superuser does to the ledger is found, and the first entry that differs is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dsar.ledger import (
    notes,
    places,
    placing,
    reading,
    sealing,
)
from dsar.ledger.findings import Kind
from dsar.ledger.models import Checkpoint, Entry
from tests.ledger import forging
from tests.ledger.forging import forge

if TYPE_CHECKING:
    from dsar.ledger.verifying import Verified

pytestmark = pytest.mark.django_db(transaction=True)

AT = 20
"""The index at which the ledger is attacked; checkpoints stand before and behind."""


def first(found: Verified) -> tuple[Kind, int | None, int | None]:
    assert not found.is_good
    finding = found.findings[0]
    return finding.kind, finding.index, finding.entry


def test_a_ledger_that_nobody_touched_verifies(ledger, verify):
    for place in (places.current(), None):
        found = verify(place=place)
        assert found.is_good
        assert found.findings == []
        assert found.entries == found.size == len(ledger)
        assert found.root == bytes(Checkpoint.objects.latest("size").root)


def test_it_verifies_at_any_chunk_and_while_entries_wait(ledger, verify, write, monkeypatch):
    write(3)
    for size in (1, 2, 7, 16, len(ledger)):
        monkeypatch.setattr(reading, "CHUNK", size)
        assert verify().is_good


def changed(entries: list[int]) -> tuple[list[int], int | None]:
    forging.change(entries[AT])
    return entries, entries[AT]


def removed(entries: list[int]) -> tuple[list[int], int | None]:
    forging.remove(entries[AT])
    return [*entries[:AT], *entries[AT + 1 :]], entries[AT + 1]


def inserted(entries: list[int]) -> tuple[list[int], int | None]:
    foreign = forging.insert()
    return [*entries[:AT], foreign, *entries[AT:]], foreign


def reordered(entries: list[int]) -> tuple[list[int], int | None]:
    forging.swap(entries[AT], entries[AT + 9])
    return entries, entries[AT]


def moved(entries: list[int]) -> tuple[list[int], int | None]:
    """The rows stay; what is forged is their order in the tree."""
    swapped = [*entries]
    swapped[AT], swapped[AT + 1] = swapped[AT + 1], swapped[AT]
    return swapped, swapped[AT]


def truncated(entries: list[int]) -> tuple[list[int], int | None]:
    for entry in entries[AT:]:
        forging.remove(entry)
    return entries[:AT], None


ATTACKS = [
    (changed, Kind.CHANGED),
    (removed, Kind.REMOVED),
    (inserted, Kind.INSERTED),
    (reordered, Kind.REORDERED),
    (moved, Kind.REORDERED),
    (truncated, Kind.TRUNCATED),
]


@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize("how", ATTACKS)
def test_with_all_hashes_made_anew_the_second_place_finds_and_names_it(
    ledger, verify, signer, how, has_key
):
    """Even signed with the stolen key: nothing in the database itself is wrong any more."""
    attack, kind = how
    order, entry = attack(ledger)
    thief = signer if has_key else notes.generate(signer.name)
    forging.make_anew(order, signers=[thief], origin=signer.name)
    assert first(verify()) == (kind, AT, entry)
    if has_key:
        assert verify(place=None).is_good, "The database alone cannot tell."
    else:
        assert Kind.BAD_SIGNATURE in {one.kind for one in verify(place=None).findings}


@pytest.mark.parametrize("attack", [attack for attack, _ in ATTACKS])
def test_a_single_checkpoint_from_outside_finds_it_too(
    ledger, verify, signer, second_place, attack
):
    last = max(second_place.glob("*.checkpoint"))
    outside = notes.open_signed(last.read_text(), [signer.verifier])
    assert verify(place=None, outside=[outside]).is_good
    order, _ = attack(ledger)
    forging.make_anew(order, signers=[signer], origin=signer.name)
    found, index, _ = first(verify(place=None, outside=[outside]))
    # A root says that something differs; where, it can say only if there is too little.
    if len(order) < len(ledger):
        assert (found, index) == (Kind.TRUNCATED, len(order))
    else:
        assert found == Kind.FORK


@pytest.mark.parametrize(("attack", "kind"), [(changed, Kind.CHANGED), (reordered, Kind.REORDERED)])
@pytest.mark.parametrize("with_place", [False, True])
def test_an_entry_alone_is_named_from_the_tree(ledger, verify, attack, kind, with_place):
    attack(ledger)
    place = {} if with_place else {"place": None}
    assert first(verify(**place)) == (kind, AT, ledger[AT])


@pytest.mark.parametrize("with_place", [False, True])
def test_an_entry_that_is_gone_is_named_from_the_tree(ledger, verify, with_place):
    place = {} if with_place else {"place": None}
    forging.remove(ledger[AT])
    assert first(verify(**place)) == (Kind.REMOVED, AT, ledger[AT])
    forge("DELETE FROM dsar_ledger_leaf WHERE index = %s", AT)
    assert first(verify(**place)) == (Kind.REMOVED, AT, None)
    forge("DELETE FROM dsar_ledger_leaf WHERE index >= %s", AT)
    assert first(verify(**place)) == (Kind.TRUNCATED, AT, None)
    forge("DELETE FROM dsar_ledger_checkpoint WHERE size > %s", AT)
    assert first(verify()) == (Kind.TRUNCATED, AT, None)


def test_each_byte_of_an_entry_counts(ledger, verify):
    text = Entry.objects.get(pk=ledger[AT]).canonical
    for where in range(len(text)):
        # What is flipped must still be text, and JSON for the generated columns: so digits and letters only.
        if not text[where].isalnum() or text[where - 1 : where + 1] in {":t", ":n", ":f"}:
            continue
        other = text[:where] + ("7" if text[where] != "7" else "8") + text[where + 1 :]
        try:
            json.loads(other)
        except ValueError:
            continue
        forge("UPDATE dsar_ledger_entry SET canonical = %s WHERE id = %s", other, ledger[AT])
        assert first(verify()) == (Kind.CHANGED, AT, ledger[AT])
    forge("UPDATE dsar_ledger_entry SET canonical = %s WHERE id = %s", text, ledger[AT])
    assert verify().is_good


def test_one_entry_with_a_line_end_does_not_pass_for_two(ledger, verify):
    one, two = (Entry.objects.get(pk=entry).canonical for entry in ledger[AT : AT + 2])
    # JSON allows white space between its parts, but not two values: the column must be made plain first.
    forge("ALTER TABLE dsar_ledger_entry DROP COLUMN tag, DROP COLUMN at, DROP COLUMN request")
    forge(
        "ALTER TABLE dsar_ledger_entry ADD COLUMN tag text, ADD COLUMN at text, ADD COLUMN request text"
    )
    try:
        both = f"{one}\n{two}"
        forge("UPDATE dsar_ledger_entry SET canonical = %s WHERE id = %s", both, ledger[AT])
        forging.remove(ledger[AT + 1])
        assert first(verify(patience=1e9)) == (Kind.CHANGED, AT, ledger[AT])
    finally:
        _bring_columns_back()


def _bring_columns_back() -> None:
    forge("DELETE FROM dsar_ledger_entry")
    forge("ALTER TABLE dsar_ledger_entry DROP COLUMN tag, DROP COLUMN at, DROP COLUMN request")
    for column in ("tag", "at", "request"):
        forge(
            f"ALTER TABLE dsar_ledger_entry ADD COLUMN {column} text GENERATED ALWAYS AS"
            f" (jsonb_extract_path_text(canonical::jsonb, '{column}')) STORED"
        )
    forge("CREATE INDEX dsar_entry_request ON dsar_ledger_entry (request, id)")
    forge("CREATE INDEX dsar_entry_tag ON dsar_ledger_entry (tag, id)")


def test_a_tree_with_another_hash_is_told_apart_from_an_entry_that_was_changed(ledger, verify):
    forge("UPDATE dsar_ledger_leaf SET hash = sha256('x') WHERE index = %s", AT)
    assert first(verify()) == (Kind.HASH_CHANGED, AT, ledger[AT])


def test_a_checkpoint_that_no_known_key_signed_is_found(ledger, verify, signer):
    forge(
        "UPDATE dsar_ledger_checkpoint SET note = replace(note, E'\\n\\n', E'\\nx\\n\\n')"
        " WHERE size = (SELECT min(size) FROM dsar_ledger_checkpoint)"
    )
    size = Checkpoint.objects.earliest("size").size
    assert first(verify()) == (Kind.BAD_SIGNATURE, size - 1, None)


def test_a_checkpoint_with_another_root_is_found(ledger, verify):
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    forge("UPDATE dsar_ledger_checkpoint SET root = sha256('x') WHERE size = %s", sizes[2])
    found = verify(place=None)
    assert {one.kind for one in found.findings} == {Kind.BAD_SIGNATURE, Kind.ROOT_MISMATCH}
    assert first(found) == (Kind.ROOT_MISMATCH, sizes[1], None)


def test_leaves_that_no_checkpoint_covers_are_found(ledger, verify):
    last = Checkpoint.objects.latest("size").size
    forge("DELETE FROM dsar_ledger_checkpoint WHERE size = %s", last)
    before = Checkpoint.objects.latest("size").size
    assert first(verify(place=None)) == (Kind.UNSIGNED, before, None)


def test_an_old_entry_that_was_never_sealed_is_found(ledger, verify):
    foreign = forging.insert()
    assert first(verify()) == (Kind.UNSEALED, None, foreign)
    assert verify(patience=1e9).is_good


def test_an_entry_without_a_time_counts_as_old(ledger, verify):
    forge("INSERT INTO dsar_ledger_entry (canonical) VALUES ('{}')")
    assert first(verify(patience=1e9))[0] == Kind.UNSEALED


def test_an_entry_that_is_removed_before_it_was_sealed_leaves_a_trace(ledger, verify, write):
    write(1)
    waiting = Entry.objects.latest("pk").pk
    forging.remove(waiting)
    assert sealing.seal() == 0
    assert first(verify()) == (Kind.REMOVED, None, waiting)


def test_since_a_checkpoint_only_what_came_after_is_hashed(ledger, verify, signer, second_place):
    (path, *_) = sorted(second_place.glob("*.checkpoint"))[1:]
    since = notes.open_signed(path.read_text(), [signer.verifier])
    found = verify(since=since)
    assert found.is_good
    assert found.entries == len(ledger) - since.size
    assert found.root == verify().root
    forging.change(ledger[-1])
    assert first(verify(since=since)) == (Kind.CHANGED, len(ledger) - 1, ledger[-1])


def test_since_a_checkpoint_that_the_tree_does_not_lead_to(ledger, verify, signer):
    other = notes.Checkpoint(origin=signer.name, size=AT, root=b"x" * 32)
    assert first(verify(since=other))[0] == Kind.FORK
    longer = notes.Checkpoint(origin=signer.name, size=len(ledger) + 1, root=b"x" * 32)
    assert first(verify(since=longer)) == (Kind.TRUNCATED, len(ledger), None)


def test_the_second_place_is_not_believed_blindly(ledger, verify, second_place):
    """Whoever can only write there accuses nobody: its hashes must lead to what was signed."""
    leaves = max(second_place.glob("*.leaves"))
    text = leaves.read_bytes()
    leaves.write_bytes(text[:-1] + bytes([text[-1] ^ 1]))
    assert first(verify())[0] == Kind.PLACE_DAMAGED
    leaves.write_bytes(text[:-32])
    assert first(verify())[0] == Kind.PLACE_DAMAGED
    leaves.unlink()
    assert first(verify())[0] == Kind.PLACE_DAMAGED


@pytest.mark.parametrize("which", [0, 1, -1])
def test_files_that_are_missing_in_the_second_place_are_told(ledger, verify, second_place, which):
    gone = sorted(second_place.glob("*.checkpoint"))[which]
    gone.unlink()
    assert first(verify())[0] in {Kind.PLACE_DAMAGED, Kind.FORK}


def test_a_strange_signature_in_the_second_place_is_told(ledger, verify, second_place, signer):
    path = max(second_place.glob("*.checkpoint"))
    said = notes.parse(path.read_text()).checkpoint
    path.write_text(notes.sign(said, [notes.generate(signer.name)]))
    assert first(verify())[0] == Kind.PLACE_DAMAGED


def test_what_a_rewritten_database_carries_afterwards_is_a_fork(ledger, verify, signer, sealed):
    """The sealer goes on from the forged tree; both histories then stand in the second place."""
    order, entry = changed(ledger)
    forging.make_anew(order, signers=[signer], origin=signer.name)
    sealed(2)
    found = verify()
    assert first(found) == (Kind.CHANGED, AT, entry)
    assert Kind.FORK in {one.kind for one in found.findings}


def test_what_was_carried_by_whoever_died_before_noting_it_is_no_fork(
    ledger, verify, write, monkeypatch, second_place
):
    """Entries were sealed before the next one came, who carried the newest; twice in a row."""
    for _ in range(2):
        write(3)
        sealing.seal()
        with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
            patch.setattr(placing, "_note_placed", lambda _: 1 / 0)
            placing.place()
    write(2)
    sealing.seal()
    assert placing.place() == 1
    found = verify()
    assert (found.findings, found.size) == ([], len(ledger) + 8)
    (*_, died, last) = sorted(second_place.glob("*.leaves"))
    assert died.read_bytes()[:40] == last.read_bytes()[:40], "both come after the same checkpoint"


def test_a_changeover_verifies_with_the_keys_that_were_believed_then(
    ledger, verify, settings, signer, sealed
):
    new = notes.generate(signer.name)
    settings.DSAR = settings.DSAR | {
        "LEDGER_SIGNING_KEYS": [new.unsafe_text(), signer.unsafe_text()]
    }
    sealed(1)
    assert verify().is_good
    settings.DSAR = settings.DSAR | {
        "LEDGER_SIGNING_KEYS": [new.unsafe_text()],
        "LEDGER_VERIFIER_KEYS": [str(signer.verifier)],
    }
    sealed(1)
    assert verify(known=[new.verifier, signer.verifier]).is_good
    assert not verify(place=None).is_good
    assert not verify(place=None, known=[new.verifier]).is_good


def test_verifying_while_the_sealer_works_finds_nothing(ledger, verify, sealed, monkeypatch):
    """What comes into the second place after it was listed is in neither view."""
    snapshot = reading.snapshot

    def late():
        sealed(5)
        return snapshot()

    monkeypatch.setattr(reading, "snapshot", late)
    assert verify().is_good
    assert placing.place() == 0
