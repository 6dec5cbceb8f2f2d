"""Sealing: every entry once, in the order in which it was found, whoever commits or seals when."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.utils import DatabaseError

from dsar.ledger import log, merkle, notes, sealing, signing, standing, stored
from dsar.ledger.models import Checkpoint, Entry, Leaf, LedgerImmutableError, Node, Unsealed
from dsar.ledger.proving import NotSealedError
from dsar.ledger.tags import Tag
from tests.ledger.conftest import REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)


def leaves() -> list[tuple[int, int, bytes]]:
    found = Leaf.objects.order_by("index").values_list("index", "entry", "hash")
    return [(index, entry, bytes(one)) for index, entry, one in found]


def root_of(hashes: list[bytes]) -> bytes:
    return merkle.grow(merkle.Edge(), hashes).edge.root


def is_whole() -> bool:
    """Every entry in exactly one leaf, under its hash, and the last root over all of them."""
    texts = dict(Entry.objects.values_list("id", "canonical"))
    found = leaves()
    assert [index for index, _, _ in found] == list(range(len(found)))
    assert sorted(entry for _, entry, _ in found) == sorted(texts)
    assert all(one == sha256(b"\x00" + texts[entry].encode()).digest() for _, entry, one in found)
    last = Checkpoint.objects.order_by("size").last()
    assert last
    said = notes.open_signed(last.note, signing.verifiers())
    expected = root_of([one for _, _, one in found])
    assert (said.size, said.root, bytes(last.root)) == (len(found), expected, expected)
    return not Unsealed.objects.exists()


@contextmanager
def in_thread() -> Iterator[ThreadPoolExecutor]:
    """A thread with a connection of its own, closed at the end."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield pool
        pool.submit(connections.close_all).result()


def test_what_waits_is_sealed_and_nothing_else_is_done_the_second_time(write):
    before = Entry.objects.count()
    write(3)
    # The first key is an event of its own.
    assert sealing.seal() == before + 3 + 1
    assert is_whole()
    assert sealing.seal() == 0
    assert Checkpoint.objects.count() == 1


def test_each_checkpoint_begins_with_the_one_before(sealed):
    sealed(1, 2, 300, 5)
    found = list(Checkpoint.objects.order_by("size").values_list("size", "root"))
    assert len(found) == 4
    for (old, old_root), (size, root) in pairwise(found):
        proof = log.prove_growth(old, size=size)
        merkle.check_consistency(
            old=old, old_root=bytes(old_root), size=size, root=bytes(root), proof=proof
        )


def test_every_entry_has_a_proof_under_every_checkpoint_that_covers_it(sealed):
    sealed(1, 40, 300)
    texts = {entry.pk: entry for entry in Entry.objects.all()}
    for checkpoint in Checkpoint.objects.all():
        for index, entry, one in leaves()[: checkpoint.size : 7]:
            proof = log.prove(index, size=checkpoint.size)
            assert log.leaf_hash(texts[entry]) == one
            merkle.check_inclusion(
                one,
                index=index,
                size=checkpoint.size,
                root=bytes(checkpoint.root),
                proof=proof.hashes,
            )


def test_a_requests_entries_come_with_their_proofs_in_few_statements(
    sealed, django_assert_max_num_queries
):
    sealed(30)
    log.append(Tag.REQUEST_VIEWED, request=REQUEST)
    log.append(Tag.REQUEST_VIEWED, request=uuid.uuid4())
    with django_assert_max_num_queries(3):
        found = list(log.of_request(REQUEST))
    assert len(found) == 30
    root = bytes(Checkpoint.objects.get().root)
    for one in found:
        way = one.inclusion
        leaf = merkle.leaf_hash(one.canonical.encode())
        merkle.check_inclusion(leaf, index=way.index, size=way.size, root=root, proof=way.hashes)


def test_what_is_not_sealed_has_no_proof(write):
    write(1)
    with pytest.raises(NotSealedError):
        log.prove(0)
    sealing.seal()
    size = Checkpoint.objects.get().size
    for index, within in ((-1, None), (size, None), (0, size + 1), (2, 2)):
        with pytest.raises(NotSealedError):
            log.prove(index, size=within)
    for old, within in ((0, None), (size + 1, None), (1, size + 1)):
        with pytest.raises(NotSealedError):
            log.prove_growth(old, size=within)


def test_a_long_queue_is_sealed_in_batches(write, monkeypatch):
    sealing.seal()
    monkeypatch.setattr(sealing, "BATCH", 100)
    write(250)
    assert sealing.seal() == 250
    assert is_whole()
    assert Checkpoint.objects.count() == 4


def test_sealing_takes_the_same_few_statements_however_much_there_is(
    write, django_assert_num_queries
):
    sealing.seal()
    for count in (1, 300, 700):
        write(count)
        # Look, begin, lock, head, drain, nodes (only with a full 256), checkpoint, commit, look.
        with django_assert_num_queries(9 if count > 256 else 8):
            sealing.seal()
    with django_assert_num_queries(1):
        sealing.seal()


def test_only_complete_nodes_of_every_eighth_level_are_kept(sealed):
    sealed(100, 500, 200)
    assert list(Node.objects.order_by("position").values_list("level", "position")) == [
        (8, position) for position in range(Leaf.objects.count() // 256)
    ]


def test_an_entry_that_commits_late_is_sealed_the_next_time():
    started, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            log.append(Tag.REQUEST_VIEWED, detail="late")
            started.set()
            assert go_on.wait(20)

    with in_thread() as pool:
        late = pool.submit(slow)
        assert started.wait(20)
        log.append(Tag.REQUEST_VIEWED, detail="early")
        sealing.seal()
        size = Leaf.objects.count()
        go_on.set()
        late.result(20)
    assert not is_whole_now()
    assert sealing.seal() == 1
    assert is_whole()
    last = Leaf.objects.get(index=size)
    early = Entry.objects.filter(canonical__contains='"early"').get()
    assert last.entry < early.pk, "It was appended first and is sealed last."


def is_whole_now() -> bool:
    return not Unsealed.objects.exists()


def test_an_entry_that_is_rolled_back_waits_for_nothing():
    sealing.seal()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.append(Tag.REQUEST_VIEWED)
        raise ZeroDivisionError
    assert sealing.seal() == 0


def test_of_two_sealers_at_once_one_does_nothing(write):
    write(5)
    with in_thread() as pool, transaction.atomic():
        assert sealing.take(sealing.LOCK)
        assert pool.submit(sealing.seal).result(20) == 0
    assert Checkpoint.objects.count() == 0
    assert sealing.seal() > 5
    assert is_whole()


def test_thousands_of_appends_go_on_while_sealers_compete():
    """Five thousand entries from six threads, and two sealers that never stop."""
    done = threading.Event()

    def append(count: int) -> None:
        try:
            for number in range(count // 5):
                with transaction.atomic():
                    for part in range(5):
                        log.append(
                            Tag.REQUEST_VIEWED, request=uuid.uuid4(), number=number, part=part
                        )
        finally:
            connections.close_all()

    def keep_sealing() -> int:
        sealed = 0
        try:
            while not done.is_set():
                sealed += sealing.seal()
        finally:
            connections.close_all()
        return sealed

    before = Entry.objects.count()
    with ThreadPoolExecutor(max_workers=7) as pool:
        sealers = [pool.submit(keep_sealing) for _ in range(2)]
        for one in [pool.submit(append, 1_000) for _ in range(5)]:
            one.result(100)
        done.set()
        sealed = sum(one.result(60) for one in sealers)
    sealed += sealing.seal()
    assert sealed == before + 5_000 + 1
    assert Checkpoint.objects.count() > 2
    assert is_whole()


def test_a_crash_in_the_middle_of_sealing_leaves_everything_to_the_next(write, monkeypatch):
    sealing.seal()
    write(300)
    sign = sealing._sign  # noqa: SLF001
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(sealing, "_sign", lambda *_: 1 / 0)
        sealing.seal()
    assert Unsealed.objects.count() == 300
    assert sealing._sign is sign  # noqa: SLF001
    assert sealing.seal() == 300
    assert is_whole()


def test_appending_waits_for_no_sealer():
    with in_thread() as pool, transaction.atomic():
        sealing.take(sealing.LOCK)
        Unsealed.objects.all().delete()
        pool.submit(log.append, Tag.REQUEST_VIEWED).result(5)


def test_a_key_whose_number_reads_like_a_telephone_number_is_told_like_any_other(
    settings,
):
    made = (notes.generate("test.example/ledger") for _ in range(10_000))
    like_one = next(key for key in made if key.verifier.id.hex().isdigit())
    settings.DSAR = settings.DSAR | {"LEDGER_SIGNING_KEYS": [like_one.unsafe_text()]}
    sealing.seal()
    told = f"ed25519:{like_one.verifier.id.hex()}"
    assert Entry.objects.filter(canonical__contains=told).exists()


def test_without_a_key_nothing_is_sealed_and_nothing_lost(write, settings):
    write(2)
    settings.DSAR = settings.DSAR | {"LEDGER_SIGNING_KEYS": []}
    with pytest.raises(signing.LedgerKeyError):
        sealing.seal()
    assert Unsealed.objects.count() >= 2


def test_the_sealer_builds_on_nothing_that_a_known_key_did_not_sign(sealed, settings, write):
    sealed(1)
    stranger = notes.generate("test.example/ledger")
    settings.DSAR = settings.DSAR | {"LEDGER_SIGNING_KEYS": [stranger.unsafe_text()]}
    write(1)
    with pytest.raises(sealing.ForgedCheckpointError):
        sealing.seal()


def test_the_sealer_builds_on_no_tree_that_differs_from_its_note(sealed, write):
    sealed(4)
    forged = b"x" * 32 * Checkpoint.objects.get().size.bit_count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE dsar_ledger_checkpoint SET peaks = %s", [forged])
    write(1)
    with pytest.raises(sealing.ForgedCheckpointError):
        sealing.seal()


def test_a_missing_node_is_told(sealed):
    sealed(300)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM dsar_ledger_node")
    with pytest.raises(stored.MissingNodeError):
        log.prove(299)


def test_keys_change_over_with_both_signing(sealed, settings, signer, write):
    sealed(1)
    new = notes.generate(signer.name)
    settings.DSAR = settings.DSAR | {
        "LEDGER_SIGNING_KEYS": [new.unsafe_text(), signer.unsafe_text()]
    }
    sealed(1)
    both = notes.parse(Checkpoint.objects.latest("size").note)
    assert both.accepted_by([signer.verifier])
    assert both.accepted_by([new.verifier])
    settings.DSAR = settings.DSAR | {
        "LEDGER_SIGNING_KEYS": [new.unsafe_text()],
        "LEDGER_VERIFIER_KEYS": [str(signer.verifier)],
    }
    sealed(1)
    after = notes.parse(Checkpoint.objects.latest("size").note)
    assert after.accepted_by([new.verifier])
    with pytest.raises(notes.NoteError):
        after.accepted_by([signer.verifier])
    told = [entry.canonical for entry in Entry.objects.filter(tag="ledger.keys_changed")]
    ids = [f"ed25519:{one.verifier.id.hex()}" for one in (signer, new)]
    assert f'{{"keys":["{ids[0]}"]}}' in told[0]
    assert f'{{"keys":["{ids[1]}","{ids[0]}"]}}' in told[1]
    assert f'{{"keys":["{ids[1]}"]}}' in told[2]
    assert is_whole()


@pytest.mark.parametrize("table", ["leaf", "node", "checkpoint", "placement"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_every_change_of_what_is_sealed(sealed, table, change):
    sealed(300)
    column = "position" if table == "node" else "index" if table == "leaf" else "size"
    name = f"dsar_ledger_{table}"
    with (
        pytest.raises(IntegrityError, match="The ledger only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(name, column, column))


def test_the_models_refuse_every_change_of_what_is_sealed(sealed):
    sealed(1)
    leaf = Leaf.objects.earliest("index")
    for change in (leaf.save, leaf.delete, Leaf.objects.all().delete, Leaf.objects.create):
        with pytest.raises(LedgerImmutableError):
            change()


def test_an_entry_stands_in_the_tree_once(sealed):
    sealed(1)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_ledger_leaf (index, entry, hash)"
            " SELECT index + 100, entry, hash FROM dsar_ledger_leaf LIMIT 1"
        )


def test_standing_tells_what_waits(write, sealed):
    before = standing.look()
    assert (before.sealed, before.placed, before.sealed_at, before.placed_at) == (0, 0, None, None)
    assert before.seal_lag > 0
    sealing.seal()
    unplaced = standing.look()
    assert unplaced.seal_lag == 0
    assert unplaced.place_lag > 0
    sealed(1)
    settled = standing.look()
    assert (settled.seal_lag, settled.place_lag) == (0, 0)
    assert settled.sealed == settled.placed == Leaf.objects.count()
    assert settled.sealed_at
    assert settled.placed_at
    write(1)
    assert standing.look().seal_lag > 0
