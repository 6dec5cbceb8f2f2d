"""Lists are read page by page with a cursor: as fast on the last page as on the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.pagination import CursorPagination

if TYPE_CHECKING:
    from rest_framework.request import Request as Call

_MOST: Final = 100
PAGED: Final = [
    OpenApiParameter("cursor", str, description="From `next` or `previous` of a page."),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": _MOST}),
]


class _AskedSerializer(serializers.Serializer[Any]):
    """How long a page is to be."""

    page_size = serializers.IntegerField(min_value=1, max_value=_MOST, required=False)


def page_of(one: type[serializers.Serializer[Any]]) -> Any:
    """What a page of these looks like, for the schema."""
    name = one.__name__.removesuffix("Serializer")
    return type(
        f"{name}PageSerializer",
        (serializers.Serializer,),
        {
            "__doc__": "One page; the addresses of the others stand beside it.",
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": one(many=True),
        },
    )


class Newest(CursorPagination):
    """Newest first."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = _MOST
    ordering = ("-received_at", "-id")

    def get_page_size(self, request: Call) -> int | None:
        """Refuse a length that is none; guessing would hide the mistake."""
        asked = _AskedSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return super().get_page_size(request)


class DueFirst(Newest):
    """What is due first comes first."""

    ordering = ("due_at", "id")
