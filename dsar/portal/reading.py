"""A letter within the portal's own frame, or as a file to keep."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe

from dsar.cases import letters
from dsar.keys.box import KeyDestroyedError
from dsar.portal import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from dsar.cases.models import Letter


def living(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say on a page of its own that what a case held was destroyed in its time."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except KeyDestroyedError:
            return render(request, "dsar/portal/content_gone.html", status=HTTPStatus.GONE)

    return shown


def show(request: HttpRequest, letter: Letter, *, reference: str = "") -> HttpResponse:
    """Show a letter to its person, which is recorded."""
    page = letters.read_out(letter).html
    said = {
        "reference": reference,
        "title": words.letter(letter.kind),
        # The letter's own template has escaped everything in it.
        "body": mark_safe(_inside(page, "main")),  # noqa: S308
    }
    return render(request, "dsar/portal/letter.html", said)


def as_file(letter: Letter) -> HttpResponse:
    """A letter as PDF/UA for its person; that it was read is recorded."""
    name = f"{letter.case.reference}-{letter.kind}.pdf"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response = HttpResponse(letters.hand_out(letter), content_type="application/pdf")
    response["Content-Disposition"] = disposition
    return response


def _inside(page: str, tag: str) -> str:
    """What stands in the one element of this name."""
    return page.split(f"<{tag}", 1)[1].split(">", 1)[1].rsplit(f"</{tag}>", 1)[0]
