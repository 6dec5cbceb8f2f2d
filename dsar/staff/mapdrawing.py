"""The data map as inline SVG, one picture an app: kinds of record, the purposes they serve, who receives them.

Whole numbers only and no style, so that the strictest policy lets them be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH = 1100
_ROW, _TALL, _TOP = 46, 38, 30
_KINDS, _PURPOSES, _RECIPIENTS = (0, 430), (530, 190), (820, 280)
"""Where each column begins, and how wide its boxes are."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box with a line of text and a smaller one below."""

    x: int
    y: int
    width: int
    text: str
    below: str = ""
    height: int = _TALL

    @property
    def middle(self) -> int:
        """Where lines end."""
        return self.y + self.height // 2

    @property
    def end(self) -> int:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True, kw_only=True)
class Line:
    """From the right edge of one box to the left edge of another."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One app."""

    name: str
    says: str
    height: int
    boxes: list[Box]
    lines: list[Line]
    heads: Sequence[tuple[int, str]] = (
        (_KINDS[0], "What is held, and until when"),
        (_PURPOSES[0], "What for"),
        (_RECIPIENTS[0], "Who receives it"),
    )
    width: int = WIDTH


def draw(app: Mapping[str, Any], purposes: Mapping[str, Mapping[str, Any]]) -> Picture | None:
    """An app of the data map; None where it holds nothing about people."""
    kinds = [said for model in app["models"] for said in model["declarations"]]
    if not kinds:
        return None
    wanted = _once(said["purpose"] for said in kinds)
    told = {one["code"]: one for code in wanted for one in purposes[code]["recipients"]}
    left = _column(
        {said["declaration"]: (said["declaration"], _until(said)) for said in kinds}, _KINDS
    )
    between = _column({code: (code.replace("_", " "), "") for code in wanted}, _PURPOSES)
    right = _column(
        {code: (one["name"], f"{one['role']}, {one['country']}") for code, one in told.items()},
        _RECIPIENTS,
    )
    serves = [(left[said["declaration"]], between[said["purpose"]]) for said in kinds]
    goes = [
        (between[code], right[one["code"]])
        for code in wanted
        for one in purposes[code]["recipients"]
    ]
    return Picture(
        name=app["app"],
        says=_said(len(kinds), wanted, [one["name"] for one in told.values()]),
        height=_TOP + _ROW * max(len(left), len(between), len(right)),
        boxes=[*left.values(), *between.values(), *right.values()],
        lines=[_line(start, end) for start, end in [*serves, *goes]],
    )


def _until(said: Mapping[str, Any]) -> str:
    retention = said["retention"]
    return f"{retention['period']} from {retention['from']}"


def _column(texts: Mapping[str, tuple[str, str]], where: tuple[int, int]) -> dict[str, Box]:
    x, width = where
    return {
        code: Box(x=x, y=_TOP + place * _ROW, width=width, text=text, below=below)
        for place, (code, (text, below)) in enumerate(texts.items())
    }


def _line(start: Box, end: Box) -> Line:
    return Line(x1=start.end, y1=start.middle, x2=end.x, y2=end.middle)


def _once(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _said(kinds: int, purposes: Sequence[str], recipients: Sequence[str]) -> str:
    served = ", ".join(code.replace("_", " ") for code in purposes)
    return (
        f"{kinds} kinds of record, for {served}; "
        f"received by {', '.join(recipients) or 'nobody outside'}. The table below has everything."
    )
