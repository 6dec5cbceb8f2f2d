"""The accounts application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People of the company."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the security log on Django's log-in signals; its module needs the models."""
        import_module("accounts.security_log").listen()
