"""The processing gate, a door: may this person's data be used for this purpose, now?"""

from __future__ import annotations

from dsar.processing.gate import only_permitted, permitted

__all__ = ["only_permitted", "permitted"]
