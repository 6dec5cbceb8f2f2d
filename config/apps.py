"""The config application: commands for the whole project, and the task queue's client."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project itself; it holds no data."""

    name = "config"
    verbose_name = "Project"

    def ready(self) -> None:
        """Have every process publish tasks to the project's broker."""
        from config.celery import app  # noqa: PLC0415  Settings must be complete first.

        # Without this a thread other than the importing one would fall back to celery's own app.
        app.set_default()
