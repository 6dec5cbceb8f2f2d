"""A letter on paper and screen: plain text, a page that needs nothing beside itself, and PDF/UA."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typst
from django.template.loader import get_template, render_to_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.cases.composing import Block, Document

_FONT: Final = "cvttf_NotoSansCJK_Regular"
"""The package whose folder holds Noto Sans CJK: it is the same on every machine, so the same letter looks the same."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A letter as a page and as plain text."""

    html: str
    text: str


def as_page(document: Document, *, version: str) -> Rendered:
    """The letter as HTML and as text."""
    context = {"document": document, "reference": document.facts[0][1] if document.facts else ""}
    return Rendered(
        html=render_to_string(f"dsar/letters/{version}/letter.html", context),
        text="\n".join(_lines(document)) + "\n",
    )


def as_pdf(document: Document, *, version: str) -> bytes:
    """The letter as PDF/UA-1. Everything in it is passed as data, so that no text is ever read as Typst."""
    return typst.compile(
        _layout(version),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"letter": json.dumps(document.as_data(), ensure_ascii=False)},
        pdf_standards="ua-1",
    )


@cache
def _layout(version: str) -> bytes:
    found = get_template(f"dsar/letters/{version}/letter.html").origin.name  # type: ignore[attr-defined]
    return Path(found).with_name("letter.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    found = util.find_spec(_FONT)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(_FONT)
    folder = str(Path(found.origin).parent)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def _lines(document: Document) -> Iterator[str]:
    yield document.title
    yield ""
    for name, value in document.facts:
        yield f"{name}: {value}"
    if document.opening:
        yield from ("", document.opening)
    for section in document.sections:
        yield from ("", section.heading)
        for block in section.blocks:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if block.heading:
        yield f"  {block.heading}"
    for paragraph in block.paragraphs:
        yield f"  {paragraph}"
    for item in block.items:
        yield f"  - {item}"
    for row in block.rows:
        yield f"  - {_row(block, row)}"


def _row(block: Block, row: tuple[str, ...]) -> str:
    if not block.columns:
        return ": ".join(row)
    named = zip(block.columns, row, strict=True)
    return "; ".join(f"{name}: {value}" for name, value in named if value)
