"""The words of letters: one file a version and language, of which no used version is ever changed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from dsar import conf
from dsar.law import grounds, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

_FOLDER: Final = Path(__file__).with_name("words")

VERSION: Final = "1"
"""The version new letters are written with; a stored letter keeps its own."""

LANGUAGES: Final = ("en", "zh-hans")


def language_of(wanted: str) -> str:
    """The language of the letters for whoever asked for this one; English where we have no words in it."""
    asked = wanted.casefold().replace("_", "-")
    if asked in {"zh", "zh-cn", "zh-sg"} or asked.startswith("zh-hans"):
        return "zh-hans"
    return asked if asked in LANGUAGES else "en"


@cache
def words(language: str, *, version: str = VERSION) -> Mapping[str, Any]:
    """Titles, headings, labels and sentences of a version; raises FileNotFoundError for one there never was."""
    path = _FOLDER / f"{version}.{language_of(language)}.json"
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return said


def sentence(name: str, *, language: str, **values: Any) -> str:
    """A standing sentence with its values filled in."""
    said: str = words(language)["sentences"][name]
    return said.format(**values)


def right(variant: str, *, language: str) -> str:
    """What was asked for, in words."""
    known: Mapping[str, str] = words(language)["rights"]
    return known.get(variant, variant.replace("_", " "))


def regime(code: str, *, language: str) -> dict[str, str]:
    """A regime's name, law, authority and remedy."""
    found = rules.latest(code)
    said = {
        "name": found.name,
        "law": found.law,
        "authority": found.authority,
        "remedy": found.remedy,
    }
    translated: dict[str, str] = words(language)["regimes"].get(code, {})
    return said | translated


def day(moment: datetime, *, language: str = "en") -> str:
    """A date as a letter writes it, where the organisation is."""
    return on(moment.astimezone(ZoneInfo(conf.get("TIME_ZONE"))).date(), language=language)


def on(when: date, *, language: str = "en") -> str:
    """The same of a date."""
    said = words(language)
    return str(said["date"]).format(
        day=when.day, month=said["months"][when.month - 1], number=when.month, year=when.year
    )


def reasons(given: Mapping[str, str], *, language: str = "en") -> list[str]:
    """A ground per regime in plain words; protected facts have no words of their own (R130, R131)."""
    known = grounds.all_grounds()
    return [
        _cited(known[code], regime, language=language) for regime, code in sorted(given.items())
    ]


def _cited(ground: grounds.Ground, regime: str, *, language: str) -> str:
    return f"{ground.in_words(language_of(language))} ({ground.source(regime)})"


def laws(regimes: Iterable[str], *, language: str) -> dict[str, list[str]]:
    """The laws that apply, whom to complain to and what remedy there is under each."""
    found = [regime(code, language=language) for code in regimes]
    between = "：" if language_of(language) == "zh-hans" else ": "
    return {
        "regimes": [f"{one['name']}{between}{one['law']}" for one in found],
        "complaint": [one["authority"] for one in found],
        "remedies": [one["remedy"] for one in found],
    }
