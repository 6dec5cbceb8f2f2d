"""The dsar application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class DsarConfig(AppConfig):
    """Data-subject requests."""

    name = "dsar"
    verbose_name = "Data-subject requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read every app's privacy.py, then hang the checks in; both need the models, so not before this."""
        import_module("dsar.registry").autodiscover()
        import_module("dsar.checks")
