"""The accounts application."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People of the company."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
