"""Files of these tests stay in memory."""

from __future__ import annotations

from tests.factories.storage import files_in_memory

__all__ = ["files_in_memory"]
