"""What people read of us is plain: short sentences of short words, measured (R15).

The measure is the Flesch-Kincaid grade, in school years, over all sentences of a kind, with vowels for syllables. It
sees neither jargon nor sense; it sees when sentences grow long and words heavy.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import wording
from tests.architecture import reading
from tests.architecture.test_translations import sentences, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

HIGHEST_GRADE = 6
LONGEST_SENTENCE = 25
"""In words; longer ones are for two."""
LEGALESE = (
    "Notwithstanding the aforementioned limitation, the controller may, where requests from a data subject are"
    " manifestly unfounded or excessive, in particular because of their repetitive character, decline."
)
_HELD_OPEN = re.compile(r"%\(\w+\)s|\{[\w.]*\}")
_WORD = re.compile(r"[A-Za-z']+")


def portal() -> list[str]:
    return [one for source in sources() for one in sentences(source)]


def letters() -> list[str]:
    folder = reading.ROOT / "dsar" / "cases" / "words"
    said = json.loads((folder / f"{wording.VERSION}.en.json").read_text(encoding="utf-8"))
    return list(_texts(said))


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
        return
    for one in said.values() if isinstance(said, dict) else said:
        yield from _texts(one)


def whole(texts: list[str]) -> list[list[str]]:
    """The words of each sentence that is one; headings and labels are none."""
    parts = [
        part
        for text in texts
        for part in re.split(r"(?<=[.!?:;])\s+", _HELD_OPEN.sub("X", text))
        if part.rstrip().endswith((".", "!", "?"))
    ]
    return [words for part in parts if len(words := _WORD.findall(part)) > 2]


def syllables(word: str) -> int:
    """As many as there are runs of vowels; a last e is silent."""
    plain = word.lower()
    runs = len(re.findall(r"[aeiouy]+", plain))
    is_silent = plain.endswith("e") and not plain.endswith("le") and runs > 1
    return max(runs - is_silent, 1)


def grade(found: list[list[str]]) -> float:
    """The Flesch-Kincaid grade."""
    words = [word for sentence in found for word in sentence]
    each = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / len(found) + 11.8 * each - 15.59


@pytest.mark.parametrize("texts", [portal, letters], ids=["portal", "letters"])
def test_what_people_read_is_plain(texts):
    found = whole(texts())
    assert len(found) > 80
    assert grade(found) < HIGHEST_GRADE
    assert [" ".join(one) for one in found if len(one) > LONGEST_SENTENCE] == []


def test_the_measure_sees_what_is_not():
    found = whole([LEGALESE])
    assert grade(found) > 2 * HIGHEST_GRADE
    assert len(found[0]) > LONGEST_SENTENCE
