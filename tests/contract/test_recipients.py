"""A recipient that several apps have in common is named once, in the project's settings."""

from __future__ import annotations

from typing import Any

import pytest

from dsar.declarations import Recipient, shared


def test_a_shared_recipient_is_what_the_settings_say(settings: Any) -> None:
    """Every app that asks for it gets the same; one that nobody named is an error at once."""
    said = {"name": "Example Hosting Ltd", "role": "processor", "country": "SG"}
    settings.DSAR = settings.DSAR | {"RECIPIENTS": {"example": said}}
    assert shared("example") == shared("example") == Recipient(code="example", **said)
    with pytest.raises(KeyError):
        shared("unknown")
