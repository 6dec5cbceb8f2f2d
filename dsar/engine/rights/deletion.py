"""Deletion (GDPR Art. 17; in Singapore the policy's promise): erased where nothing forbids it, else retained."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from dsar import conf
from dsar.cases import subjects
from dsar.cases.states import Outcome
from dsar.contract import compiler
from dsar.contract.vocabulary import Row
from dsar.crashpoints import effect
from dsar.engine import (
    answering,
    covering,
    discovery,
    erasing,
    journal,
    leases,
    noting,
    removals,
    retaining,
    suppressing,
    telling,
    verification,
)
from dsar.engine.journal import Erasure
from dsar.engine.models import Step
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import holds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration
    from dsar.engine.leases import Lease

_ACTIONS = {Row.DELETED: "delete", Row.OVERWRITTEN: "overwrite", Row.RETAINED: "retain"}


class EligibilityChangedError(RuntimeError):
    """A hold was placed since the deletion was approved; it needs a person's attention."""


def steps(request: Request, counts: dict[str, int]) -> list[dict[str, Any]]:
    """What happens to each declaration's rows, in foreign-key order, and why whatever stays stays."""
    return [
        *(step for _, step in kinds(counts, covering.of(request))),
        {"action": "files", "reason": "Remove the stored files of these rows."},
        {
            "action": "journal",
            "reason": "Note the deletion outside the database, for restored backups.",
        },
        {"action": "verify", "reason": "Read again: only what is retained may be found."},
    ]


def kinds(
    counts: dict[str, int], covered: Sequence[Declaration]
) -> list[tuple[Declaration, dict[str, Any]]]:
    """The steps that act on records, one for each covered kind of which there are any."""
    return [
        (declaration, _step(declaration, counts[declaration.label]))
        for declaration in compiler.order(covered)
        if counts[declaration.label]
    ]


def _step(declaration: Declaration, rows: int) -> dict[str, Any]:
    return {
        "action": _ACTIONS[declaration.row],
        "declaration": declaration.label,
        "title": str(declaration.model._meta.verbose_name_plural),
        "expected": rows,
        "fields": {
            field.name: compiler.what_happens(treatment, row=declaration.row)
            for field, treatment in compiler.fields_of(declaration)
        },
        "reason": _why_kept(declaration),
    }


def _why_kept(declaration: Declaration) -> str:
    if declaration.row is Row.DELETED:
        return ""
    kept = declaration.retention
    return f"Kept {retaining.length(kept)}: {kept.law}."


def run(lease: Lease) -> None:
    """Erase, remove files, journal, verify, answer; each part is found done or undone by whoever comes next."""
    if _state_of(lease, "files") is Step.State.WAITING:
        _erase_large(lease)
        _erase(lease)
    removals.carry_out(lease.request_id)
    _journal(lease)
    if _may_sweep_now(lease):
        _answer(lease)


def _state_of(lease: Lease, action: str) -> Step.State:
    step = Step.objects.get(request=lease.request_id, action=action)
    return Step.State(step.state)


def _may_sweep_now(lease: Lease) -> bool:
    """Whether the sweep may run; otherwise the request waits, untouched, for the off-peak hour."""
    hour = conf.get("SWEEP_HOUR")
    if hour is None or timezone.localtime().hour == hour:
        return True
    leases.postpone(lease, until=_next(hour))
    return False


def _next(hour: int) -> datetime:
    today = timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > timezone.localtime() else today + timedelta(days=1)


def _check_still_allowed(request: Request) -> None:
    person = request.case.subject_id
    if person is not None and holds.is_open(person):
        raise EligibilityChangedError


def _erase_large(lease: Lease) -> None:
    """Models with more rows than one transaction should carry, batch by batch, each behind a fence.

    The account is closed first, so that nothing new is written while the batches run.
    """
    limit = conf.get("BATCH_ROWS")
    request = leases.read(lease)
    person, covered = subjects.of(request.case), covering.of(request)
    counts = discovery.discover(person, declarations=covered, concealed=True)
    large = [one for one in compiler.order(covered) if counts[one.label] > limit]
    if large:
        _close_account(lease)
    for declaration in large:
        while _erase_batch(lease, declaration, limit):
            pass


def _close_account(lease: Lease) -> None:
    with effect("account.close"), transaction.atomic():
        request = leases.fence(lease)
        _check_still_allowed(request)
        verification.keep_identifiers(request, covering.of(request))
        noting.note(request, covering.of(request))
        if covering.is_whole(request):
            erasing.close_account(subjects.of(request.case))


def _erase_batch(lease: Lease, declaration: Declaration, limit: int) -> int:
    statement = erasing.batch(declaration, rows=limit)
    if statement is None:
        return 0
    with effect("rows.erase_batch"), transaction.atomic():
        request = leases.fence(lease)
        person = subjects.of(request.case)
        noted = removals.intentions([declaration], request.pk)
        done = erasing.pipelined([*noted, statement], person)
        count = done.get(declaration.label, 0)
        Step.objects.filter(request=request, declaration=declaration.label).update(
            done=F("done") + count
        )
        return count


def _erase(lease: Lease) -> None:
    """The deletion itself: one transaction, one statement a model, one ledger entry."""
    with effect("rows.erase"), transaction.atomic():
        request = leases.fence(lease)
        _check_still_allowed(request)
        person = subjects.of(request.case)
        erasing.lock_person(person)
        if covering.is_whole(request):
            suppressing.suppress(request)
        covered = covering.of(request)
        counts = discovery.discover(person, declarations=covered, concealed=True)
        shown = discovery.discover(person, declarations=covered)
        held = [one for one in covered if counts[one.label]]
        verification.keep_identifiers(request, held)
        noting.note(request, held)
        found = [*removals.intentions(held, request.pk), *erasing.statements(held)]
        done = erasing.pipelined(found, person)
        _record(request, done, kept=_without(counts, done), shown=_some(shown))


def _record(
    request: Request, done: dict[str, int], *, kept: dict[str, int], shown: dict[str, int]
) -> None:
    """Mark every step, note the cut-off, and say so in the ledger: all that makes this deletion done once."""
    declared = list(Step.objects.filter(request=request).exclude(declaration=""))
    for step in declared:
        step.state = Step.State.DONE
        step.done += done.get(step.declaration, 0)
    Step.objects.bulk_update(declared, ["state", "done"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dsar_engine_step SET state = 'intended',"
            " cursor = %s::jsonb || jsonb_build_object('cut_off', to_json(now())#>>'{}')"
            " WHERE request_id = %s AND action = 'files'",
            [json.dumps({"done": _some(done), "shown": shown}), request.pk],
        )
    log.append(Tag.STEP_DONE, request=request.pk, action="erase", rows=_some(done), kept=kept)


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {label: count for label, count in counts.items() if count}


def _without(counts: dict[str, int], done: dict[str, int]) -> dict[str, int]:
    return {label: count for label, count in counts.items() if count and label not in done}


def _journal(lease: Lease) -> None:
    request, erased = leases.read(lease), _erased(lease)
    journal.write(
        Erasure(
            request=str(request.pk),
            model=get_user_model()._meta.label,
            person="" if request.case.subject_id is None else str(request.case.subject_id),
            declarations=request.scope.get("declarations"),
            rows=noting.noted(request),
            plan_digest=request.plan.digest,
            cut_off=erased["cut_off"],
        )
    )


def _erased(lease: Lease) -> dict[str, Any]:
    """What the transaction of the deletion noted about itself."""
    return dict(Step.objects.get(request=lease.request_id, action="files").cursor)


def _answer(lease: Lease) -> None:
    request = leases.read(lease)
    explained = verification.verify(request)
    receipts = _receipts(request, _erased(lease))
    kept = any(one["retained"] for one in receipts)
    answering.answer(
        lease,
        content={
            "receipts": receipts,
            "recipients": telling.names(one["declaration"] for one in receipts),
        },
        outcome=_outcome(receipts, kept=kept),
        result={"receipts": receipts},
        first=lambda: _conclude(request, explained),
    )


def _conclude(request: Request, explained: dict[str, int]) -> None:
    verification.forget_identifiers(request)
    telling.open_tasks(request)
    log.append(Tag.DELETION_VERIFIED, request=request.pk, explained=explained)


def _outcome(receipts: list[dict[str, Any]], *, kept: bool) -> Outcome:
    if not receipts:
        return Outcome.NO_DATA_HELD
    return Outcome.PARTIALLY_FULFILLED if kept else Outcome.FULFILLED


def _receipts(request: Request, erased: dict[str, Any]) -> list[dict[str, Any]]:
    """Per kind of record: how many were deleted, overwritten, retained, until when and why (R87, R95).

    Only what the person may learn of: records that are concealed are counted nowhere in it.
    """
    steps = Step.objects.filter(request=request).exclude(declaration="")
    in_batches = {step.declaration: step.done for step in steps}
    planned = {one.get("declaration"): one for one in request.plan.document["steps"]}
    counts = {
        one.label: max(erased["shown"].get(one.label, 0), _batched(one, in_batches, erased))
        for one in covering.of(request)
    }
    return [
        _receipt(step | planned.get(one.label, {}), rows=counts[one.label])
        for one, step in kinds(counts, covering.of(request))
    ]


def _batched(declaration: Declaration, in_batches: dict[str, int], erased: dict[str, Any]) -> int:
    """Rows that went in batches before the deletion's own transaction; kinds with concealed rows are not told."""
    if declaration.concealed:
        return 0
    at_once: int = erased["done"].get(declaration.label, 0)
    return max(in_batches.get(declaration.label, 0), at_once)


def _receipt(step: dict[str, Any], *, rows: int) -> dict[str, Any]:
    kept = sorted(name for name, done in step["fields"].items() if done == "retained")
    return {
        "declaration": step["declaration"],
        "title": step["title"],
        "deleted": rows if step["action"] == "delete" else 0,
        "overwritten": rows if step["action"] == "overwrite" else 0,
        "retained": rows if step["action"] == "retain" or kept else 0,
        "retained_fields": kept,
        "until": step.get("until", ""),
        "reason": step["reason"],
    }
