"""A portable copy holds what the person provided or was observed, under consent or contract, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema

from dsar.cases import letters
from dsar.cases.states import State
from tests.engine.archives import everything, opened, rows
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


def test_portable_copy_is_limited_by_basis_and_origin(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Contract data is in; what rests on legitimate interest, on law, or was derived is out and named (R117, R121)."""
    request = answered(ask(cast.alice, "portability"))
    assert request.state == State.CLOSED
    archive = opened(request)
    found = rows(archive)
    assert "nickname" in found["testapp.Member"][0]
    assert "text" not in found.get("testapp.Tag", [{}])[0]
    for outside in ("testapp.Device", "testapp.Payment", "testapp.Assessment"):
        assert outside not in found
    text = everything(archive)
    assert cast.alice.canary("opinion") not in text
    assert cast.alice.canary("payer") not in text
    said = letters.read(request.letters.get(kind="answer"))
    assert "testapp.Payment" in json.dumps(said["out_of_scope"])


def test_portable_copy_harms_nobody_and_deletes_nothing(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """What others wrote to her is hers too; nothing else of theirs is in it (R120)."""
    before = Member.objects.filter(user_id=cast.alice.pk).values().get()
    text = everything(opened(answered(ask(cast.alice, "portability"))))
    assert f"canary-{cast.alice.name}" in text
    for other in (cast.bob, cast.carol):
        assert other.canary("nickname") not in text
        assert other.email not in text
    assert Member.objects.filter(user_id=cast.alice.pk).values().get() == before


def test_portable_copy_fits_its_published_schema(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """data.json validates against the schema.json beside it; a changed type would not (R118)."""
    archive = opened(answered(ask(cast.alice, "portability")))
    schema = json.loads(archive.read("schema.json"))
    data = json.loads(archive.read("data.json"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(data)
    data["tables"][0]["rows"][0]["unknown"] = 1
    assert not validator.is_valid(data)
