"""The dsar application."""

from __future__ import annotations

from django.apps import AppConfig


class DsarConfig(AppConfig):
    """Data-subject requests."""

    name = "dsar"
    verbose_name = "Data-subject requests"
    default_auto_field = "django.db.models.BigAutoField"
