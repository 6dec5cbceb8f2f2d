"""Deletion (GDPR Art. 17; a promise of the policy in Singapore): erased where nothing forbids it, retained by law elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from dsar import conf
from dsar.cases.states import Outcome
from dsar.contract import compiler, registry
from dsar.contract.vocabulary import Row
from dsar.engine import (
    answering,
    discovery,
    erasing,
    journal,
    leases,
    removals,
    telling,
    verification,
)
from dsar.engine.journal import Erasure
from dsar.engine.models import Step
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import holds, suppression

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
        *kinds(counts),
        {"action": "files", "reason": "Remove the stored files of these rows."},
        {
            "action": "journal",
            "reason": "Note the deletion outside the database, for restored backups.",
        },
        {"action": "verify", "reason": "Read again: only what is retained may be found."},
    ]


def kinds(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The steps that act on records, one for each kind of which there are any."""
    return [
        _step(declaration, counts[declaration.label])
        for declaration in compiler.order(registry.current().all())
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
    length = ", ".join(
        f"{number} {unit}"
        for number, unit in ((kept.years, "years"), (kept.months, "months"), (kept.days, "days"))
        if number
    )
    return f"Kept {length} after {kept.after.replace('_', ' ')}: {kept.law}."


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
    if holds.is_open(request.case.subject_id):
        raise EligibilityChangedError


def _declarations() -> Sequence[Declaration]:
    return registry.current().all()


def _erase_large(lease: Lease) -> None:
    """Models with more rows than one transaction should carry, batch by batch, each behind a fence.

    The account is closed first, so that nothing new is written while the batches run.
    """
    limit = conf.get("BATCH_ROWS")
    person = leases.read(lease).case.subject_id
    counts = discovery.discover(person, concealed=True)
    large = [one for one in compiler.order(_declarations()) if counts[one.label] > limit]
    if large:
        _close_account(lease)
    for declaration in large:
        while _erase_batch(lease, declaration, limit):
            pass


def _close_account(lease: Lease) -> None:
    with transaction.atomic():
        request = leases.fence(lease)
        _check_still_allowed(request)
        verification.keep_identifiers(request, _declarations())
        erasing.close_account(request.case.subject_id)


def _erase_batch(lease: Lease, declaration: Declaration, limit: int) -> int:
    statement = erasing.batch(declaration, rows=limit)
    if statement is None:
        return 0
    with transaction.atomic():
        request = leases.fence(lease)
        person = request.case.subject_id
        noted = removals.intentions([declaration], request.pk)
        done = erasing.pipelined([*noted, statement], person)
        count = done.get(declaration.label, 0)
        Step.objects.filter(request=request, declaration=declaration.label).update(
            done=F("done") + count
        )
        return count


def _erase(lease: Lease) -> None:
    """The deletion itself: one transaction, one statement a model, one ledger entry."""
    with transaction.atomic():
        request = leases.fence(lease)
        _check_still_allowed(request)
        person = request.case.subject_id
        erasing.lock_person(person)
        _suppress(person)
        counts = discovery.discover(person, concealed=True)
        held = [one for one in _declarations() if counts[one.label]]
        verification.keep_identifiers(request, held)
        found = [*removals.intentions(held, request.pk), *erasing.statements(held)]
        done = erasing.pipelined(found, person)
        _record(request, done, counts)


def _suppress(person: object) -> None:
    """Keep the address from coming back through an import: only its HMAC stays (R92)."""
    user = get_user_model()
    address = user._base_manager.filter(pk=person).values_list(user.EMAIL_FIELD, flat=True).first()
    if address:
        suppression.add(address)


def _record(request: Request, done: dict[str, int], counts: dict[str, int]) -> None:
    """Mark every step, note the cut-off, and say so in the ledger: all that makes this deletion done once."""
    declared = list(Step.objects.filter(request=request).exclude(declaration=""))
    for step in declared:
        step.state = Step.State.DONE
        step.done += done.get(step.declaration, 0)
    Step.objects.bulk_update(declared, ["state", "done"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dsar_engine_step SET state = 'intended',"
            " cursor = jsonb_build_object('cut_off', to_json(now())#>>'{}')"
            " WHERE request_id = %s AND action = 'files'",
            [request.pk],
        )
    retained = {label: count for label, count in counts.items() if count and label not in done}
    log.append(Tag.STEP_DONE, request=request.pk, action="erase", rows=_some(done), kept=retained)


def _some(done: dict[str, int]) -> dict[str, int]:
    return {label: count for label, count in done.items() if count}


def _journal(lease: Lease) -> None:
    files = Step.objects.select_related("request__plan", "request__case").get(
        request=lease.request_id, action="files"
    )
    journal.write(
        Erasure(
            request=str(lease.request_id),
            model=get_user_model()._meta.label,
            person=str(files.request.case.subject_id),
            plan_digest=files.request.plan.digest,
            cut_off=files.cursor["cut_off"],
        )
    )


def _answer(lease: Lease) -> None:
    request = leases.read(lease)
    explained = verification.verify(request)
    receipts = _receipts(request)
    kept = any(one["retained"] for one in receipts)
    answering.answer(
        lease,
        content={
            "receipts": receipts,
            "recipients": [one["name"] for one in telling.recipients(request)],
        },
        outcome=_outcome(receipts, kept=kept),
        result={"receipts": receipts, "explained": explained},
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


def _receipts(request: Request) -> list[dict[str, Any]]:
    """Per declaration: how many rows were deleted, overwritten, retained, until when and why (R87, R95)."""
    planned = {one.get("declaration"): one for one in request.plan.document["steps"]}
    return [
        _receipt(step, planned.get(step.declaration, {}))
        for step in Step.objects.filter(request=request).exclude(declaration="")
    ]


def _receipt(step: Step, planned: dict[str, Any]) -> dict[str, Any]:
    kept = {name for name, done in planned.get("fields", {}).items() if done == "retained"}
    return {
        "declaration": step.declaration,
        "title": planned.get("title", step.declaration),
        "deleted": step.done if step.action == "delete" else 0,
        "overwritten": step.done if step.action == "overwrite" else 0,
        "retained": step.expected if step.action == "retain" or kept else 0,
        "retained_fields": sorted(kept),
        "reason": planned.get("reason", ""),
    }
