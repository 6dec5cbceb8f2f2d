"""Bars for inline SVG: whole numbers only, no style, so that the strictest policy lets them be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 640
_TALL, _TOP, _FOOT, _BAR = 140, 20, 24, 18
_ROW, _NAMES, _FIGURE = 26, 180, 50


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle, its look, and where its figure stands."""

    x: int
    y: int
    width: int
    height: int
    looks: str
    value: int
    value_x: int
    value_y: int


@dataclass(frozen=True, kw_only=True)
class Label:
    """A word beside the bars."""

    x: int
    y: int
    text: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture with the table it was drawn from."""

    name: str
    title: str
    says: str
    height: int
    bars: list[Bar]
    labels: list[Label]
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]
    legend: Sequence[tuple[str, str]] = ()
    width: int = WIDTH


def columns(
    *, name: str, title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]
) -> Chart:
    """Upright bars, side by side for each row; the first head names the rows, the others the bars."""
    most = max([1, *(value for _, values in rows for value in values)])
    wide = WIDTH // max(len(rows), 1)
    bars, floor = [], _TOP + _TALL
    for place, (_, values) in enumerate(rows):
        left = place * wide + (wide - _BAR * len(values)) // 2
        for number, value in enumerate(values):
            tall, x = value * _TALL // most, left + number * _BAR
            bars.append(
                Bar(
                    x=x,
                    y=floor - tall,
                    width=_BAR - 2,
                    height=tall,
                    looks=_look(number),
                    value=value,
                    value_x=x + _BAR // 2 - 1,
                    value_y=floor - tall - 4,
                )
            )
    labels = [
        Label(x=place * wide + wide // 2, y=floor + 16, text=text, anchor="middle")
        for place, (text, _) in enumerate(rows)
    ]
    return Chart(
        name=name,
        title=title,
        says=_said(heads, rows),
        height=floor + _FOOT,
        bars=bars,
        labels=labels,
        heads=heads,
        rows=rows,
        legend=[(_look(number), head) for number, head in enumerate(heads[1:])],
    )


def lines(*, name: str, title: str, heads: Sequence[str], rows: Sequence[tuple[str, int]]) -> Chart:
    """Level bars, one below the other."""
    most = max([1, *(value for _, value in rows)])
    room = WIDTH - _NAMES - _FIGURE
    bars, labels = [], []
    for place, (text, value) in enumerate(rows):
        long, middle = value * room // most, place * _ROW + 17
        bars.append(
            Bar(
                x=_NAMES,
                y=place * _ROW + 4,
                width=long,
                height=_BAR,
                looks=_look(1),
                value=value,
                value_x=_NAMES + long + 16,
                value_y=middle,
            )
        )
        labels.append(Label(x=_NAMES - 8, y=middle, text=text, anchor="end"))
    listed = [(text, (value,)) for text, value in rows]
    return Chart(
        name=name,
        title=title,
        says=_said(heads, listed),
        height=len(rows) * _ROW + 4,
        bars=bars,
        labels=labels,
        heads=heads,
        rows=listed,
    )


def _look(number: int) -> str:
    return "hollow" if number == 0 else "full"


def _said(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    """The sum of each column, for whoever hears the picture; the table has the rest."""
    sums = [sum(values[place] for _, values in rows) for place in range(len(heads) - 1)]
    named = ", ".join(
        f"{head.lower()} {total}" for head, total in zip(heads[1:], sums, strict=True)
    )
    return f"In all: {named}. The table below has every figure."
