"""The letters of a person's own cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from dsar.api import shapes
from dsar.api.callers import Own
from dsar.cases import letters
from dsar.cases.models import Letter
from dsar.engine import following

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class ReadLetterSerializer(shapes.LetterSerializer):
    """A letter with what it says: as data, as text, and as a page that needs nothing beside itself."""

    content = serializers.JSONField()
    text = serializers.CharField()
    html = serializers.CharField()


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for `application/pdf`; the letter itself is sent past it."""

    media_type = "application/pdf"
    format = "pdf"
    render_style = "binary"

    def render(self, data: Any, *_context: Any, **_more: Any) -> bytes:
        """Render what stands in the letter's place, an error, as JSON."""
        return JSONRenderer().render(data)


class OneLetter(Own):
    """One letter."""

    @extend_schema(operation_id="letters_retrieve", responses=ReadLetterSerializer)
    def get(self, call: Call, reference: str, pk: Any) -> Response:
        """Read a letter of one of your cases."""
        return Response(read(_own(call, reference=reference, pk=pk)))


class LetterFile(Own):
    """One letter to keep or to print."""

    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="letters_download", responses={(200, "application/pdf"): OpenApiTypes.BINARY}
    )
    def get(self, call: Call, reference: str, pk: Any) -> HttpResponse:
        """Fetch a letter of one of your cases as PDF/UA."""
        return as_file(_own(call, reference=reference, pk=pk))


def as_file(letter: Letter) -> HttpResponse:
    """A letter as an attachment that nobody stores on the way; that it was read is noted."""
    response = HttpResponse(letters.hand_out(letter), content_type="application/pdf")
    name = f"{letter.case.reference}-{letter.kind}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _own(call: Call, *, reference: str, pk: Any) -> Letter:
    own = Letter.objects.select_related("case__key", "request")
    return get_object_or_404(own, pk=pk, case__reference=reference, case__subject_id=call.user.pk)


def read(letter: Letter) -> dict[str, Any]:
    """Open a letter for its person, and note that it was read."""
    content = letters.read(letter)
    said = letters.read_out(letter)
    return following.letter(letter) | {"content": content, "text": said.text, "html": said.html}
