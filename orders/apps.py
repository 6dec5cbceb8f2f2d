"""The orders application."""

from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders of the company."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"
