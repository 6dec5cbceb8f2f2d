"""Deletion (GDPR Art. 17; in Singapore the policy's promise): erased where nothing forbids it, else retained."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Exists, F
from django.utils import timezone
from django.utils.translation import override

from dsar import conf
from dsar.cases import covering, subjects
from dsar.cases.states import Outcome
from dsar.contract import compiler
from dsar.contract.people import Guest
from dsar.contract.vocabulary import Row
from dsar.crashpoints import effect
from dsar.engine import (
    answering,
    erasing,
    grounding,
    journal,
    keeping,
    leases,
    noting,
    removals,
    retaining,
    suppressing,
    surveying,
    telling,
    turns,
    verification,
)
from dsar.engine.journal import Erasure
from dsar.engine.models import Step
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration
    from dsar.engine.leases import Lease
    from dsar.engine.surveying import Survey

_ACTIONS = {Row.DELETED: "delete", Row.OVERWRITTEN: "overwrite", Row.RETAINED: "retain"}


class EligibilityChangedError(RuntimeError):
    """A hold was placed since the deletion was approved; it needs a person's attention."""


def steps(request: Request, counts: dict[str, int]) -> list[dict[str, Any]]:
    """What happens to each declaration's rows, in foreign-key order, and why whatever stays stays."""
    return [
        *(_explained(request, step) for _, step in kinds(counts, covering.of(request))),
        {"action": "files", "reason": "Remove the stored files of these rows."},
        {
            "action": "journal",
            "reason": "Note the deletion outside the database, for restored backups.",
        },
        {"action": "verify", "reason": "Read again: only what is retained may be found."},
    ]


def _explained(request: Request, step: dict[str, Any], *, language: str = "en") -> dict[str, Any]:
    """With the ground of the decision where that is why the kind stays."""
    reason = keeping.reason(request, step["declaration"], language=language)
    return step | {"reason": reason} if reason else step


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
    """Erase, journal, remove files, verify, answer; each part is found done or undone by whoever comes next.

    The journal is written while the files go and the rows are looked for again: it has to be on its disk before
    the request closes, and not sooner.
    """
    work = _erase(lease, most=conf.get("BATCH_ROWS"))
    if work.large:
        _erase_large(lease, work.large)
        work = _erase(lease)
    with journal.writing(_erasure(work)) as journalled:
        removals.carry_out(lease.request_id)
        hour = _hour_of_the_sweep(work.request)
        if hour is None:
            _answer(lease, work, journalled)
    if hour is not None:
        # Only now, when the erasure is kept: until that hour comes, nobody would see that it is missing.
        leases.postpone(lease, until=_next(hour))


@dataclass(frozen=True, kw_only=True)
class _Work:
    """The deletion as its own transaction found or left it."""

    request: Request
    steps: dict[str, Step]
    """By declaration, or by action where a step has none."""
    large: list[Declaration] = field(default_factory=list)
    """Kinds with more rows than one transaction should carry: where there are any, nothing was done yet."""

    @cached_property
    def person(self) -> object:
        """Whose rows go, as statements are bound to them."""
        return subjects.of(self.request.case)


def _erase(lease: Lease, *, most: int | None = None) -> _Work:
    """The deletion itself, unless it is done: one transaction, one statement a model, one ledger entry.

    Nothing is done where a model has more than `most` rows to write.
    """
    with effect("rows.erase"), transaction.atomic(), log.together():
        request = leases.fence(lease)
        work = _Work(request=request, steps=_steps_of(request))
        if work.steps["files"].state != Step.State.WAITING:
            return work
        _check_still_allowed(work)
        addresses = erasing.lock_person(work.person)
        covered = covering.of(request)
        if most is not None and (large := _large(work, covered, most=most)):
            return replace(work, large=large)
        telling.note_received(request)
        found = surveying.survey(covered, work.person)
        if covering.is_whole(request):
            suppressing.suppress(addresses, request=request)
        _carry_out(work, found, covered=covered)
    return work


def _steps_of(request: Request) -> dict[str, Step]:
    """The steps, each with whether a hold stands by now, which costs no statement of its own."""
    standing = holds.open_for(request.case.subject_id)
    held = Exists(standing.filter(holds.against(covering.of(request))))
    steps = Step.objects.filter(request=request).annotate(is_held=held)
    return {step.declaration or step.action: step for step in steps}


def _large(work: _Work, covered: Sequence[Declaration], *, most: int) -> list[Declaration]:
    """Kinds of which the plan counted so many, in the order in which they must go.

    Of rows that stay, however many, nothing is written. What came since makes one transaction longer, and no worse.
    """
    counted = {label: step.expected for label, step in work.steps.items() if step.declaration}
    return [
        one
        for one in compiler.order(covered)
        if counted.get(one.label, 0) > most and one.row is not Row.RETAINED
    ]


def _carry_out(work: _Work, found: Survey, *, covered: Sequence[Declaration]) -> None:
    held = [one for one in covered if one.label in found.counts]
    # Asked of all kinds, not only of those that are held: it is then the same statement for everybody.
    if "identifiers" not in work.steps["verify"].cursor:
        work.steps["verify"].cursor |= verification.put_aside(work.request, covered)
    if isinstance(work.person, Guest) and "rows" not in work.steps["journal"].cursor:
        work.steps["journal"].cursor["rows"] = noting.keys(work.person, held)
    noted = removals.intentions(held, work.request.pk)
    done = erasing.pipelined([*noted, *found.statements], work.person)
    went = {one.label: done[one.label] for one in held if surveying.goes_whole(one)}
    _record(work, done, found=replace(found, shown=found.shown | went))


def _check_still_allowed(work: _Work) -> None:
    if any(step.is_held for step in work.steps.values()):  # type: ignore[attr-defined]
        raise EligibilityChangedError


def _erase_large(lease: Lease, large: Sequence[Declaration]) -> None:
    """Batch by batch, each behind a fence. The account is closed first, so that nothing new is written meanwhile."""
    _close_account(lease)
    for declaration in large:
        while _erase_batch(lease, declaration):
            turns.give_way(since=lease.since)


def _close_account(lease: Lease) -> None:
    with effect("account.close"), transaction.atomic():
        request = leases.fence(lease)
        _check_still_allowed(_Work(request=request, steps=_steps_of(request)))
        verification.keep_identifiers(request, covering.of(request))
        noting.note(request, covering.of(request))
        telling.note_received(request)
        if covering.is_whole(request):
            erasing.close_account(subjects.of(request.case))


def _erase_batch(lease: Lease, declaration: Declaration) -> int:
    statement = erasing.batch(declaration, rows=conf.get("BATCH_ROWS"))
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


_RECORD = """
UPDATE dsar_engine_step s SET state = v.state, done = v.done, cursor = v.cursor
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::jsonb[]) AS v(id, state, done, cursor) WHERE s.id = v.id
"""


def _record(work: _Work, done: dict[str, int], *, found: Survey) -> None:
    """Mark every step, note the cut-off, and say so in the ledger: all that makes this deletion done once."""
    kept = {label: rows for label, rows in found.counts.items() if label not in done}
    rows = {label: count for label, count in done.items() if count}
    for step in work.steps.values():
        if step.declaration:
            step.state, step.done = Step.State.DONE, step.done + rows.get(step.declaration, 0)
    files = work.steps["files"]
    files.state = Step.State.INTENDED
    files.cursor = {"done": rows, "shown": found.shown, "cut_off": _cut_off(work.request)}
    steps = list(work.steps.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            [
                [step.pk for step in steps],
                [str(step.state) for step in steps],
                [step.done for step in steps],
                [json.dumps(step.cursor) for step in steps],
            ],
        )
    grounds = {label: code for label, code in grounding.of(work.request).items() if label in rows}
    log.append(
        Tag.STEP_DONE,
        request=work.request.pk,
        action="erase",
        rows=rows,
        kept=kept,
        grounds=grounds,
    )


def _cut_off(request: Request) -> str:
    """The database's time right before the rows went: what is born later was not this deletion's to erase."""
    at: datetime = request.at  # type: ignore[attr-defined]  # The fence reads it.
    return at.isoformat()


def _erasure(work: _Work) -> Erasure:
    """The deletion as the journal keeps it; what only its transaction knew is noted in a step."""
    request = work.request
    return Erasure(
        request=str(request.pk),
        model=get_user_model()._meta.label,
        person="" if request.case.subject_id is None else str(request.case.subject_id),
        declarations=covering.journalled(request),
        rows=work.steps["journal"].cursor.get("rows"),
        plan_digest=request.plan.digest,
        cut_off=work.steps["files"].cursor["cut_off"],
    )


def _hour_of_the_sweep(request: Request) -> int | None:
    """The off-peak hour that the sweep waits for; None where it may run now, or began in that hour."""
    hour: int | None = conf.get("SWEEP_HOUR")
    if hour is None or timezone.localtime().hour == hour or verification.has_begun(request):
        return None
    return hour


def _next(hour: int) -> datetime:
    today = timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > timezone.localtime() else today + timedelta(days=1)


def _answer(lease: Lease, work: _Work, journalled: Callable[[], None]) -> None:
    explained = verification.verify(work.request, since=lease.since)
    receipts = _receipts(work)
    kept = any(one["retained"] for one in receipts)
    answering.answer(
        lease,
        content={
            "receipts": receipts,
            "recipients": telling.names((one["declaration"] for one in receipts), work.request),
        },
        outcome=_outcome(receipts, kept=kept),
        result={"receipts": receipts},
        first=lambda: _conclude(work.request, explained),
        last=journalled,
    )


def _conclude(request: Request, explained: dict[str, int]) -> None:
    telling.open_tasks(request)
    log.append(Tag.DELETION_VERIFIED, request=request.pk, explained=explained)


def _outcome(receipts: list[dict[str, Any]], *, kept: bool) -> Outcome:
    if not receipts:
        return Outcome.NO_DATA_HELD
    return Outcome.PARTIALLY_FULFILLED if kept else Outcome.FULFILLED


def _receipts(work: _Work) -> list[dict[str, Any]]:
    """Per kind of record: how many were deleted, overwritten, retained, until when and why (R87, R95).

    Only what the person may learn of: records that are concealed are counted nowhere in it.
    """
    covered, erased = covering.of(work.request), work.steps["files"].cursor
    language = work.request.case.language
    planned = {one.get("declaration"): one for one in work.request.plan.document["steps"]}
    counts = {
        one.label: max(erased["shown"].get(one.label, 0), _batched(one, work)) for one in covered
    }
    with override(language):
        named = {one.label: str(one.model._meta.verbose_name_plural) for one in covered}
    return [
        _receipt(
            work.request,
            _explained(work.request, step | planned.get(one.label, {}), language=language),
            title=named[one.label],
            rows=counts[one.label],
        )
        for one, step in kinds(counts, covered)
    ]


def _batched(declaration: Declaration, work: _Work) -> int:
    """Rows that went in batches before the deletion's own transaction; kinds with concealed rows are not told."""
    step = work.steps.get(declaration.label)
    if declaration.concealed:
        return 0
    at_once: int = work.steps["files"].cursor["done"].get(declaration.label, 0)
    return max(step.done if step else 0, at_once)


def _receipt(request: Request, step: dict[str, Any], *, title: str, rows: int) -> dict[str, Any]:
    ground = step.get("ground", "")
    because = grounding.in_words(request, ground) if ground else ""
    kept = sorted(name for name, done in step["fields"].items() if done == "retained")
    return {
        "declaration": step["declaration"],
        "title": title,
        "deleted": rows if step["action"] == "delete" else 0,
        "overwritten": rows if step["action"] == "overwrite" else 0,
        "retained": rows if step["action"] == "retain" or kept else 0,
        "retained_fields": kept,
        "until": step.get("until", ""),
        "ground": ground,
        "reason": " ".join(part for part in (because, step["reason"]) if part),
    }
