"""The format's document says what the code does."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from dsar.ledger import canonical, merkle, notes, placing
from dsar.ledger.models import Checkpoint, Entry, Leaf, Node, Placement, Unsealed
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


def test_the_documents_tree_checkpoint_and_proofs_are_what_the_code_makes():
    first = re.findall(r"```\n(\{.*\})\n```", DOCUMENT)[0]
    leaves = [
        merkle.leaf_hash(first.replace('"rows":3', f'"rows":{rows}').encode()) for rows in (3, 4, 5)
    ]
    two, three = (merkle.grow(merkle.Edge(), leaves[:size]).edge.root for size in (2, 3))
    for name, value in {
        "leaf hash 0": leaves[0].hex(),
        "leaf hash 1": leaves[1].hex(),
        "leaf hash 2": leaves[2].hex(),
        "root of two": two.hex(),
        "root of three": three.hex(),
    }.items():
        assert f"| {name} | `{value}` |" in DOCUMENT
    nodes = {(0, index): leaf for index, leaf in enumerate(leaves)} | {(1, 0): two}

    def fetch(level: int, position: int) -> bytes:
        return nodes[level, position]

    assert merkle.prove_inclusion(1, size=3, fetch=fetch) == [leaves[0], leaves[2]]
    assert merkle.prove_inclusion(2, size=3, fetch=fetch) == [two]
    assert merkle.prove_consistency(2, size=3, fetch=fetch) == [leaves[2]]
    signer = notes.Signer(name="example.com/ledger", seed=bytes(range(32)))
    assert f"`{signer.unsafe_text()}`" in DOCUMENT
    assert f"`{signer.verifier}`" in DOCUMENT
    checkpoint = notes.Checkpoint(origin=signer.name, size=3, root=three)
    assert f"```\n{notes.sign(checkpoint, [signer])}```" in DOCUMENT
    mark = placing.Mark(size=3, root=three)
    assert f"`{mark.name}.leaves`, of {8 + 32 + 3 * 32} bytes" in DOCUMENT


@pytest.mark.django_db
def test_the_documents_tables_are_the_databases():
    said = dict.fromkeys(re.findall(r"`(dsar_ledger_\w+)`", DOCUMENT))
    models = [Entry, Unsealed, Leaf, Node, Checkpoint, Placement]
    assert set(said) == {model._meta.db_table for model in models}
    for model in models:
        for field in model._meta.concrete_fields:
            # The keys of nodes and placements are numbers that mean nothing.
            assert field.column == "id" or f"`{field.column}`" in DOCUMENT


def test_every_tag_is_in_the_document_and_no_other():
    assert re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", DOCUMENT, re.MULTILINE) == list(Tag)
