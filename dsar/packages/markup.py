"""Text into HTML, whatever the text is: escaped, control characters made visible, nested values as lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

# Everything in a text that HTML reads as markup, a screen cannot show, or that turns its direction around.
_SPECIAL = re.compile("[&<>\"'\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ufffe\uffff\ud800-\udfff]")
_PICTURES = 0x2400
_DELETE = 0x7F
_CONTROLS_END = 0x20


def text(value: object) -> str:
    """A text as HTML; the common one, without anything special in it, costs a single search."""
    said = str(value)
    return _SPECIAL.sub(_spelt, said) if _SPECIAL.search(said) else said


def cell(value: object, *, longest: int, elsewhere: str) -> str:
    """The content of a table cell; a longer one is cut, and `elsewhere` names the file that holds the rest."""
    if value is None:
        return '<span class="none">not set</span>'
    said = value if isinstance(value, str) else plain(value)
    if not said:
        return '<span class="none">empty</span>'
    if len(said) <= longest:
        return text(said)
    left = len(said) - longest
    return (
        f"{text(said[:longest])}… "
        f'<span class="more">({left:,} more characters in {text(elsewhere)})</span>'
    )


def plain(value: object) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def title(name: object) -> str:
    """`automated_decisions` as `Automated decisions`."""
    said = str(name).replace("_", " ").strip()
    return text(said[:1].upper() + said[1:])


def nested(value: Any) -> str:
    """Any JSON value: mappings as description lists, lists as lists, the rest as text."""
    if isinstance(value, Mapping):
        return facts(value) if value else _nothing()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _list(value) if value else _nothing()
    if value is None or value == "":
        return _nothing()
    return f'<span dir="auto">{text(plain(value))}</span>'


def facts(said: Mapping[str, Any]) -> str:
    """A description list; what is not said is left out."""
    pairs = [
        f"<dt>{title(name)}</dt><dd>{nested(value)}</dd>"
        for name, value in said.items()
        if value not in (None, "", [], {}, ())
    ]
    return f'<dl class="facts">{"".join(pairs)}</dl>' if pairs else _nothing()


def _list(values: Sequence[Any]) -> str:
    return f"<ul>{''.join(f'<li>{nested(value)}</li>' for value in values)}</ul>"


def _nothing() -> str:
    return '<span class="none">none</span>'


def _spelt(found: re.Match[str]) -> str:
    """One special character: the usual entity, a control picture, or its code point."""
    letter = found[0]
    if letter in "&<>\"'":
        return escape(letter)
    code = ord(letter)
    if code < _CONTROLS_END:
        return chr(_PICTURES + code)
    return "\u2421" if code == _DELETE else f"[U+{code:04X}]"
