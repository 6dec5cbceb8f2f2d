"""The dsar application."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DsarConfig(AppConfig):
    """Data-subject requests."""

    name = "dsar"
    verbose_name = "Data-subject requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read every app's privacy.py, then hang the checks in; both need the models, so not before this."""
        import_module("dsar.registry").autodiscover()
        import_module("dsar.checks")
        purposes = import_module("dsar.registers.purposes")
        post_migrate.connect(
            purposes.write_after_migrate, sender=self, dispatch_uid="dsar.purposes"
        )
        recipients = import_module("dsar.registers.recipients")
        post_migrate.connect(
            recipients.write_after_migrate, sender=self, dispatch_uid="dsar.recipients"
        )
        roles = import_module("dsar.cases.roles")
        post_migrate.connect(roles.make_groups, sender=self, dispatch_uid="dsar.roles")
