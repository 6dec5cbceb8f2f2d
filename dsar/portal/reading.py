"""A letter within the portal's own frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.safestring import mark_safe

from dsar.cases import letters
from dsar.portal import words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from dsar.cases.models import Letter


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


def _inside(page: str, tag: str) -> str:
    """What stands in the one element of this name."""
    return page.split(f"<{tag}", 1)[1].split(">", 1)[1].rsplit(f"</{tag}>", 1)[0]
