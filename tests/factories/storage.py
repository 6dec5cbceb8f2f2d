"""Files of tests stay in memory."""

from __future__ import annotations

import pytest
from django.core.files.storage import InMemoryStorage

from accounts.models import SupportFile


@pytest.fixture(autouse=True)
def files_in_memory(monkeypatch: pytest.MonkeyPatch) -> InMemoryStorage:
    """The private storage, for one test."""
    storage = InMemoryStorage()
    # The field took its storage when the model was made, so that a setting comes too late.
    monkeypatch.setattr(SupportFile._meta.get_field("file"), "storage", storage)
    return storage
