"""What the tests of watching start from: folders of their own and the cast."""

from __future__ import annotations

from tests.engine.conftest import _own_folders, ask, cast, dora, granted, otto

__all__ = ["_own_folders", "ask", "cast", "dora", "granted", "otto"]
