"""How the house stands, for people: who works, what waits, what failed, and what can be done about it.

The figures are those of `/metrics`; the workers are asked when the page is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format

from dsar.cases import permissions
from dsar.cases.models import Letter
from dsar.dispatch import workers
from dsar.dispatch.workers import BrokerAwayError, Worker
from dsar.duties import watching
from dsar.duties.retention import reviewing
from dsar.ledger import standing
from dsar.staff import failures, people
from dsar.tally import counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse

    from dsar.ledger.standing import Standing

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
LETTERS = 20
"""So many letters whose mail failed are named."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that is looked at: how it stands, whether that is well, and if not what to do."""

    what: str
    stands: str
    well: bool
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The workers that answered; None where nobody could be asked."""

    workers: list[Worker] | None
    unattended: tuple[str, ...] = ()
    """Queues on which none of them listens."""


def page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Show it to whoever may watch; the requests only to who may see requests."""
    if not request.user.has_perm(f"dsar.{permissions.WATCH}"):
        raise PermissionDenied
    now = timezone.now()
    context: dict[str, Any] = {**site.each_context(request), "title": "System"}
    context |= {"crew": crew(), "read_at": now, "lines": lines(), "subtitle": None}
    if request.user.has_perm("dsar.view_request"):
        context |= {"failures": failures.found(now=now), "most": failures.SHOWN}
        context |= {"letters": _unmailed(), "may_see": True}
    return TemplateResponse(request, "admin/dsar/system.html", context)


def crew() -> Crew:
    """Who works, and which queues nobody looks after."""
    try:
        found = workers.answering()
    except BrokerAwayError:
        return Crew(workers=None)
    looked_after = {name for one in found for name in one.queues}
    return Crew(workers=found, unattended=tuple(sorted(set(workers.queues()) - looked_after)))


def lines() -> list[Line]:
    """Everything that is looked at, or that it could not be read in time."""
    try:
        figures = {one.name: one.values for one in watching.figures()}
        seen = [*_work(figures), *_mail(figures), *_evidence(standing.look(), figures)]
        return [*seen, *_staff()]
    except DatabaseError:
        return [
            Line(
                what="Database",
                stands="the figures could not be read in time",
                well=False,
                advice="Look at the database and its log, and load the page again.",
            )
        ]


def _work(figures: dict[str, dict[str, float]]) -> Iterator[Line]:
    swept = figures.get("last_sweep_seconds", {}).get("")
    yield Line(
        what="Last sweep",
        stands="never" if swept is None else f"{_long(swept)} ago",
        well=swept is not None and swept <= _MINUTE,
        advice="Start beat, and see that a worker takes the queue “requests”.",
    )
    for name, waiting in figures["outbox_wakes"].items():
        oldest = figures["outbox_oldest_seconds"][name]
        yield Line(
            what=f"Outbox of “{name}”",
            stands=f"{waiting:.0f} waiting, the oldest for {_long(oldest)}" if waiting else "empty",
            well=oldest <= _MINUTE,
            advice="Bring the broker back; the sweep then publishes by itself.",
        )
    bands = figures["queue"]
    yield Line(
        what="Approved, for workers",
        stands=", ".join(f"{rows:.0f} {name.replace('_', ' ')}" for name, rows in bands.items()),
        well=not bands["overdue"],
        advice="More workers; what is overdue is taken first.",
    )
    lost = figures["leases_expired"][""]
    yield Line(
        what="Begun, and held by no worker",
        stands=f"{lost:.0f}",
        well=not lost,
        advice="Start workers; one of them goes on where the dead one stopped.",
    )
    files = figures["removals"][""]
    yield Line(
        what="Files that deletions have yet to remove",
        stands=f"{files:.0f}",
        well=not files,
        advice="For an hour that may be; then see why storage refuses. The deletions close when the files are gone.",
    )


def _mail(figures: dict[str, dict[str, float]]) -> Iterator[Line]:
    waiting = figures["letters_unmailed"][""]
    oldest = figures["letters_unmailed_oldest_seconds"][""]
    yield Line(
        what="Notices that have not left",
        stands=f"{waiting:.0f}, the oldest for {_long(oldest)}" if waiting else "none",
        well=oldest <= _HOUR,
        advice="See whether the mail server takes mail; they leave by themselves then.",
    )
    often, last = counts.read()[counts.Kind.MAIL_FAILED]
    recent = last is not None and (timezone.now() - last).total_seconds() < _HOUR
    when = f", the last one on {date_format(timezone.localtime(last), 'j M Y H:i')}" if last else ""
    yield Line(
        what="Mails that failed, since the beginning",
        stands=f"{often}{when}",
        well=not recent,
        advice="The mail server refused within the last hour; its log says why.",
    )


def _evidence(found: Standing, figures: dict[str, dict[str, float]]) -> Iterator[Line]:
    lag = found.seal_lag
    yield Line(
        what="Last sealed checkpoint",
        stands=(
            "none yet"
            if found.sealed_at is None
            else f"{found.sealed} entries, {date_format(timezone.localtime(found.sealed_at), 'j M Y H:i:s')}"
        )
        + (f"; entries wait for {_long(lag)}" if lag else ""),
        well=lag <= _MINUTE,
        advice="See that beat and a worker run, and that the signing key is set.",
    )
    yield Line(
        what="Second place",
        stands=(
            "has every checkpoint"
            if found.placed == found.sealed
            else f"has {found.placed} of {found.sealed} entries"
        ),
        well=found.place_lag <= _MINUTE,
        advice="See whether the second place can be reached and written; what is missing is carried there by itself.",
    )
    wrong = figures["server_settings_wrong"][""]
    yield Line(
        what="Settings of the database server that must differ",
        stands=f"{wrong:.0f}",
        well=not wrong,
        advice="“manage.py check --database default” names them.",
    )


def _staff() -> Iterator[Line]:
    """What the policy promises of the people who work here (section 4.2)."""
    handling = [one for one in people.members() if one.handles]
    unfit = sum(one.is_unfit for one in handling)
    yield Line(
        what="Staff who handle requests without undertaking or training",
        stands=f"{unfit} of {len(handling)}",
        well=not unfit,
        advice="They cannot be given requests. An officer enters what is missing on the page “Staff”.",
    )
    for task in reviewing.tasks():
        yield Line(
            what=f"Review: {task.kind.label}",
            stands="never done"
            if task.due_on is None
            else f"due on {date_format(task.due_on, 'j M Y')}",
            well=not task.is_overdue,
            advice="An officer looks and signs, on the page “Staff”.",
        )


def _unmailed() -> list[Letter]:
    """Letters whose mail was tried and did not leave, oldest first."""
    waiting = Letter.objects.filter(mailed_at__isnull=True, mail_attempts__gt=0)
    return list(waiting.select_related("case").defer("content").order_by("written_at")[:LETTERS])


def _long(seconds: float) -> str:
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (1, "second")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    return "a moment"
