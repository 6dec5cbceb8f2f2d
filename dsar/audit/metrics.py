"""How requests went, counted by right and law: what a regulator asks for once a year (11 CCR 7102).

A request under two laws counts under each; the sums over laws are therefore larger than the number of requests.
Days are the organisation's, from receipt to answer. Who withdrew, and spam, is not among those denied.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.utils import timezone

from dsar.cases import deadlines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_ASKED: Final = """
WITH asked AS (
    SELECT request.id, request."right", regime, request.outcome, request.answered_at, request.was_overdue,
        "case".channel, request.statutory_due_at, decision.grounds ->> regime AS ground,
        (coalesce(request.reopened_at, "case".received_at) AT TIME ZONE %(zone)s)::date AS received,
        (request.answered_at AT TIME ZONE %(zone)s)::date AS answered
    FROM dsar_cases_request request JOIN dsar_cases_case "case" ON "case".id = request.case_id
    LEFT JOIN dsar_cases_decision decision ON decision.request_id = request.id
    CROSS JOIN LATERAL jsonb_array_elements_text("case".regimes) AS regime
    WHERE coalesce(request.reopened_at, "case".received_at) >= %(first)s
        AND coalesce(request.reopened_at, "case".received_at) < %(end)s
)
"""
_FIGURES: Final = f"""{_ASKED}
SELECT "right", regime, count(*) AS received,
    count(*) FILTER (WHERE outcome = 'fulfilled') AS complied,
    count(*) FILTER (WHERE outcome = 'partially_fulfilled') AS partly,
    count(*) FILTER (WHERE outcome = 'refused') AS denied,
    count(*) FILTER (WHERE outcome = 'identity_not_verified') AS not_verified,
    count(*) FILTER (WHERE outcome NOT IN
        ('', 'fulfilled', 'partially_fulfilled', 'refused', 'identity_not_verified')) AS otherwise,
    count(*) FILTER (WHERE outcome = '') AS open,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY answered - received) AS median_days,
    avg(answered - received) AS mean_days,
    100.0 * count(*) FILTER (WHERE answered_at <= statutory_due_at) / nullif(count(answered_at), 0) AS on_time,
    count(*) FILTER (WHERE EXISTS (SELECT FROM dsar_cases_extension extension
        WHERE extension.request_id = asked.id AND extension.regime = asked.regime)) AS extended,
    count(*) FILTER (WHERE EXISTS (SELECT FROM dsar_cases_pause pause
        WHERE pause.request_id = asked.id)) AS paused,
    count(*) FILTER (WHERE was_overdue OR answered_at IS NULL AND outcome = '' AND statutory_due_at < %(now)s)
        AS overdue,
    avg((%(now)s AT TIME ZONE %(zone)s)::date - received) FILTER (WHERE outcome = '') AS open_age
FROM asked GROUP BY "right", regime ORDER BY "right", regime
"""
_GROUNDS: Final = f"""{_ASKED}
SELECT "right", regime, coalesce(ground, ''), count(*) FROM asked WHERE outcome = 'refused'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_CHANNELS: Final = f"""{_ASKED}
SELECT "right", regime, channel, count(*) FROM asked GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one right under one law. Days and percentages have one decimal; None where nothing was answered or is open."""

    right: str
    regime: str
    received: int
    complied: int
    partly: int
    denied: int
    not_verified: int
    otherwise: int
    open: int
    median_days: float | None
    mean_days: float | None
    on_time: float | None
    extended: int
    paused: int
    overdue: int
    open_age: float | None
    denied_by: dict[str, int]
    """Grounds of refusal with how often."""
    channels: dict[str, int]


NAMES: Final = tuple(one.name for one in fields(Figures))


def of(first: date, last: date) -> list[Figures]:
    """The figures of what was received from one day to another, both included; three statements."""
    values: dict[str, Any] = {
        "zone": str(deadlines.zone()),
        "now": timezone.now(),
        "first": datetime.combine(first, time(), deadlines.zone()).astimezone(UTC),
        "end": datetime.combine(last + timedelta(days=1), time(), deadlines.zone()).astimezone(UTC),
    }
    grounds, channels = _counted(_GROUNDS, values), _counted(_CHANNELS, values)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, values)
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        Figures(
            **{name: _rounded(value) for name, value in one.items()},
            denied_by=grounds.get((one["right"], one["regime"]), {}),
            channels=channels.get((one["right"], one["regime"]), {}),
        )
        for one in found
    ]


def cells(figures: Figures) -> Iterator[str]:
    """One row of the table that is taken away."""
    for name in NAMES:
        value = getattr(figures, name)
        if isinstance(value, dict):
            yield " ".join(f"{key or 'none'}:{count}" for key, count in value.items())
        else:
            yield "" if value is None else str(value)


def _counted(statement: str, values: dict[str, Any]) -> dict[tuple[str, str], dict[str, int]]:
    counted: dict[tuple[str, str], dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for right, regime, what, count in cursor.fetchall():
            counted.setdefault((right, regime), {})[what] = count
    return counted


def _rounded(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else round(float(value), 1)
