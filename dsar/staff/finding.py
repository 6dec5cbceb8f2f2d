"""Find a person's requests by their address: sent by POST, so that it stands in no address bar or log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from dsar.cases import permissions
from dsar.engine import finding
from dsar.staff import waiting
from dsar.staff.asking import Question, ask
from dsar.staff.reading import demand

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest, HttpResponse


class FindForm(forms.Form):
    """An address, as the person gave it."""

    address = forms.CharField(
        max_length=254,
        strip=True,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
        help_text="The whole address. Parts of one find nothing.",
    )


def page(request: HttpRequest, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Ask for an address, and list what is found."""
    actor = demand(request, permissions.HANDLE)
    form = FindForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        found = [
            {
                "request": one,
                "right": one.right.replace("_", " "),
                "state": one.state.replace("_", " "),
                "near": waiting.nearness(one, now=now),
            }
            for one in finding.by_address(form.cleaned_data["address"], actor=actor)
        ]
    question = Question(
        title="Find a person's requests",
        step="Find by address",
        says=(
            "Everything that was asked from an address without log-in, or by the account that has the address now. "
            "That you looked is recorded with each request that is found."
        ),
        way=[("Requests", reverse("admin:dsar_request_changelist"))],
        form=form,
        button="Search",
        template="admin/dsar/request/find.html",
    )
    return ask(request, question, admin=admin, found=found)
