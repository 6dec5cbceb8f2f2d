"""A kind of record that cannot be read stops a copy, is named, and is left out only by staff who say why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import letters, lifecycle, notes
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Request
from dsar.cases.states import Outcome, State
from dsar.engine import execution, skipping
from dsar.engine.skipping import NothingToSkipError
from dsar.ledger import log
from tests.engine.archives import opened, rows
from tests.engine.conftest import make_staff
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

LABEL = "testapp.Member"
REASON = "The disk of portraits is gone; the vendor cannot say when it is back."


@pytest.fixture
def broken(cast: Cast) -> Path:
    """Alice's portrait is there and cannot be read."""
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    portrait.unlink()
    portrait.mkdir()
    return portrait


def tried(request: Request) -> Request:
    """Try so often that a person has to look."""
    for _ in range(5):
        Request.objects.filter(pk=request.pk).update(lease_until=None)
        execution.run(request.pk)
    request.refresh_from_db()
    return request


def details(request: Request, tag: str) -> list[dict[str, Any]]:
    return [
        json.loads(one.canonical)["detail"] for one in log.entries(request.pk) if one.tag == tag
    ]


def test_what_could_not_be_read_is_named_left_out_and_told(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    broken: Path,
    dora: Actor,
) -> None:
    request = tried(granted(ask(cast.alice, "access")))
    assert request.state == State.NEEDS_ATTENTION
    (stopped,) = details(request, "execution.stopped")
    assert stopped == {"reason": "IsADirectoryError", "declaration": LABEL}
    assert skipping.failed(request) == LABEL
    for label, reason in ((LABEL, " "), ("testapp.Loan", REASON), ("", REASON)):
        with pytest.raises(NothingToSkipError):
            skipping.skip(request, label=label, actor=dora, reason=reason)
    handler = make_staff("hal", group="Privacy handlers")
    with pytest.raises(NotPermittedError):
        skipping.skip(request, label=LABEL, actor=handler, reason=REASON)
    assert request.case.notes.count() == 0
    skipping.skip(request, label=LABEL, actor=dora, reason=REASON)
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.PARTIALLY_FULFILLED)
    copy = opened(request)
    assert LABEL not in rows(copy)
    assert not [name for name in copy.namelist() if "testapp.Member" in name]
    assert len(rows(copy)["testapp.Loan"]) == 3
    assert "could not be read" in copy.read("index.html").decode()
    letter = request.letters.get(kind="answer")
    said = letters.read(letter)
    assert "could not read it" in said["skipped"][-1]
    assert {"what": LABEL, "why": "could not be read"} in said["exclusions"]
    assert "could not read it" in letters.render(letter).text
    (skipped,) = details(request, "step.skipped")
    assert skipped["declaration"] == LABEL
    assert skipped["role"] == "officer"
    with pytest.raises(NothingToSkipError):
        skipping.skip(request, label=LABEL, actor=dora, reason=REASON)
    assert "vendor" not in "".join(one.canonical for one in log.entries(request.pk))
    assert notes.read(request.case.notes.get()) == REASON
    assert not request.steps.filter(declaration=LABEL).exists()


def test_back_in_review_the_plan_is_whole_again_and_what_was_mended_is_in_the_copy(  # noqa: PLR0917 - fixtures.
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    broken: Path,
    dora: Actor,
    tmp_path: Path,
) -> None:
    """What is left out is left out of this attempt; another cause stops it anew, and a decision drops it."""
    request = tried(granted(ask(cast.alice, "access")))
    skipping.skip(request, label=LABEL, actor=dora, reason=REASON)
    folder = tmp_path / "packages"
    folder.rename(tmp_path / "away")
    folder.write_text("in the way")
    request = tried(request)
    assert request.state == State.NEEDS_ATTENTION
    assert skipping.failed(request) == ""
    folder.unlink()
    broken.rmdir()
    broken.write_bytes(b"a portrait")
    lifecycle.advance(request, to=State.IN_REVIEW, actor=dora)
    request = granted(request.case)
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert LABEL in rows(opened(request))
