"""What a verification can find, and how it names it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong; docs/operations/ledger.md says what each means."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HASH_CHANGED = "hash_changed"
    UNSEALED = "unsealed"
    UNSIGNED = "unsigned"
    ROOT_MISMATCH = "root_mismatch"
    BAD_SIGNATURE = "bad_signature"
    FORK = "fork"
    PLACE_DAMAGED = "place_damaged"
    RESTORED = "restored"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found: the place in the tree and the entry's `id`, where there is one, and a sentence."""

    kind: Kind
    index: int | None = None
    entry: int | None = None
    says: str = ""

    @property
    def is_harmless(self) -> bool:
        """Whether it was told of by the ledger itself: a restore that was recorded."""
        return self.kind == Kind.RESTORED

    def __str__(self) -> str:
        where = "" if self.index is None else f" index {self.index}"
        which = "" if self.entry is None else f" entry {self.entry}"
        return f"{self.kind}:{where}{which}: {self.says}".replace("::", ":")
