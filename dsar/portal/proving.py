"""Having somebody give their password once more before personal data moves (R24)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def first(_request: HttpRequest, *, then: str, **arguments: str) -> HttpResponse:
    """Go to the page that asks for the password; it leads back to the page named `then`."""
    back = urlencode({"next": reverse(then, kwargs=arguments)})
    return redirect(f"{reverse('account_reauthenticate')}?{back}")
