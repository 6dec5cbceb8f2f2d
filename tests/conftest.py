"""What every test stands on; servers and databases come from the plugin config.testing."""

from __future__ import annotations

import os
from typing import Any

import pytest

from config import testing


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the system's Chromium, which refuses its own sandbox to root."""
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": testing.chromium(),
        "args": [*browser_type_launch_args.get("args", []), *options],
    }
