"""The processing gate, a door: whether a person's data may be used for a purpose, now."""

from __future__ import annotations

from dsar.processing.gate import only_permitted, permitted
from dsar.registers.suppression import suppressed_among

__all__ = ["only_permitted", "permitted", "suppressed_among"]
