"""How the published schema is made: each call with the errors it can answer, each body as strict as it is read."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from dsar.api import problems
from dsar.api.strictness import Strict

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALWAYS: Final = (
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
_OF_A_BODY: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
CODES: Final = (
    "address_not_verified",
    "bad_idempotency_key",
    "conflict",
    "credentials",
    "earlier_address",
    "failed",
    "fetched_out",
    "gone",
    "key_used",
    "link_or_code_missing",
    "link_or_code_wrong",
    "log_in",
    "log_in_again",
    "mail_unreadable",
    "media_type",
    "method",
    "not_acceptable",
    "not_found",
    "not_permitted",
    "not_renewable",
    "not_valid",
    "obstructed",
    "plan_changed",
    "refused",
    "second_factor",
    "second_factor_missing",
    "too_often",
    "under_way",
    "unreadable",
)
"""Every error that there is; a new one joins the list and gets a test."""
_NO_NULL: Final = r"^[^\u0000]*$"
_SOMETHING_WRITTEN: Final = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
"""Space alone is nothing, and no column of PostgreSQL holds a null character."""


class WrongSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a body."""

    pointer = serializers.CharField(help_text="Where, as a JSON pointer into the body.")
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.ChoiceField(choices=[f"urn:problem:dsar:{code}" for code in CODES])
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What to do about it.")
    errors = WrongSerializer(many=True, required=False)  # type: ignore[assignment]  # a member of that name


class Described(AutoSchema):
    """A call as the schema describes it."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Add the errors that the framework, the throttles and the guards answer by themselves."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        reference = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in _errors(operation):
            operation["responses"].setdefault(
                str(status.value),
                {
                    "description": status.phrase,
                    "content": {problems.MEDIA_TYPE: {"schema": reference}},
                },
            )
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(serializer, Strict):
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(
        self,
        field: Any,
        direction: Any,
        bypass_extensions: Any = False,  # noqa: FBT002 - the framework's signature.
    ) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, serializers.ListSerializer):
            lengths: Any = field
            bounds = {"minItems": lengths.min_length, "maxItems": lengths.max_length}
            schema |= {name: many for name, many in bounds.items() if many is not None}
        if direction == "request" and type(field) is serializers.CharField:
            schema["pattern"] = _NO_NULL if field.allow_blank else _SOMETHING_WRITTEN
        return schema


def _errors(operation: dict[str, Any]) -> Iterator[HTTPStatus]:
    yield from _ALWAYS
    if not _is_open(operation):
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if "requestBody" in operation:
        yield from _OF_A_BODY
        yield from (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
    places = {one["in"] for one in operation.get("parameters", ())}
    if "query" in places:
        yield from (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    if "header" in places:
        yield HTTPStatus.BAD_REQUEST
    if "path" in places or "header" in places or _is_open(operation):
        yield from (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE)


def _is_open(operation: dict[str, Any]) -> bool:
    return not operation.get("security") or {} in operation["security"]
