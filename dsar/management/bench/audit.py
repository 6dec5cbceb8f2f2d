"""What must be so after a load: every outcome, every row, every package, every entry, and the ledger as a whole."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.core.management import CommandError, call_command
from django.db import connection

from dsar.cases.models import Letter, Request
from dsar.cases.states import Outcome, Right, State
from dsar.contract import compiler, registry
from dsar.contract.vocabulary import Row
from dsar.ledger import placing, sealing
from dsar.management.bench import people
from dsar.packages import vault
from dsar.packages.models import Package

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from dsar.contract.declarations import Declaration
    from dsar.management.bench.asking import Wish

_COPIES = (Right.ACCESS, Right.PORTABILITY)
_EXPECTED: dict[Right, set[Outcome]] = {
    right: {Outcome.FULFILLED, Outcome.NO_DATA_HELD} for right in Right
} | {
    Right.DELETION: {Outcome.FULFILLED, Outcome.PARTIALLY_FULFILLED, Outcome.NO_DATA_HELD},
    Right.CORRECTION: {Outcome.FULFILLED},
}
_OPENED_EVERY = 20
"""Every package is decrypted; of so many one is unpacked too."""
_ONCE = (
    "request.submitted",
    "request.decided",
    "request.approved",
    "request.claimed",
    "request.closed",
    "deletion.verified",
    "field.corrected",
)
_MORE_THAN_ONCE = """
SELECT tag, count(*) FROM (
    SELECT request, tag FROM dsar_ledger_entry
    WHERE request = ANY(%s) AND (tag = ANY(%s)
        OR tag = 'step.done' AND canonical LIKE '%%"action":"erase"%%')
    GROUP BY request, tag HAVING count(*) > 1) twice
GROUP BY tag
"""
_CLOSED_ONCE = """
SELECT count(DISTINCT request) FROM dsar_ledger_entry WHERE tag = 'request.closed' AND request = ANY(%s)
"""
Counts = dict[str, int]


def look(plan: Sequence[Wish]) -> Counts:
    """How many rows of each kind the people hold who keep theirs, without what goes with somebody else."""
    gone, kept = _people(plan)
    return {one.label: _count(one, kept) - _shared(one, kept, gone) for one in _theirs()}


def _people(plan: Sequence[Wish]) -> tuple[list[Any], list[Any]]:
    """Whoever asked for deletion, and the others."""
    gone = [wish.person for wish in plan if wish.right is Right.DELETION]
    return gone, [wish.person for wish in plan if wish.right is not Right.DELETION]


def wrong(plan: Sequence[Wish], *, before: Counts) -> dict[str, Any]:
    """What is not as it must be, with how often or where; empty where all is right."""
    handed = {request for request, _ in handed_over()}
    ended = [wish for wish in plan if wish.request not in handed]
    found = {
        "outcomes": _outcomes(ended),
        "stops": _stops(),
        "answers": _answers(ended),
        "rows that had to stay": _differing(before, look(plan)),
        "rows that had to go": _left(plan),
        "corrections": _uncorrected(plan),
        "packages": _packages(plan),
        "entries": _entries(ended),
        "ledger": _ledger(),
    }
    return {what: where for what, where in found.items() if where}


def effort() -> dict[str, Any]:
    """How often work was begun anew, and where the sweep found something for staff to look at."""
    again = Request.objects.filter(lease_token__gt=1)
    places = Counter(label for _, found in handed_over() for label in json.loads(found))
    return {"claimed_again": again.count(), "handed_to_staff": dict(places)}


def _requests(plan: Sequence[Wish]) -> dict[UUID, Request]:
    return {one.pk: one for one in Request.objects.filter(pk__in=[wish.request for wish in plan])}


def _outcomes(plan: Sequence[Wish]) -> Counts:
    requests = _requests(plan)
    found: Counter[str] = Counter()
    for wish in plan:
        request = requests.get(wish.request) if wish.request else None
        if request is None or request.state != State.CLOSED:
            found[f"{wish.right} {request.state if request else 'lost'}"] += 1
        elif Outcome(request.outcome) not in _EXPECTED[wish.right]:
            found[f"{wish.right} {request.outcome}"] += 1
    return dict(found)


def handed_over() -> list[tuple[UUID, str]]:
    """Deletions that staff must look at, with the places where the sweep still found the person's words.

    Somebody's name may stand in a text that was declared to be about nobody. That the request is not closed then, and
    that the ledger names the place, is what must happen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, min((e.canonical::jsonb #> '{detail,places}')::text) FROM dsar_cases_request r"
            " JOIN dsar_ledger_entry e ON e.request = r.id::text AND e.tag = 'deletion.verification_failed'"
            " WHERE r.state = 'needs_attention' GROUP BY r.id"
        )
        return list(cursor.fetchall())


def _stops() -> Counts:
    """Why other executions stopped until a person looks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (canonical::jsonb #> '{detail,reason}')::text, count(*) FROM dsar_ledger_entry"
            " WHERE tag = 'execution.stopped' GROUP BY 1"
        )
        return dict(cursor.fetchall())


def _answers(plan: Sequence[Wish]) -> Counts:
    """Requests without an answer, or with two."""
    keys = [wish.request for wish in plan if wish.request]
    letters = Letter.objects.filter(request__in=keys, kind=Letter.Kind.ANSWER)
    told = Counter(letters.values_list("request_id", flat=True))
    return dict(Counter(str(told[key]) for key in keys if told[key] != 1))


def _differing(before: Counts, after: Counts) -> dict[str, str]:
    return {
        label: f"{count} before, {after[label]} after"
        for label, count in before.items()
        if after[label] != count
    }


def _left(plan: Sequence[Wish]) -> Counts:
    """Rows of kinds that are deleted, of people whose deletion is done."""
    gone = [one.label for one in _theirs() if one.row is Row.DELETED]
    persons, _ = _people(plan)
    counted = {one.label: _count(one, persons) for one in _theirs() if one.label in gone}
    return {label: count for label, count in counted.items() if count}


def _theirs() -> list[Declaration]:
    """What the project's apps hold; what dsar itself notes grows with every request."""
    own = registry.current().all()
    return [one for one in own if one.model._meta.app_label != "dsar"]


def _count(declaration: Declaration, persons: Sequence[Any]) -> int:
    sql, params = people.counting(declaration, "u.key")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(sum(({sql})), 0) FROM unnest(%s::{people.key_type()}[]) u(key)",
            [*params, list(persons)],
        )
        return int(cursor.fetchone()[0])


def _shared(declaration: Declaration, kept: Sequence[Any], gone: Sequence[Any]) -> int:
    """Of the rows of people who stay, those that are another's too, and go with them: a ward's guardian, for one."""
    others = [
        one
        for one in registry.current().of(declaration.model)
        if one is not declaration and one.row is Row.DELETED
    ]
    if not others:
        return 0
    key = compiler.key_column(declaration)
    mine, params = people.counting(declaration, "u.key", what=f"{key} AS key")
    theirs = [people.counting(one, "g.key", what=f"{key} AS key") for one in others]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM unnest(%s::{people.key_type()}[]) u(key), LATERAL ({mine}) m"
            f" WHERE m.key IN (SELECT t.key FROM unnest(%s::{people.key_type()}[]) g(key),"
            f" LATERAL ({' UNION '.join(sql for sql, _ in theirs)}) t)",
            [list(kept), *params, list(gone), *(one for _, own in theirs for one in own)],
        )
        return int(cursor.fetchone()[0])


def _uncorrected(plan: Sequence[Wish]) -> Counts:
    found: Counter[str] = Counter()
    for wish in plan:
        if wish.proposal is not None:
            one = wish.proposal
            model = registry.current().get(one.declaration).model
            held = model._base_manager.filter(pk=one.row).values_list(one.field, flat=True).first()
            if held != one.new:
                found[f"{one.declaration}.{one.field}"] += 1
    return dict(found)


def _packages(plan: Sequence[Wish]) -> Counts:
    """Copies without exactly one package that opens, and packages that nobody gave up."""
    found: Counter[str] = Counter()
    wanted = {wish.request for wish in plan if wish.right in _COPIES}
    ready = {one.request_reference: one for one in Package.objects.filter(state="ready")}
    found["missing"] = len(wanted - set(ready))
    found["too many"] = len(set(ready) - wanted)
    found["unfinished"] = Package.objects.filter(state="writing").count()
    for number, package in enumerate(ready.values()):
        if not _opens(package, unpack=number % _OPENED_EVERY == 0):
            found["damaged"] += 1
    return {what: count for what, count in found.items() if count}


def _opens(package: Package, *, unpack: bool) -> bool:
    try:
        vault.verify(package)
        if not unpack:
            return True
        archive = zipfile.ZipFile(io.BytesIO(b"".join(vault.open_(package))))
    except (vault.PackageError, OSError, zipfile.BadZipFile):
        return False
    return archive.testzip() is None and "data.json" in archive.namelist()


def _entries(plan: Sequence[Wish]) -> Counts:
    """Entries of what happens once that stand there twice, and requests whose end was not written down."""
    keys = [str(wish.request) for wish in plan]
    with connection.cursor() as cursor:
        cursor.execute(_MORE_THAN_ONCE, [keys, list(_ONCE)])
        found = {f"{tag} twice": count for tag, count in cursor.fetchall()}
        cursor.execute(_CLOSED_ONCE, [keys])
        missing = len(keys) - cursor.fetchone()[0]
    return found | ({"request.closed missing": missing} if missing else {})


def _ledger() -> str:
    """Seal what is left, carry it to the second place, and verify everything from the beginning."""
    sealing.seal()
    placing.place()
    said = io.StringIO()
    try:
        call_command("verify_ledger", stdout=said, stderr=io.StringIO())
    except CommandError as error:
        return f"{error} {said.getvalue()}".strip()
    return ""
