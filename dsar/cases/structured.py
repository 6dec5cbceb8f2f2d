"""JSON as a text in which passages can be marked: always written the same way, and still the same JSON without them."""

from __future__ import annotations

import json
from typing import Any

_ESCAPE, _QUOTE = "\\", '"'


def written(value: object) -> str:
    """The value as a text; equal values give equal texts, in whatever order the server keeps their names."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


def mark(words: str, start: int, mark_: str) -> str:
    """What stands in place of a passage from `start` on: in quotation marks where it was a number, true or false."""
    return mark_ if _is_within_string(words, start) else f"{_QUOTE}{mark_}{_QUOTE}"


def is_only_lacking(words: str, after: str) -> bool:
    """Whether the second text is the first but for values: no name, no part of the structure has changed."""
    try:
        return _is_same_shape(json.loads(words), json.loads(after))
    except ValueError:
        return False


def _is_within_string(words: str, place: int) -> bool:
    inside, position = False, 0
    while position < place:
        if words[position] == _ESCAPE:
            position += 1
        elif words[position] == _QUOTE:
            inside = not inside
        position += 1
    return inside


def _is_same_shape(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        same = isinstance(other, dict) and one.keys() == other.keys()
        return same and all(_is_same_shape(one[name], other[name]) for name in one)
    if isinstance(one, list):
        same = isinstance(other, list) and len(one) == len(other)
        return same and all(_is_same_shape(*pair) for pair in zip(one, other, strict=True))
    return one == other or isinstance(other, str)
