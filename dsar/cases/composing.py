"""From a letter's data to its page: headings, paragraphs, lists and tables, the same for text, HTML and PDF."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from dsar import conf
from dsar.cases import contents, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Block:
    """A heading below a section's own, paragraphs, a list, or a table; what it is not stays empty."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the letter under its heading."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole letter in reading order."""

    language: str
    title: str
    sender: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    opening: str
    sections: tuple[Section, ...]
    page: str

    def as_data(self) -> dict[str, Any]:
        """The same in bare types."""
        return asdict(self)


_FACTS: Final = ("reference", "received_at", "right")
"""What stands at the head of the letter."""

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "rights": ("right", "answer_expected_by", "ledger_entry"),
    "receipts": ("title", "deleted", "overwritten", "retained", "until", "reason"),
    "fields": ("declaration", "field", "old", "new", "result", "why"),
    "exclusions": ("what", "why"),
    "used_last_year": ("recipient", "told_on", "categories"),
    "decided": ("part", "verdict", "ground"),
    "information.purposes": ("label", "legal_basis", "basis_in_singapore", "interest"),
    "information.categories": ("label", "purposes"),
    "information.recipients": ("name", "role", "country", "purposes"),
    "information.retention": ("what", "period", "from", "then", "law"),
    "information.rights": ("label", "article", "purposes"),
    "information.complaint": ("name", "law", "remedy"),
    "information.source": ("what", "source"),
    "information.automated_decisions": ("label", "explanation"),
    "information.transfers": ("name", "country", "safeguard"),
    "information.secrets_held": ("what", "category"),
    "information.withheld": ("what",),
}
"""Which columns a table shows, and in which order; a column that is empty throughout is left out."""

_HIDDEN: Final = frozenset({"code", "term", "declaration_code"})
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


def compose(  # noqa: PLR0913 - all that makes a letter what it is.
    said: Mapping[str, Any],
    *,
    kind: str,
    variant: str,
    regimes: Iterable[str],
    language: str,
    version: str,
) -> Document:
    """The letter as a document, in the words of its version and language."""
    maker = _Maker(words=wording.words(language, version=version), language=language)
    wanted = set(contents.parts(said, kind=kind, variant=variant, regimes=regimes))
    shown = [part for part in maker.words["headings"] if part in said]
    return Document(
        language=maker.words["language"],
        title=maker.title(kind, variant=variant),
        sender=_sender(),
        facts=tuple((maker.heading(part), str(said[part])) for part in shown if part in _FACTS),
        opening=maker.words["openings"].get(kind, ""),
        sections=tuple(
            Section(heading=maker.heading(part), blocks=tuple(maker.blocks(part, said[part])))
            for part in shown
            if part not in _FACTS and (said[part] or part in wanted)
        ),
        page=maker.words["page"],
    )


def _sender() -> tuple[str, ...]:
    organisation = conf.get("ORGANISATION")
    lines = (organisation.get(name, "") for name in ("name", "address", "email"))
    return tuple(line for line in lines if line)


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """Makes blocks with the words of one version and language."""

    words: Mapping[str, Any]
    language: str

    def title(self, kind: str, *, variant: str) -> str:
        titles: Mapping[str, str] = self.words["titles"]
        return titles.get(f"{kind} {variant}", titles[kind])

    def heading(self, part: str) -> str:
        return str(self.words["headings"][part])

    def label(self, name: str) -> str:
        return str(self.words["labels"].get(name, name.replace("_", " ").capitalize()))

    def blocks(self, part: str, value: Any) -> list[Block]:
        """The part's blocks; information and other nested data get a heading of their own inside."""
        if part == "outcome":
            return [Block(paragraphs=(self.words["outcomes"].get(value, str(value)),))]
        if part == "information" and isinstance(value, dict):
            return [
                self.block(f"information.{name}", value[name], heading=heading)
                for name, heading in self.words["information"].items()
                if name in value and (value[name] or name in contents.INFORMATION)
            ]
        return [self.block(part, value)]

    def block(self, part: str, value: Any, *, heading: str = "") -> Block:
        if isinstance(value, dict):
            rows = ((self.label(name), self.text(inner)) for name, inner in value.items() if inner)
            return Block(heading=heading, rows=tuple(rows))
        if not isinstance(value, (list, tuple)):
            return Block(heading=heading, paragraphs=tuple(self.text(value).split("\n")))
        if value and all(isinstance(one, dict) for one in value):
            return self.table(part, value, heading=heading)
        items = tuple(self.text(one) for one in value)
        if not items:
            return Block(heading=heading, paragraphs=(self.words["none"],))
        return Block(heading=heading, items=items)

    def table(self, part: str, value: Sequence[dict[str, Any]], *, heading: str) -> Block:
        names = [
            name
            for name in _COLUMNS.get(part) or _names(value)
            if any(one.get(name) not in (None, "", [], 0) for one in value)
        ]
        return Block(
            heading=heading,
            columns=tuple(self.label(name) for name in names),
            rows=tuple(tuple(self.text(one.get(name, "")) for name in names) for one in value),
        )

    def text(self, value: Any) -> str:
        """A value in words: dates as people write them, lists with commas, known codes in the language."""
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return "; ".join(self.text(one).rstrip(".") for one in value)
        if isinstance(value, dict):
            told = (f"{self.label(name)}: {self.text(one)}" for name, one in value.items() if one)
            return "; ".join(told)
        said = str(value)
        if _ISO.fullmatch(said):
            return self.date(said)
        return str(self.words["values"].get(said, said))

    def date(self, said: str) -> str:
        """An ISO date or moment as this language writes it."""
        if len(said) > len("2026-01-01"):
            return wording.day(datetime.fromisoformat(said), language=self.language)
        return wording.on(date.fromisoformat(said), language=self.language)


def _names(value: Sequence[dict[str, Any]]) -> list[str]:
    found = dict.fromkeys(name for one in value for name in one)
    return [name for name in found if name not in _HIDDEN]
