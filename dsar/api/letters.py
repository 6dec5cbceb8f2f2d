"""The letters of a person's own cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api import shapes
from dsar.api.callers import Own
from dsar.cases import letters
from dsar.cases.models import Letter
from dsar.engine import following

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class ReadLetterSerializer(shapes.LetterSerializer):
    """A letter with what it says: as data, and as the text that a person reads."""

    content = serializers.JSONField()
    text = serializers.CharField()


class OneLetter(Own):
    """One letter."""

    @extend_schema(operation_id="letters_retrieve", responses=ReadLetterSerializer)
    def get(self, call: Call, reference: str, pk: Any) -> Response:
        """Read a letter of one of your cases."""
        own = Letter.objects.select_related("case__key", "request")
        letter = get_object_or_404(
            own, pk=pk, case__reference=reference, case__subject_id=call.user.pk
        )
        return Response(read(letter))


def read(letter: Letter) -> dict[str, Any]:
    """Open a letter for its person, and note that it was read."""
    content = letters.read(letter)
    text = letters.read_out(letter).text
    return following.letter(letter) | {"content": content, "text": text}
