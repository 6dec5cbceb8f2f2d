"""Verify the ledger: hash every entry anew, and hold the tree to whatever was signed, here and elsewhere.

One moment of the database is read, a few megabytes at a time. Public keys and checkpoints come from the caller: whoever
takes them from the host that is verified checks less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import merge
from typing import TYPE_CHECKING

from dsar.ledger import differing, expecting, merkle, reading, stored
from dsar.ledger.elsewhere import DamagedError
from dsar.ledger.findings import Finding, Kind
from dsar.ledger.merkle import Edge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsar.ledger.elsewhere import History
    from dsar.ledger.notes import Checkpoint, Verifier
    from dsar.ledger.places import Place

Told = Callable[[int, int], None]
"""Is told how many entries were verified, and of how many."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What to hold the ledger to. `patience`: after how many seconds an entry should be sealed."""

    known: Sequence[Verifier]
    place: Place | None = None
    since: Checkpoint | None = None
    outside: Sequence[Checkpoint] = ()
    patience: float = 300


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How it ended: the tree's size and root as hashed anew, and what was found, the first difference first."""

    size: int
    root: bytes
    entries: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was found but what the ledger itself tells of."""
        return all(finding.is_harmless for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class _Signed:
    """A size and root that somebody signed; `where` it stands."""

    size: int
    root: bytes
    where: str
    is_signed: bool = True


def verify(asked: Asked, *, told: Told = lambda _done, _all: None) -> Verified:
    """Verify everything, or what came since a checkpoint. Raises PlaceError where the second place cannot be asked."""
    listed = expecting.read(asked.place, asked.known)
    with reading.snapshot():
        expected = expecting.choose(listed)
        edge, begun = _begin(asked.since)
        walk = _Walk(edge=edge, asked=asked, history=expected.history, told=told)
        if not begun:
            walk.run()
        findings = [*begun, *walk.findings, *expected.findings, *_waiting(asked.patience)]
        return Verified(
            size=walk.edge.size,
            root=walk.edge.root,
            entries=walk.edge.size - edge.size,
            findings=findings,
        )


def _begin(since: Checkpoint | None) -> tuple[Edge, list[Finding]]:
    """The tree to go on from: an earlier checkpoint's, if the tree that is kept still leads to its root."""
    if since is None:
        return Edge(), []
    sealed = reading.leaves()
    if sealed < since.size:
        says = "from here on every entry that the checkpoint given covers is gone."
        return Edge(), [Finding(kind=Kind.TRUNCATED, index=sealed, says=says)]
    places = merkle.peaks_of(since.size)
    try:
        peaks = stored.with_nodes(lambda fetch: [fetch(*place) for place in places])
    except stored.MissingNodeError:
        return Edge(), [_mismatch(0, since.size, "the checkpoint given")]
    edge = Edge(size=since.size, peaks=tuple(peaks))
    if edge.root != since.root:
        return Edge(), [_mismatch(0, since.size, "the checkpoint given")]
    return edge, []


class _Walk:
    """Goes through the tree from an edge to its end, and stops at the first difference."""

    def __init__(self, *, edge: Edge, asked: Asked, history: History | None, told: Told) -> None:
        self.edge = edge
        self.findings: list[Finding] = []
        self._history, self._told = history, told
        self._good = edge.size
        self._is_doubted = False
        self._signed = _signed(asked, history, after=edge.size)
        self._next = next(self._signed, None)
        self._ends = [*(one.size for one in asked.outside), history.head.size if history else 0]

    def run(self) -> None:
        """Walk; what was found stands in `findings` afterwards."""
        sealed = reading.leaves()
        end = max(sealed, reading.last_checkpoint(), *self._ends)
        while self.edge.size < end and self._step_or_doubt(end):
            self._told(self.edge.size, end)
        if self.edge.size == end and self._good < sealed:
            says = "no checkpoint covers the tree from here on."
            self.findings.append(Finding(kind=Kind.UNSIGNED, index=self._good, says=says))

    def _step_or_doubt(self, end: int) -> bool:
        """One chunk; where a file of the second place cannot be read, go on without."""
        try:
            return self._step(min(end, self.edge.size + reading.CHUNK))
        except DamagedError as error:
            self.findings.append(Finding(kind=Kind.PLACE_DAMAGED, says=str(error)))
            self._history = None
            return True

    def _step(self, end: int) -> bool:
        """One chunk; False where something differs."""
        start = self.edge.size
        found = reading.chunk(start, end)
        difference = None
        hashes: Sequence[bytes] = found.hashes
        if not self._is_as_sealed(found, start, end):
            hashes, difference = differing.look(start, end, self._history)
        if not self._grow(hashes, start):
            return False
        if difference:
            self.findings.insert(0, expecting.believed(difference, self._history))
        return difference is None

    def _is_as_sealed(self, found: reading.Chunk, start: int, end: int) -> bool:
        fresh = b"".join(found.hashes)
        if not found.is_whole or fresh != found.said:
            return False
        if not self._history:
            return True
        # Where the place lost its beginning, it tells of the rest.
        offset = max(0, self._history.start - start) * merkle.HASH_BYTES
        return fresh.startswith(self._history.hashes(start, end), offset)

    def _grow(self, hashes: Sequence[bytes], start: int) -> bool:
        """Add the hashes, and compare with every root that was signed on the way; False at the first that differs."""
        behind = start + len(hashes)
        while (signed := self._next) and signed.size <= behind:
            self._next = next(self._signed, None)
            here = self.edge.size - start
            self.edge = merkle.grow(self.edge, hashes[here : signed.size - start]).edge
            self._note_signature(signed)
            if self.edge.root != signed.root:
                self.findings.insert(0, _mismatch(self._good, signed.size, signed.where))
                return False
            self._good = signed.size
        self.edge = merkle.grow(self.edge, hashes[self.edge.size - start :]).edge
        return True

    def _note_signature(self, signed: _Signed) -> None:
        if not signed.is_signed and not self._is_doubted:
            self._is_doubted = True
            says = f"the checkpoint of {signed.size} entries in {signed.where} was signed by no known key."
            self.findings.append(Finding(kind=Kind.BAD_SIGNATURE, index=signed.size - 1, says=says))


def _signed(asked: Asked, history: History | None, *, after: int) -> Iterator[_Signed]:
    """Everything that was signed beyond a size, smallest first."""
    here = (
        _Signed(size=one.size, root=one.root, where="the database", is_signed=one.is_signed)
        for one in reading.checkpoints(after, asked.known)
    )
    there = (
        _Signed(size=record.mark.size, root=record.mark.root, where="the second place")
        for record in (history.records if history else ())
    )
    given = (
        _Signed(size=one.size, root=one.root, where="the checkpoint given")
        for one in sorted(asked.outside, key=lambda one: one.size)
    )
    every = merge(here, there, given, key=lambda one: one.size)
    return (one for one in every if one.size > after)


def _mismatch(good: int, size: int, where: str) -> Finding:
    kind = Kind.ROOT_MISMATCH if where == "the database" else Kind.FORK
    says = f"the entries from here to index {size - 1} do not lead to the root in {where}."
    return Finding(kind=kind, index=good, says=says)


def _waiting(patience: float) -> Iterator[Finding]:
    for entry, is_gone in reading.unsealed_since(patience):
        kind = Kind.REMOVED if is_gone else Kind.UNSEALED
        says = (
            "it waited to be sealed and is gone." if is_gone else "it is old and was never sealed."
        )
        yield Finding(kind=kind, entry=entry, says=says)
