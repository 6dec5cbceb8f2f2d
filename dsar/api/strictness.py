"""What a body may hold: the members that the schema names, each of the type that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

if TYPE_CHECKING:
    from collections.abc import Iterable

_WRITTEN = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.UUIDField,
    serializers.DateField,
    serializers.DateTimeField,
)
"""In JSON these are strings; the framework would also turn a number into one."""


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt limit must not widen what is asked."""

    def to_internal_value(self, data: Any) -> Any:
        """Name every member that there is not, and every one that is of another type than the schema says."""
        if isinstance(data, dict) and (wrong := self._wrong(data)):
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)

    def _wrong(self, data: dict[str, Any]) -> dict[str, Any]:
        wrong: dict[str, Any] = {
            str(name): ["There is no such member."] for name in sorted(set(data) - set(self.fields))
        }
        if hasattr(data, "getlist"):
            # A form knows no types.
            return wrong
        known = {name: field for name, field in self.fields.items() if name in data}
        return wrong | {
            name: said for name, field in known.items() if (said := _mistyped(field, data[name]))
        }


def _mistyped(field: Any, value: Any) -> Any:
    """What is wrong with the type of a value, by place; nothing where the field itself will say."""
    if value is None:
        return []
    if isinstance(field, serializers.BooleanField):
        return [] if isinstance(value, bool) else ["This is to be true or false."]
    if isinstance(field, _WRITTEN):
        return _miswritten(field, value)
    return {at: said for at, one in _parts(field, value) if (said := _mistyped(field.child, one))}


def _miswritten(field: Any, value: Any) -> list[str]:
    """The framework counts characters only after it has trimmed space; the schema counts what is sent."""
    if not isinstance(value, str):
        return ["This is to be a string."]
    longest = getattr(field, "max_length", None)
    too_long = longest is not None and len(value) > longest
    return [f"At most {longest} characters."] if too_long else []


def _parts(field: Any, value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(field, serializers.DictField) and isinstance(value, dict):
        return value.items()
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return enumerate(value)
    return ()
