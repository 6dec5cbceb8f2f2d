"""A site that a journey has to itself: quick, with files, journal and mail of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.management.commands.demo import QUICK

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def surroundings(child_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of its processes."""
    return {
        **child_environment,
        **QUICK,
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DSAR_ERASURE_JOURNAL": str(tmp_path / "journal"),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
    }
