"""The format's document says what the code does."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from dsar.ledger import canonical
from dsar.ledger.tags import Tag

DOCUMENT = (Path(__file__).parents[2] / "docs" / "ledger-format.md").read_text(encoding="utf-8")


def test_the_documents_example_is_what_the_code_writes():
    written = canonical.encode(
        at=datetime(2026, 3, 1, 0, 30, tzinfo=UTC),
        tag=Tag.STEP_DONE,
        request=UUID("00000000-0000-4000-8000-000000000001"),
        detail={"rows": 3, "declaration": "orders.Order:buyer"},
    )
    assert f"```\n{written.decode()}\n```" in DOCUMENT
    assert f"These are {len(written)} bytes" in DOCUMENT
    assert hashlib.sha256(written).hexdigest() in DOCUMENT


def test_every_tag_is_in_the_document_and_no_other():
    assert re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", DOCUMENT, re.MULTILINE) == list(Tag)
