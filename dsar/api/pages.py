"""Lists are read page by page with a cursor: as fast on the last page as on the first."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class Newest(CursorPagination):
    """Newest first."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-received_at", "-id")


class DueFirst(Newest):
    """What is due first comes first."""

    ordering = ("due_at", "id")
