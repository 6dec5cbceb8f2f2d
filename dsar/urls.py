"""Door: the addresses that dsar answers."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("api/", include("dsar.api.urls"))]
