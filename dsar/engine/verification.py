"""After a deletion: the same reading must return only what was planned to stay, and nothing may still name the person.

The first look counts the person's own rows. The second is the sweep, for all deletions at once that wait for it, at an
off-peak hour if one is set: whoever comes first searches for everybody, whoever comes next finds a verdict.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from psycopg.types.json import Jsonb

from dsar.cases import covering, subjects
from dsar.cases.models import Request
from dsar.cases.states import Right, State
from dsar.crashpoints import effect
from dsar.engine import erasing, identifiers, prepared, sweeping
from dsar.engine.models import Removal, Step
from dsar.engine.sweeping import Verdict
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from dsar.contract.declarations import Declaration

_FRESH = timedelta(hours=6)
"""A verdict that lay longer says too little about now."""


class LeftoverError(RuntimeError):
    """Something of the person is still there after a deletion; a member of staff has to look."""

    def __init__(self, places: dict[str, int]) -> None:
        super().__init__(f"still found after deletion: {places}")
        self.places = places


def verify_rows(request: Request) -> None:
    """Count the person's rows again, those born since included; raises LeftoverError."""
    declarations = tuple(covering.of(request))
    counted = prepared.rows(erasing.remaining(declarations), subjects.of(request.case))
    found = {declarations[position].label: rows for position, rows in counted if rows}
    if found:
        raise LeftoverError(found)


def verify(request: Request) -> dict[str, int]:
    """Both looks at once; returns how many hits of the sweep were explained, by place. Raises LeftoverError."""
    verify_rows(request)
    if not covering.is_whole(request) or request.kept:
        # The person's other records rightly go on naming them.
        return {}
    verdict = _verdict(request)
    if verdict.failed:
        # The next attempt searches anew.
        _steps(request).update(cursor=_without_verdict(request))
        raise LeftoverError(dict(verdict.failed))
    return dict(verdict.explained)


def put_aside(request: Request, declarations: Sequence[Declaration]) -> dict[str, str]:
    """What the step that verifies must keep of a person before anything is erased."""
    return identifiers.put_aside(request, declarations)


def keep_identifiers(request: Request, declarations: Sequence[Declaration]) -> None:
    """Keep it at once, where what is erased goes in several transactions."""
    step = _steps(request).get()
    if "identifiers" not in step.cursor:
        step.cursor = step.cursor | put_aside(request, declarations)
        step.save(update_fields=["cursor"])


def _steps(request: Request) -> Any:
    return Step.objects.filter(request=request, action="verify")


def _without_verdict(request: Request) -> dict[str, Any]:
    cursor: dict[str, Any] = _steps(request).values_list("cursor", flat=True).get()
    return {name: value for name, value in cursor.items() if name != "verdict"}


def _verdict(request: Request) -> Verdict:
    """The verdict on this deletion; where there is none yet, search for everybody who waits for one."""
    with effect("database.sweep"), transaction.atomic():
        _take_turns()
        known = _noted(request)
        if known is not None:
            return known
        begun = timezone.now()
        verdicts = sweeping.sweep(list(identifiers.erased([request, *_others(request)])))
        if request.pk not in verdicts:
            raise box.KeyDestroyedError
        _note(verdicts, begun)
    return verdicts[request.pk]


def _take_turns() -> None:
    """One search at a time, however many workers come; nothing else is locked while it lasts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', '0', true),"
            " pg_advisory_xact_lock(hashtext('dsar.sweep'))"
        )


def _noted(request: Request) -> Verdict | None:
    found = _steps(request).values_list("cursor__verdict", flat=True).get()
    begun = parse_datetime(found["begun"]) if found else None
    if begun is None or timezone.now() - begun > _FRESH:
        return None
    verdict = Verdict()
    verdict.explained.update(found["explained"])
    verdict.failed.update(found["failed"])
    return verdict


def _others(request: Request) -> Iterator[Request]:
    """The other deletions that have erased rows and files and now wait for the sweep."""
    steps = Step.objects.filter(request=OuterRef("pk"))
    waiting = (
        Request.objects.filter(
            Exists(steps.filter(action="files", state=Step.State.INTENDED)),
            Exists(
                steps.filter(action="verify", state=Step.State.WAITING, cursor__has_key="since")
            ),
            ~Exists(Removal.objects.filter(request_reference=OuterRef("pk"))),
            right=Right.DELETION,
            state=State.EXECUTING,
        )
        .exclude(pk=request.pk)
        .select_related("case__key")
    )
    return (other for other in waiting if covering.is_whole(other) and not other.kept)


_NOTE = """
UPDATE dsar_engine_step step SET cursor = step.cursor || jsonb_build_object('verdict', found.verdict)
  FROM unnest(%s::uuid[], %s::jsonb[]) AS found (request, verdict)
 WHERE step.request_id = found.request AND step.action = 'verify' AND step.state = %s AND step.cursor ? 'since'
"""


def _note(verdicts: Mapping[UUID, Verdict], begun: datetime) -> None:
    """Leave each verdict for whoever carries that deletion on; one that went on meanwhile needs none."""
    said = [
        Jsonb(
            {
                "begun": begun.isoformat(),
                "explained": dict(one.explained),
                "failed": dict(one.failed),
            }
        )
        for one in verdicts.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [[*verdicts], said, Step.State.WAITING])
