"""The Merkle tree against the definitions of RFC 9162, written out again here as plainly as they stand there."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsar.ledger import merkle
from dsar.ledger.merkle import Edge, ProofError

EXHAUSTIVE = 33
THOUSAND = 1_000
ENTRIES = [f"entry {number}".encode() for number in range(THOUSAND)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


class Oracle:
    """Section 2.1 of the RFC over a list of entries: no state but a memory of what was hashed."""

    def __init__(self, entries: list[bytes]) -> None:
        self.entries = entries
        self.known: dict[tuple[int, int], bytes] = {}

    def mth(self, start: int, end: int) -> bytes:
        """MTH, section 2.1.1."""
        if (start, end) not in self.known:
            self.known[start, end] = self._mth(start, end)
        return self.known[start, end]

    def _mth(self, start: int, end: int) -> bytes:
        if end == start:
            return sha256(b"").digest()
        if end - start == 1:
            return sha256(b"\x00" + self.entries[start]).digest()
        middle = start + k(end - start)
        return sha256(b"\x01" + self.mth(start, middle) + self.mth(middle, end)).digest()

    def path(self, index: int, start: int, end: int) -> list[bytes]:
        """PATH, section 2.1.3.1."""
        if end - start == 1:
            return []
        middle = start + k(end - start)
        if index < middle:
            return [*self.path(index, start, middle), self.mth(middle, end)]
        return [*self.path(index, middle, end), self.mth(start, middle)]

    def proof(self, old: int, start: int, end: int, *, whole: bool = True) -> list[bytes]:
        """SUBPROOF, section 2.1.4.1."""
        if old == end:
            return [] if whole else [self.mth(start, end)]
        middle = start + k(end - start)
        if old <= middle:
            return [*self.proof(old, start, middle, whole=whole), self.mth(middle, end)]
        return [*self.proof(old, middle, end, whole=False), self.mth(start, middle)]


def k(n: int) -> int:
    """The largest power of two smaller than n."""
    power = 1
    while power * 2 < n:
        power *= 2
    return power


ORACLE = Oracle(ENTRIES)


def fetch(level: int, position: int) -> bytes:
    """A complete node, from the oracle."""
    return ORACLE.mth(position << level, (position + 1) << level)


def flipped(text: bytes, where: int) -> bytes:
    return text[:where] + bytes([text[where] ^ 1]) + text[where + 1 :]


def test_the_empty_tree_and_the_two_prefixes():
    assert Edge().root == sha256(b"").digest()
    assert merkle.leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert merkle.node_hash(b"l", b"r") == sha256(b"\x01lr").digest()


def test_the_tree_of_other_implementations():
    """Eight entries and their root, which other logs test against too."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    entries.append("606162636465666768696a6b6c6d6e6f")
    leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in entries]
    root = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.grow(Edge(), leaves).edge.root.hex() == root


def test_a_tree_that_grows_leaf_by_leaf_has_every_root():
    edge = Edge()
    for size, leaf in enumerate(LEAVES, start=1):
        edge = merkle.grow(edge, [leaf]).edge
        assert edge.size == size
        assert edge.root == ORACLE.mth(0, size)


def test_every_proof_of_every_small_tree_is_the_rfcs_and_holds():
    for size in range(1, EXHAUSTIVE):
        root = merkle.root(size, fetch=fetch)
        assert root == ORACLE.mth(0, size)
        for index in range(size):
            proof = merkle.prove_inclusion(index, size=size, fetch=fetch)
            assert proof == ORACLE.path(index, 0, size)
            merkle.check_inclusion(LEAVES[index], index=index, size=size, root=root, proof=proof)
        for old in range(1, size + 1):
            proof = merkle.prove_consistency(old, size=size, fetch=fetch)
            assert proof == ORACLE.proof(old, 0, size)
            merkle.check_consistency(
                old=old, old_root=ORACLE.mth(0, old), size=size, root=root, proof=proof
            )


def test_every_proof_of_a_thousand_leaves_holds():
    root = ORACLE.mth(0, THOUSAND)
    for index, leaf in enumerate(LEAVES):
        proof = merkle.prove_inclusion(index, size=THOUSAND, fetch=fetch)
        assert proof == ORACLE.path(index, 0, THOUSAND)
        merkle.check_inclusion(leaf, index=index, size=THOUSAND, root=root, proof=proof)
    for old in range(1, THOUSAND + 1):
        proof = merkle.prove_consistency(old, size=THOUSAND, fetch=fetch)
        assert proof == ORACLE.proof(old, 0, THOUSAND)
        merkle.check_consistency(
            old=old, old_root=ORACLE.mth(0, old), size=THOUSAND, root=root, proof=proof
        )


@given(st.lists(st.integers(0, THOUSAND), max_size=12))
def test_growing_in_any_pieces_gives_the_same_tree_and_each_node_once(cuts):
    edge, nodes = Edge(), {}
    for start, end in pairwise(sorted({0, *cuts})):
        grown = merkle.grow(edge, LEAVES[start:end])
        edge = grown.edge
        for level, (first, hashes) in grown.nodes.items():
            for position, one in enumerate(hashes, start=first):
                assert (level, position) not in nodes
                nodes[level, position] = one
    assert edge.root == ORACLE.mth(0, edge.size)
    assert all(one == fetch(*name) for name, one in nodes.items())
    assert len(nodes) == sum(edge.size >> level for level in range(edge.size.bit_length()))
    assert [nodes[name] for name in merkle.peaks_of(edge.size)] == [*edge.peaks]


@given(st.integers(1, THOUSAND), st.data())
def test_a_proof_asks_for_few_nodes_and_only_complete_ones(size, data):
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    asked: list[tuple[int, int]] = []

    def noted(level: int, position: int) -> bytes:
        asked.append((level, position))
        return fetch(level, position)

    merkle.prove_inclusion(index, size=size, fetch=noted)
    assert len(asked) <= 2 * size.bit_length()
    merkle.prove_consistency(old, size=size, fetch=noted)
    assert len(asked) <= 5 * size.bit_length()
    assert all((position + 1) << level <= size for level, position in asked)


@given(st.integers(1, THOUSAND), st.data())
def test_an_inclusion_proof_refuses_every_other_statement(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof, root = ORACLE.path(index, 0, size), ORACLE.mth(0, size)
    said = {"index": index, "size": size, "root": root, "proof": proof}
    other = data.draw(st.integers(0, THOUSAND - 1).filter(lambda found: found != index))
    wrong = [
        {"leaf": LEAVES[other]},
        {"index": other},
        {"index": -1},
        {"index": size},
        {"root": ORACLE.mth(0, size - 1)},
        {"proof": [*proof, root]},
        {"proof": proof[:-1], "root": root if proof else b""},
        {"proof": [*proof[:-1], b"short"]},
    ]
    for change in wrong:
        with pytest.raises(ProofError):
            merkle.check_inclusion(**{"leaf": LEAVES[index], **said, **change})


@given(st.integers(2, THOUSAND), st.data())
def test_a_consistency_proof_refuses_every_other_statement(size, data):
    old = data.draw(st.integers(1, size - 1))
    said = {
        "old": old,
        "old_root": ORACLE.mth(0, old),
        "size": size,
        "root": ORACLE.mth(0, size),
        "proof": ORACLE.proof(old, 0, size),
    }
    wrong = [
        {"old_root": ORACLE.mth(0, old - 1)},
        {"root": ORACLE.mth(0, size - 1)},
        {"old": size + 1},
        {"old": -1},
        {"old": 0},
        {"old": size},
        {"proof": [*said["proof"], said["root"]]},
        {"proof": said["proof"][:-1]},
        {"proof": []},
    ]
    for change in wrong:
        with pytest.raises(ProofError):
            merkle.check_consistency(**{**said, **change})


@pytest.mark.parametrize(("index", "size"), [(0, 2), (4, 7), (36, 37), (99, 200), (512, 1000)])
def test_a_proof_with_any_byte_flipped_is_refused(index, size):
    root, path = ORACLE.mth(0, size), ORACLE.path(index, 0, size)
    for number, one in enumerate(path):
        for where in range(len(one)):
            bad = [*path[:number], flipped(one, where), *path[number + 1 :]]
            with pytest.raises(ProofError):
                merkle.check_inclusion(LEAVES[index], index=index, size=size, root=root, proof=bad)
    old = index + 1
    steps, old_root = ORACLE.proof(old, 0, size), ORACLE.mth(0, old)
    for number, one in enumerate(steps):
        for where in range(len(one)):
            bad = [*steps[:number], flipped(one, where), *steps[number + 1 :]]
            with pytest.raises(ProofError):
                merkle.check_consistency(
                    old=old, old_root=old_root, size=size, root=root, proof=bad
                )


def test_an_entry_with_any_byte_flipped_is_refused():
    entry, size = b'{"at":"2026-03-01T00:30:00.000000Z","tag":"step.done","v":1}', 7
    entries = [*ENTRIES[:3], entry, *ENTRIES[4:size]]
    tree = Oracle(entries)
    root, proof = tree.mth(0, size), tree.path(3, 0, size)
    merkle.check_inclusion(merkle.leaf_hash(entry), index=3, size=size, root=root, proof=proof)
    for where in range(len(entry)):
        leaf = merkle.leaf_hash(flipped(entry, where))
        with pytest.raises(ProofError):
            merkle.check_inclusion(leaf, index=3, size=size, root=root, proof=proof)


def test_the_empty_tree_begins_every_tree_without_a_proof():
    said: dict[str, Any] = {"old": 0, "size": 5, "root": ORACLE.mth(0, 5)}
    merkle.check_consistency(old_root=merkle.EMPTY, proof=[], **said)
    wrongs: list[dict[str, Any]] = [
        {"old_root": said["root"], "proof": []},
        {"old_root": merkle.EMPTY, "proof": [b""]},
    ]
    for wrong in wrongs:
        with pytest.raises(ProofError):
            merkle.check_consistency(**said, **wrong)


def test_what_cannot_be_is_not_proved():
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.prove_inclusion(index, size=size, fetch=fetch)
    for old, size in ((0, 3), (4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="no beginning"):
            merkle.prove_consistency(old, size=size, fetch=fetch)
    with pytest.raises(ValueError, match="peaks"):
        Edge(size=3, peaks=(b"",))


def test_two_trees_that_differ_in_one_leaf_are_not_consistent():
    other = Oracle([*ENTRIES[:5], b"other", *ENTRIES[6:20]])
    for old in range(6, 20):
        with pytest.raises(ProofError):
            merkle.check_consistency(
                old=old,
                old_root=ORACLE.mth(0, old),
                size=20,
                root=other.mth(0, 20),
                proof=other.proof(old, 0, 20),
            )
