"""After a deletion: the same reading must return only what was planned to stay, and nothing may still name the person.

The first look counts the person's own rows. The second is the sweep, for all deletions at once that wait for it, at an
off-peak hour if one is set: whoever comes first searches for everybody, whoever comes next finds a verdict.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from psycopg.types.json import Jsonb

from dsar.cases import covering, subjects
from dsar.cases.models import Request
from dsar.cases.states import Right, State
from dsar.crashpoints import effect
from dsar.engine import erasing, identifiers, prepared, sweeping, turns
from dsar.engine.models import Removal, Step, Sweep
from dsar.engine.sweeping import Search, Verdict
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.contract.declarations import Declaration

_FRESH = timedelta(hours=6)
"""A verdict that lay longer says too little about now."""
SLICE_SECONDS = 2.0
"""After so long a search is kept; what is searched at once is one table or one shelf at least."""


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


def verify(request: Request, *, since: float) -> dict[str, int]:
    """Both looks at once; returns how many hits of the sweep were explained, by place.

    Raises LeftoverError; and GivenBackError where the sweep is not over when the slice that began at `since` is.
    """
    verify_rows(request)
    if not covering.is_whole(request) or request.kept:
        # The person's other records rightly go on naming them.
        return {}
    verdict = _verdict(request, since=since)
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


def _verdict(request: Request, *, since: float) -> Verdict:
    """The verdict on this deletion; where there is none yet, search for everybody who waits for one.

    The search is kept after every few seconds, and gives way then to what is due before it: whoever is killed in it
    loses so much, and the next one goes on.
    """
    searches: dict[int, Search] = {}
    while True:
        found = _look(request, searches)
        if found is not None:
            return found
        turns.give_way(since=since)


def _look(request: Request, searches: dict[int, Search]) -> Verdict | None:
    """The verdict; or None, with some more places searched. `searches` are those that this worker has prepared."""
    with effect("database.sweep"), transaction.atomic():
        _take_turns()
        known = _noted(request)
        if known is not None:
            return known
        sweep = _open(request)
        if sweep.pk not in searches:
            searches[sweep.pk] = _prepared(sweep)
        search = searches[sweep.pk]
        if request.pk not in search.erased:
            raise box.KeyDestroyedError
        search.verdicts = _found(sweep, search)
        if not _go_on(search, sweep):
            sweep.found = {
                str(pk): _said(one) for pk, one in search.verdicts.items() if one != Verdict()
            }
            sweep.save(update_fields=["searched", "found"])
            return None
        _note(search.verdicts, sweep.begun_at)
        sweep.delete()
    return search.verdicts[request.pk]


def has_begun(request: Request) -> bool:
    """Whether a search for this deletion is on, or has a verdict: then it need not wait for another hour."""
    return _noted(request) is not None or _searching(request, _fresh()).exists()


def _fresh() -> QuerySet[Sweep]:
    return Sweep.objects.filter(begun_at__gt=timezone.now() - _FRESH)


def _searching(request: Request, sweeps: QuerySet[Sweep]) -> QuerySet[Sweep]:
    return sweeps.filter(requests__contains=[str(request.pk)])


def _open(request: Request) -> Sweep:
    """The search that is on for this deletion; where there is none, one for all that wait and are in none."""
    fresh = _fresh()
    mine = _searching(request, fresh).order_by("-begun_at").first()
    if mine is not None:
        return mine
    Sweep.objects.exclude(pk__in=fresh.values("pk")).delete()
    taken = {one for requests in fresh.values_list("requests", flat=True) for one in requests}
    others = (str(one.pk) for one in _others(request))
    return Sweep.objects.create(
        begun_at=timezone.now(),
        requests=[str(request.pk), *(one for one in others if one not in taken)],
    )


def _prepared(sweep: Sweep) -> Search:
    """What is needed to search: what names each of these people."""
    requests = Request.objects.filter(pk__in=sweep.requests).select_related("case__key")
    return Search(list(identifiers.erased(requests)))


def _go_on(search: Search, sweep: Sweep) -> bool:
    """Search the next places for some seconds, one at least; whether all are done."""
    began = time.monotonic()
    ahead = [one for one in sweeping.places() if one.name not in sweep.searched]
    for number, place in enumerate(ahead, start=1):
        search.through(place)
        sweep.searched.append(place.name)
        if time.monotonic() - began > SLICE_SECONDS:
            return number == len(ahead)
    return True


def _found(sweep: Sweep, search: Search) -> dict[UUID, Verdict]:
    """What a search has found so far, by whomever."""
    return {pk: _read(sweep.found.get(str(pk), {})) for pk in search.erased}


def _read(said: Mapping[str, Any]) -> Verdict:
    return Verdict(
        explained=Counter(said.get("explained", {})), failed=Counter(said.get("failed", {}))
    )


def _said(verdict: Verdict) -> dict[str, dict[str, int]]:
    return {"explained": dict(verdict.explained), "failed": dict(verdict.failed)}


def _take_turns() -> None:
    """One search at a time, however many workers come; nothing else is locked while it lasts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', '0', true),"
            " pg_advisory_xact_lock(hashtext('dsar.sweep'))"
        )


def _noted(request: Request) -> Verdict | None:
    found = _steps(request).values_list("cursor__verdict", flat=True).get()
    return _read(found) if _is_fresh(found) else None


def _is_fresh(verdict: Mapping[str, Any] | None) -> bool:
    begun = parse_datetime(verdict["begun"]) if verdict else None
    return begun is not None and timezone.now() - begun <= _FRESH


def _others(request: Request) -> Iterator[Request]:
    """The other deletions that have erased rows and files and now wait for a verdict."""
    steps = Step.objects.filter(request=OuterRef("pk"))
    waiting = Request.objects.filter(
        Exists(steps.filter(action="files", state=Step.State.INTENDED)),
        Exists(steps.filter(action="verify", state=Step.State.WAITING, cursor__has_key="since")),
        ~Exists(Removal.objects.filter(request_reference=OuterRef("pk"))),
        right=Right.DELETION,
        state=State.EXECUTING,
    ).exclude(pk=request.pk)
    known = steps.filter(action="verify").values("cursor__verdict")
    return (
        other
        for other in waiting.annotate(verdict=Subquery(known))
        if covering.is_whole(other) and not (other.kept or _is_fresh(other.verdict))
    )


_NOTE = """
UPDATE dsar_engine_step step SET cursor = step.cursor || jsonb_build_object('verdict', found.verdict)
  FROM unnest(%s::uuid[], %s::jsonb[]) AS found (request, verdict)
 WHERE step.request_id = found.request AND step.action = 'verify' AND step.state = %s AND step.cursor ? 'since'
"""


def _note(verdicts: Mapping[UUID, Verdict], begun: datetime) -> None:
    """Leave each verdict for whoever carries that deletion on; one that went on meanwhile needs none."""
    said = [Jsonb({"begun": begun.isoformat()} | _said(one)) for one in verdicts.values()]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [[*verdicts], said, Step.State.WAITING])
