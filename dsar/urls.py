"""Door: the addresses that dsar answers."""

from __future__ import annotations

from django.urls import include, path

from dsar.api.metrics import metrics
from dsar.portal import signal

urlpatterns = [
    path(".well-known/gpc.json", signal.support, name="gpc"),
    path("api/", include("dsar.api.urls")),
    path("metrics", metrics, name="metrics"),
    path("privacy/", include("dsar.portal.urls")),
]
