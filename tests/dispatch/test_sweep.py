"""The periodic sweep: whatever fails in it, the rest is still looked after."""

from __future__ import annotations

import pytest

from dsar import tasks


@pytest.mark.django_db
def test_one_sweepers_failure_does_not_stop_the_next(monkeypatch, caplog):
    done: list[str] = []

    def fails() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tasks, "SWEEPERS", (fails, lambda: done.append("second")))
    tasks.sweep()
    assert done == ["second"]
    assert "fails failed" in caplog.text


def test_the_sweep_is_known_to_workers_by_its_name():
    assert tasks.sweep.name == "dsar.sweep"
