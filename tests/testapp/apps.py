"""The test application."""

from __future__ import annotations

from django.apps import AppConfig


class TestAppConfig(AppConfig):
    """A lending library of tools."""

    name = "tests.testapp"
    label = "testapp"
    default_auto_field = "django.db.models.BigAutoField"
