"""Checkpoints: signed by known keys, and not a single byte of them free."""

from __future__ import annotations

from hashlib import sha256

import pytest

from dsar.ledger import notes
from dsar.ledger.notes import Checkpoint, KeyTextError, NoteError

NAME = "privacy.example.com/ledger"
ROOT = sha256(b"root").digest()
CHECKPOINT = Checkpoint(origin=NAME, size=1234, root=ROOT)
OLD, NEW = notes.generate(NAME), notes.generate(NAME)

# A public key as another implementation of signed notes writes it.
FOREIGN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_signed_checkpoint_reads_back():
    note = notes.sign(CHECKPOINT, [OLD])
    assert note.startswith(f"{NAME}\n1234\n")
    assert notes.open_signed(note, [OLD.verifier]) == CHECKPOINT
    assert notes.sign(CHECKPOINT, [OLD]) == note


def test_a_key_of_another_implementation_is_read_and_written_alike():
    verifier = notes.verifier(FOREIGN)
    assert str(verifier) == FOREIGN
    assert verifier.id.hex() == "c74f20a3"


def test_each_byte_of_a_checkpoint_flipped_is_refused():
    whole = notes.sign(CHECKPOINT, [OLD]).encode()
    accepted = []
    for where in range(len(whole)):
        for bit in range(8):
            flipped = whole[:where] + bytes([whole[where] ^ 1 << bit]) + whole[where + 1 :]
            try:
                notes.open_signed(flipped.decode(), [OLD.verifier])
            except (NoteError, UnicodeDecodeError):
                continue
            accepted.append((where, bit))
    assert accepted == []


def test_a_cut_or_longer_checkpoint_is_refused():
    note = notes.sign(CHECKPOINT, [OLD])
    for length in range(len(note)):
        with pytest.raises(NoteError):
            notes.open_signed(note[:length], [OLD.verifier])
    for longer in (note + "\n", "\n" + note, note + "x", note.replace("\n\n", "\nmore\n\n")):
        with pytest.raises(NoteError):
            notes.open_signed(longer, [OLD.verifier])


def test_a_changeover_is_signed_by_both_and_accepted_by_either():
    note = notes.sign(CHECKPOINT, [NEW, OLD])
    for known in ([OLD.verifier], [NEW.verifier], [OLD.verifier, NEW.verifier]):
        assert notes.open_signed(note, known) == CHECKPOINT
        assert notes.parse(note).accepted_by(known) == sorted(
            known, key=lambda one: one != NEW.verifier
        )


def test_nobody_known_signed():
    for known in ([], [NEW.verifier], [notes.generate("other.example.com").verifier]):
        with pytest.raises(NoteError):
            notes.open_signed(notes.sign(CHECKPOINT, [OLD]), known)


def test_a_wrong_signature_beside_a_right_one_is_refused():
    right, wrong = (
        notes.sign(CHECKPOINT, [NEW]),
        notes.sign(Checkpoint(origin=NAME, size=1235, root=ROOT), [OLD]),
    )
    both = right + wrong.partition("\n\n")[2]
    with pytest.raises(NoteError, match="is wrong"):
        notes.open_signed(both, [OLD.verifier, NEW.verifier])


def test_keys_read_back_and_show_no_secret():
    assert notes.signer(OLD.unsafe_text()) == OLD
    assert notes.verifier(str(OLD.verifier)) == OLD.verifier
    secret = OLD.unsafe_text().split("+", 4)[4]
    assert secret not in f"{OLD!r} {OLD}"


@pytest.mark.parametrize("name", ["", "two words", "plus+sign", "line\nend"])
def test_a_name_that_no_note_can_hold_is_refused(name):
    with pytest.raises(KeyTextError):
        notes.generate(name)


def test_a_mistyped_key_is_refused_and_not_repeated():
    for text in (OLD.unsafe_text(), str(OLD.verifier)):
        read = notes.signer if text.startswith("PRIVATE") else notes.verifier
        for bad in ("", "x", text[:-1], text[:-5] + "AAAA=", text.replace("example", "exemple")):
            with pytest.raises(KeyTextError) as refused:
                read(bad)
            assert not bad or len(bad) == 1 or bad not in str(refused.value)
    with pytest.raises(KeyTextError):
        notes.signer(str(OLD.verifier))
