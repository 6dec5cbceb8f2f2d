"""The addresses of the pages about one's own account, beside those that allauth brings."""

from __future__ import annotations

from django.urls import path

from accounts import pages

urlpatterns = [path("accounts/profile/", pages.profile, name="account_profile")]
