"""The first page of the desk: what is due first, how much waits for what, and how the weeks went.

Eight statements, however many requests there are; each reads only what is open or recent. Nothing here says who asks.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode

from dsar.cases import permissions
from dsar.cases.complaint_models import Complaint
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.models import Request
from dsar.cases.states import Right, State
from dsar.staff import charts, correspondence, gone, waiting

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsar.staff.charts import Chart

FIRST, WEEKS = 10, 12


def of(user: Any) -> dict[str, Any] | None:
    """What the page shows a member of staff; None for whoever may not see requests."""
    if not user.has_perm("dsar.view_request"):
        return None
    now = timezone.now()
    acts = user.has_perm(f"dsar.{permissions.HANDLE}")
    return {
        "title": "What needs you now" if acts else "What is open",
        "piles": [
            *_piles(user, now=now),
            _gone(),
            _to_answer(Complaint, "complaints", "Complaints to answer"),
            _to_answer(Enquiry, "questions", "Questions to answer"),
        ],
        "first": _first(now),
        "charts": [_weeks(now), _rights()],
    }


def _piles(user: Any, *, now: datetime) -> list[dict[str, Any]]:
    """How many open requests wait for what, each with the list of them; all counted in one statement."""
    kinds = _kinds(user, now=now)
    counted = Request.objects.filter(waiting.IS_OPEN).aggregate(
        **{name: Count("pk", filter=condition) for name, (_, condition, _) in kinds.items()}
    )
    listing = reverse("admin:dsar_request_changelist")
    return [
        {
            "name": name,
            "label": label,
            "count": counted[name],
            "url": f"{listing}?{urlencode(query)}",
        }
        for name, (label, _, query) in kinds.items()
    ]


def _gone() -> dict[str, Any]:
    """Requests for a copy of which records went meanwhile, closed ones too."""
    return {
        "name": "gone",
        "label": "Records gone meanwhile",
        "count": gone.count(),
        "url": f"{reverse('admin:dsar_request_changelist')}?standing=all&gone=lately",
    }


def _to_answer(model: type[Complaint | Enquiry], name: str, label: str) -> dict[str, Any]:
    """Second looks that somebody asked for, or questions that ask for no right."""
    return {
        "name": name,
        "label": label,
        "count": model._base_manager.filter(correspondence.OPEN).count(),
        "url": f"{reverse(f'admin:dsar_{model._meta.model_name}_changelist')}?standing=open",
    }


def _kinds(user: Any, *, now: datetime) -> dict[str, tuple[str, Q, dict[str, str]]]:
    """Label, condition and filter of each; what only some can do is shown to them alone."""
    asked, stopped = State.AWAITING_REQUESTER.value, State.NEEDS_ATTENTION.value
    kinds = {
        "late": ("Late", waiting.late(now), {"due": "late"}),
        "soon": ("Due within 3 days", waiting.due_within(waiting.SOON, now=now), {"due": "soon"}),
        "attention": ("Needing attention", Q(state=stopped), {"state__exact": stopped}),
        "requester": ("Waiting for requester", Q(state=asked), {"state__exact": asked}),
        "nobody": ("Unassigned", Q(owner__isnull=True), {"owner": "nobody"}),
    }
    if user.has_perm(f"dsar.{permissions.HANDLE}"):
        kinds["mine"] = "Yours", Q(owner=user.pk), {"owner": "me"}
    if user.has_perm(f"dsar.{permissions.APPROVE}"):
        kinds["signature"] = (
            "Second signature wanted",
            waiting.WANTS_SIGNATURE,
            {"signature": "wanted"},
        )
    return kinds


def _first(now: datetime) -> list[dict[str, Any]]:
    """What is due first."""
    signature = ExpressionWrapper(waiting.WANTS_SIGNATURE, output_field=BooleanField())
    queue = Request.objects.filter(waiting.IS_OPEN).annotate(wants_signature=signature)
    return [
        {
            "request": one,
            "right": one.right.replace("_", " "),
            "laws": ", ".join(one.case.regimes),
            "near": waiting.nearness(one, now=now),
            "why": waiting.why(one, wants_signature=bool(one.wants_signature), now=now),
        }
        for one in queue.select_related("case", "owner").order_by("due_at", "id")[:FIRST]
    ]


def _weeks(now: datetime) -> Chart:
    """Received and answered in each of the last weeks, the running one included."""
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since -= timedelta(days=(today - weeks[0]).days)
    received = _by_week("case__received_at", Q(case__received_at__gte=since))
    # What is answered closes with its answer, and only closing has an index.
    closed = Q(state=State.CLOSED, closed_at__gte=since, answered_at__gte=since)
    answered = _by_week("answered_at", closed)
    return charts.columns(
        name="weeks",
        title=f"Requests received and answered, the last {WEEKS} weeks",
        heads=("Week from", "Received", "Answered"),
        rows=[
            (date_format(week, "j M"), (received.get(week, 0), answered.get(week, 0)))
            for week in weeks
        ],
    )


def _by_week(field: str, condition: Q) -> dict[date, int]:
    weeks = Request.objects.filter(condition).annotate(week=TruncWeek(field)).order_by()
    return {
        timezone.localdate(week): number
        for week, number in weeks.values_list("week").annotate(number=Count("pk"))
    }


def _rights() -> Chart:
    """What is open, by right."""
    found = Request.objects.filter(waiting.IS_OPEN).order_by().values_list("right")
    counted = dict(found.annotate(number=Count("pk")))
    return charts.lines(
        name="rights",
        title="Open requests by right",
        heads=("Right", "Open"),
        rows=[(right.value.replace("_", " "), counted.get(right.value, 0)) for right in Right],
    )
