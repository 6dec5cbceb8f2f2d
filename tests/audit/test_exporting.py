"""What an auditor takes away: complete, told from the entries, and checked by a program that shares no code with it."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone

from dsar.audit import exporting, members, verify_export
from dsar.audit.models import Export
from dsar.audit.rows import COLUMNS
from dsar.audit.verify_export import Refused, verify
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Request
from dsar.ledger.models import Entry
from dsar.packages import vault
from dsar.packages.models import Package
from tests import faces
from tests.audit.altering import altered, lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.testapp.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def rows(path: Path) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read("history.csv").decode())))


def test_the_history_verifies_and_says_how_each_request_went(
    cast: Cast, taken: Callable[..., Path], keys: list[str]
) -> None:
    access = faces.file(cast.alice, "access", "portability")
    faces.file(cast.bob, "deletion")
    faces.work()
    path = taken()
    found = rows(path)
    assert [one["right"] for one in found] == ["access", "portability", "deletion"]
    assert list(found[0]) == list(COLUMNS)
    first = found[0]
    request = Request.objects.get(case=access, right="access")
    assert first["reference"] == access.reference
    assert (first["item_no"], first["outcome"]) == ("1", request.outcome)
    assert (first["verification_result"], first["on_time"]) == ("verified", "yes")
    assert first["initial_due"] == request.clocks[0]["strict"]
    assert verify(path, keys)[1] == 3


def test_nobody_is_named(cast: Cast, taken: Callable[..., Path]) -> None:
    faces.file(cast.alice, "access")
    faces.work()
    with zipfile.ZipFile(taken()) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert cast.alice.email.encode() not in content
            assert b"alice" not in content.lower()


def test_a_period_holds_what_was_received_in_it_and_hides_the_other_texts(
    cast: Cast, taken: Callable[..., Path], keys: list[str]
) -> None:
    with time_machine.travel("2027-03-10T04:00:00Z"):
        faces.file(cast.alice, "access")
        faces.work()
    with time_machine.travel("2027-05-10T04:00:00Z"):
        kept = faces.file(cast.bob, "access")
        faces.work()
    with time_machine.travel("2027-06-10T04:00:00Z"):
        path = taken(first_day=date(2027, 5, 1), last_day=date(2027, 5, 31))
        assert [one["reference"] for one in rows(path)] == [kept.reference]
        assert verify(path, keys)[1] == 1
    with zipfile.ZipFile(path) as archive:
        shown = [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]
    hidden = [one for one in shown if one["entry"] is None]
    assert hidden
    assert [one["index"] for one in shown] == list(range(len(shown)))
    assert [
        one["entry"] for one in shown if one["entry"] and '"at":"2027-03-10' in one["entry"]
    ] == []


def test_a_period_by_the_day_of_closing(
    cast: Cast, taken: Callable[..., Path], keys: list[str]
) -> None:
    with time_machine.travel("2027-03-10T04:00:00Z"):
        kept = faces.file(cast.alice, "access")
        faces.file(cast.bob, "access", at=timezone.now() - timedelta(days=9))
    with time_machine.travel("2027-05-10T04:00:00Z"):
        faces.work()
        day = date(2027, 5, 10)
        path = taken(by="closed", first_day=day, last_day=day)
    assert [one["reference"] for one in rows(path)] == [kept.reference]
    assert verify(path, keys)[1] == 1


def test_the_same_seed_gives_the_same_sample_and_the_population_is_whole(
    cast: Cast, taken: Callable[..., Path], keys: list[str]
) -> None:
    faces.file(cast.alice, "access", "portability", "deletion")
    faces.file(cast.bob, "access", "portability", at=timezone.now() - timedelta(days=9))
    paths = [taken(seed=seed, sample_size=3) for seed in ("2026-4711", "2026-4711", "another")]
    for path in paths:
        assert verify(path, keys)[1] == len(rows(path)) == Request.objects.count()
    samples = [zipfile.ZipFile(path).read("sample.csv") for path in paths]
    assert samples[0] == samples[1] != samples[2]
    export = Export.objects.filter(seed="another").get()
    assert (export.rows, len(export.sample)) == (5, 3)
    by_hand = sorted(
        (hashlib.sha256(f"another\n{one['reference']}\n{one['item_no']}".encode()).hexdigest(), one)
        for one in rows(paths[-1])
    )[:3]
    assert [one["draw"] for one in export.sample] == [draw for draw, _ in by_hand]


def test_the_evidence_of_one_request_proves_each_of_its_entries(
    cast: Cast, taken: Callable[..., Path], keys: list[str]
) -> None:
    case = faces.file(cast.alice, "access")
    other = faces.file(cast.bob, "access")
    faces.work()
    path = taken(request=case.requests.get().pk)
    assert verify(path, keys)[1] == 1
    with zipfile.ZipFile(path) as archive:
        shown = archive.read("evidence.jsonl")
    assert str(case.pk).encode() in shown
    assert str(other.pk).encode() not in shown

    def without_its_end(found: list[bytes]) -> list[bytes]:
        return found[:-1]

    def told_otherwise(found: list[bytes]) -> list[bytes]:
        return [found[0].replace(b"portal", b"letter"), *found[1:]]

    for change in (without_its_end, told_otherwise):
        with pytest.raises(Refused):
            verify(altered(path, "evidence.jsonl", lines(change)), keys)


def test_only_who_may_audit_exports_and_it_stands_in_the_ledger(
    cast: Cast, taken: Callable[..., Path], auditor: Actor
) -> None:
    for role in ("handler", "reviewer"):
        with pytest.raises(NotPermittedError):
            exporting.ask(actor=Actor(kind=ActorKind.STAFF, user=faces.member_of_staff(role)))
    assert not Export.objects.exists()
    faces.file(cast.alice, "access")
    path = taken(first_day=date(2020, 1, 1))
    said = json.loads(Entry.objects.get(tag="data.exported").canonical)["detail"]
    with zipfile.ZipFile(path) as archive:
        manifest = hashlib.sha256(archive.read("manifest.json")).hexdigest()
    assert (said["rows"], said["first"], said["manifest_sha256"]) == (1, "2020-01-01", manifest)


def test_the_archive_lies_sealed_and_goes_when_its_time_is_over(
    cast: Cast, taken: Callable[..., Path], auditor: Actor, tmp_path: Path
) -> None:
    faces.file(cast.alice, "access")
    taken()
    export = Export.objects.get()
    stored = [one for one in (tmp_path / "packages").rglob("*") if one.is_file()]
    assert stored
    assert all(b"history.csv" not in one.read_bytes() for one in stored)
    Package.objects.filter(request_reference=export.pk).update(expires_at=timezone.now())
    vault.expire_due()
    assert exporting.package(export) is None
    assert not any(one.is_file() for one in (tmp_path / "packages").rglob("*"))


def test_a_formula_in_a_cell_is_only_text() -> None:
    assert members.csv_line(["=HYPERLINK(1)"]) == "'=HYPERLINK(1)\r\n"


def test_who_comes_second_writes_nothing_and_a_lost_one_is_taken_up(
    cast: Cast, auditor: Actor
) -> None:
    faces.file(cast.alice, "access")
    export = exporting.ask(actor=auditor)
    assert exporting.claim(export.pk) is not None
    assert not exporting.run(export.pk)
    assert exporting.sweep() == 0
    lost = timezone.now() - timedelta(minutes=5)
    Export.objects.update(beat_at=lost)
    assert exporting.sweep() == 1
    assert exporting.run(export.pk)
    assert Export.objects.get().state == Export.State.READY


def test_what_fails_again_and_again_is_given_up(cast: Cast, auditor: Actor) -> None:
    export = exporting.ask(actor=auditor)
    Export.objects.update(
        state="writing", attempts=3, beat_at=timezone.now() - timedelta(minutes=5)
    )
    assert not exporting.run(export.pk)
    assert Export.objects.get().state == Export.State.FAILED


def test_the_first_day_lies_before_the_last(auditor: Actor) -> None:
    with pytest.raises(exporting.PeriodError):
        exporting.ask(actor=auditor, first_day=date(2026, 2, 1), last_day=date(2026, 1, 1))


def test_the_verifier_stands_alone() -> None:
    source = Path(verify_export.__file__).read_text("utf-8")
    assert source.count("\n") < 300
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert imported <= sys.stdlib_module_names | {"cryptography"}


def test_a_period_in_which_nobody_asked_is_an_export_without_rows(
    cast: Cast, taken: Callable[..., Path], keys: list[str]
) -> None:
    faces.file(cast.alice, "access")
    path = taken(last_day=date(2020, 1, 1))
    assert rows(path) == []
    assert verify(path, keys)[1] == 0
