"""Every sentence of the portal has its Chinese, and the compiled catalogue is the one that is read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import polib
import pytest
from django.utils.translation.template import templatize

from tests.architecture import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CATALOGUE = "dsar/locale/zh_Hans/LC_MESSAGES/django.po"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}


def catalogue() -> polib.POFile:
    return polib.pofile(str(reading.ROOT / CATALOGUE))


def sources() -> list[Path]:
    pages = (reading.ROOT / "dsar" / "templates" / "dsar" / "portal").glob("*.html")
    code = (reading.ROOT / "dsar" / "portal").glob("*.py")
    shown = ("cases/timeline.py", "registers/cookies.py")
    return sorted([*pages, *code, *(reading.ROOT / "dsar" / path for path in shown)])


def sentences(source: Path) -> Iterator[str]:
    """The texts that are handed to gettext; of a template, as Django hands them on."""
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FUNCTIONS:
                place = int(getattr(node.func, "id", "") in WITH_CONTEXT)
                yield ast.literal_eval(node.args[place])
        return
    for line in templatize(text).split("gettext(")[1:]:
        yield ast.literal_eval(line[: line.index(line[1] if line[0] == "u" else line[0], 2) + 1])


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.name)
def test_every_sentence_is_translated(source):
    known = {entry.msgid for entry in catalogue() if entry.translated()}
    assert [one for one in sentences(source) if one not in known] == []


def test_there_are_sentences_to_translate():
    assert sum(len(list(sentences(source))) for source in sources()) > 200


def test_the_compiled_catalogue_is_fresh():
    compiled = polib.mofile(str(reading.ROOT / CATALOGUE).replace(".po", ".mo"))
    said = {(one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in catalogue()}
    assert {(one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in compiled} == said


def test_nothing_is_lost_that_is_put_in():
    """Names in %(…)s stand in both languages."""
    for entry in catalogue():
        named = [part.split(")")[0] for part in entry.msgid.split("%(")[1:]]
        told = entry.msgstr or entry.msgstr_plural[0]
        assert sorted(named) == sorted(part.split(")")[0] for part in told.split("%(")[1:]), entry
