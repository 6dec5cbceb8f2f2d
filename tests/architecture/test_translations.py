"""Every sentence of the portal has its Chinese, and the compiled catalogue is the one that is read."""

from __future__ import annotations

import ast
from importlib import import_module
from typing import TYPE_CHECKING

import polib
import pytest
from django.utils.translation.template import templatize

from dsar.declarations import Purpose
from tests.architecture import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPS = ("accounts", "dsar", "orders")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}


def path(app: str) -> str:
    return str(reading.ROOT / app / "locale/zh_Hans/LC_MESSAGES/django.po")


def catalogue(app: str) -> polib.POFile:
    return polib.pofile(path(app))


def known(app: str) -> set[str]:
    return {entry.msgid for entry in catalogue(app) if entry.translated()}


def sources() -> list[Path]:
    pages = (reading.ROOT / "dsar" / "templates" / "dsar" / "portal").glob("*.html")
    code = (reading.ROOT / "dsar" / "portal").glob("*.py")
    shown = (
        *("cases/timeline.py", "engine/renewing.py"),
        *("registers/cookies.py", "registers/receipts.py"),
    )
    joining = [reading.ROOT / "accounts" / "joining.py"]
    joining += (reading.ROOT / "accounts" / "templates").rglob("*.html")
    return sorted([*pages, *code, *(reading.ROOT / "dsar" / one for one in shown), *joining])


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
    app = source.relative_to(reading.ROOT).parts[0]
    assert [one for one in sentences(source) if one not in known(app)] == []


@pytest.mark.parametrize("app", ["accounts", "orders"])
def test_every_purpose_is_said_in_chinese(app):
    """They are asked for, and switched, in the reader's language."""
    module = import_module(f"{app}.purposes")
    purposes = [one for one in vars(module).values() if isinstance(one, Purpose)]
    assert len(purposes) > 2
    said = {text for one in purposes for text in (one.label, one.consequence) if text}
    assert said - known(app) == set()


def test_there_are_sentences_to_translate():
    assert sum(len(list(sentences(source))) for source in sources()) > 200


@pytest.mark.parametrize("app", APPS)
def test_the_compiled_catalogue_is_fresh(app):
    compiled = polib.mofile(path(app).replace(".po", ".mo"))
    said = {(one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in catalogue(app)}
    assert {(one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in compiled} == said


@pytest.mark.parametrize("app", APPS)
def test_nothing_is_lost_that_is_put_in(app):
    """Names in %(…)s stand in both languages."""
    for entry in catalogue(app):
        named = [part.split(")")[0] for part in entry.msgid.split("%(")[1:]]
        told = entry.msgstr or entry.msgstr_plural[0]
        assert sorted(named) == sorted(part.split(")")[0] for part in told.split("%(")[1:]), entry
