"""What beat sends, how often, and into which queue."""

from __future__ import annotations

from typing import Any

EXPIRES_SECONDS = 2 * 3600
"""A sweep nobody fetched is worth little when the next one comes; but a worker tells by its own clock that a task has
expired, and one whose clock is an hour ahead must not throw every sweep away."""


def schedule(*, sweep: int, seal: int, remind: int, retain: int) -> dict[str, dict[str, Any]]:
    """Each task with the seconds between two of it."""
    return {
        "sweep": _beat("dsar.sweep", sweep, queue="requests"),
        # Not behind long executions: evidence is to be out of reach soon.
        "seal": _beat("dsar.seal", seal, queue="notifications"),
        "remind": _beat("dsar.remind", remind, queue="notifications", expires=remind),
        "retain": _beat("dsar.retain", retain, queue="requests"),
    }


def _beat(task: str, every: int, *, queue: str, expires: int = EXPIRES_SECONDS) -> dict[str, Any]:
    return {"task": task, "schedule": every, "options": {"expires": expires, "queue": queue}}
