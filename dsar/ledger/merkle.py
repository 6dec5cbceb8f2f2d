"""The Merkle tree of RFC 9162: growing, roots, proofs and their checks; it reads and writes nothing.

A node is named by its level (0 is a leaf) and its position on it, and covers 2^level leaves. Only complete nodes
have a name: they never change again, so whoever keeps them need not hash anything twice. How they are kept is
the caller's business; a proof asks for them through a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256().digest()
"""The root of a tree without leaves (RFC 9162, section 2.1.1)."""
_LEAF = b"\x00"
_NODE = b"\x01"

Fetch = Callable[[int, int], bytes]
"""Gives the hash of the complete node at a level and position."""


class ProofError(Exception):
    """The proof does not lead to the root."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A tree seen from its right edge: how many leaves, and the complete nodes that cover them, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse peaks that cannot be this size's."""
        if len(self.peaks) != self.size.bit_count():
            message = f"A tree of {self.size} leaves has {self.size.bit_count()} peaks, not {len(self.peaks)}."
            raise ValueError(message)

    @property
    def root(self) -> bytes:
        """The hash that stands for all leaves in their order."""
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


@dataclass(frozen=True, kw_only=True)
class Grown:
    """A larger tree, and the complete nodes that came with it: for each level the first's position, then hashes."""

    edge: Edge
    nodes: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry's bytes."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two hashes."""
    return sha256(_NODE + left + right).digest()


def peaks_of(size: int) -> list[tuple[int, int]]:
    """Level and position of the complete nodes that cover so many leaves, largest first."""
    found, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def grow(edge: Edge, leaves: Sequence[bytes]) -> Grown:
    """Add leaf hashes at the right; costs one node for each leaf, whatever the tree's size."""
    named = {level: peak for (level, _), peak in zip(peaks_of(edge.size), edge.peaks, strict=True)}
    nodes: dict[int, tuple[int, list[bytes]]] = {}
    peaks: list[bytes] = []
    size = edge.size + len(leaves)
    fresh, level = list(leaves), 0
    while fresh or named:
        first = (edge.size >> level) if fresh else 0
        if fresh:
            nodes[level] = (first, fresh)
        # A peak that stood alone on this level becomes the left of the first pair.
        row = [named.pop(level), *fresh] if level in named else fresh
        if len(row) % 2:
            peaks.append(row[-1])
        pairs = iter(row)
        fresh = [sha256(_NODE + left + right).digest() for left, right in zip(pairs, pairs)]  # noqa: B905 - the odd one is a peak.
        level += 1
    return Grown(edge=Edge(size=size, peaks=tuple(reversed(peaks))), nodes=nodes)


def root(size: int, *, fetch: Fetch) -> bytes:
    """The root over the first `size` leaves."""
    return _hash(0, size, fetch) if size else EMPTY


def prove_inclusion(index: int, *, size: int, fetch: Fetch) -> list[bytes]:
    """The hashes that lead from a leaf to the root of the tree of `size` leaves (RFC 9162, section 2.1.3.1)."""
    if not 0 <= index < size:
        message = f"There is no leaf {index} among {size}."
        raise ValueError(message)
    return list(_path(index, 0, size, fetch))


def prove_consistency(old: int, *, size: int, fetch: Fetch) -> list[bytes]:
    """The hashes that show a tree of `old` leaves at the beginning of one of `size` (RFC 9162, section 2.1.4.1)."""
    if not 0 < old <= size:
        message = f"A tree of {old} leaves is no beginning of one of {size}."
        raise ValueError(message)
    return list(_subproof(old, 0, size, fetch))


def check_inclusion(
    leaf: bytes, *, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """See that a leaf hash stands at `index` under `root` (RFC 9162, section 2.1.3.2); raises ProofError."""
    if not 0 <= index < size:
        message = f"There is no leaf {index} among {size}."
        raise ProofError(message)
    found = leaf
    for one, is_left in _sides(proof, here=index, last=size - 1):
        found = node_hash(one, found) if is_left else node_hash(found, one)
    if found != root:
        raise ProofError


def check_consistency(
    *, old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """See that the tree under `old_root` begins the one under `root` (RFC 9162, section 2.1.4.2); raises ProofError.

    A tree without leaves begins every tree, and needs no proof.
    """
    if not 0 <= old <= size:
        message = f"A tree of {old} leaves is no beginning of one of {size}."
        raise ProofError(message)
    if old in {0, size}:
        known = EMPTY if old == 0 else root
        if proof or old_root != known:
            raise ProofError
        return
    old_found, found = _both_roots(old, old_root, size, proof)
    if old_found != old_root or found != root:
        raise ProofError


def _both_roots(
    old: int, old_root: bytes, size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The roots of both trees as the proof tells them."""
    # A complete old tree is a node of the new one, and is left out of the proof.
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        raise ProofError
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    _refuse_length(steps[0])
    old_found = found = steps[0]
    for one, is_left in _sides(steps[1:], here=here, last=last):
        if is_left:
            old_found, found = node_hash(one, old_found), node_hash(one, found)
        else:
            found = node_hash(found, one)
    return old_found, found


def _sides(proof: Sequence[bytes], *, here: int, last: int) -> Iterator[tuple[bytes, bool]]:
    """Each hash of a proof, and whether it stands on the left; `here` climbs beside the right edge, `last`."""
    for one in proof:
        _refuse_length(one)
        if not last:
            message = "The proof is too long."
            raise ProofError(message)
        is_left = bool(here & 1) or here == last
        yield one, is_left
        while is_left and here and not here & 1:
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    if last:
        message = "The proof is too short."
        raise ProofError(message)


def _refuse_length(one: bytes) -> None:
    if len(one) != HASH_BYTES:
        message = f"A hash has {HASH_BYTES} bytes, not {len(one)}."
        raise ProofError(message)


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _hash(start: int, end: int, fetch: Fetch) -> bytes:
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return fetch(level, start >> level)
    middle = start + _split(count)
    return node_hash(_hash(start, middle, fetch), _hash(middle, end, fetch))


def _path(index: int, start: int, end: int, fetch: Fetch) -> Iterator[bytes]:
    if end - start == 1:
        return
    middle = start + _split(end - start)
    if index < middle:
        yield from _path(index, start, middle, fetch)
        yield _hash(middle, end, fetch)
    else:
        yield from _path(index, middle, end, fetch)
        yield _hash(start, middle, fetch)


def _subproof(
    old: int, start: int, end: int, fetch: Fetch, *, is_known: bool = True
) -> Iterator[bytes]:
    """`old` counts leaves from `start`; `is_known`: this part is the whole old tree, whose root the checker has."""
    count = end - start
    if old == count:
        if not is_known:
            yield _hash(start, end, fetch)
        return
    split = _split(count)
    middle = start + split
    if old <= split:
        yield from _subproof(old, start, middle, fetch, is_known=is_known)
        yield _hash(middle, end, fetch)
    else:
        yield from _subproof(old - split, middle, end, fetch, is_known=False)
        yield _hash(start, middle, fetch)
