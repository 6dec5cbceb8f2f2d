"""Values as COPY's text format wants them."""

from __future__ import annotations

import json

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def text(value: str) -> str:
    """A string; whatever COPY would take for structure is escaped."""
    return value.translate(_ESCAPES)


def array(values: list[str]) -> str:
    """A list of strings as JSON."""
    return text(json.dumps(values, ensure_ascii=False))
