"""The admin as staff use it, in the place of Django's own."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin with another front door."""

    default_site = "dsar.staff.site.StaffSite"
