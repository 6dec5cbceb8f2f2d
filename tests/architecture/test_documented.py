"""What can be set, happen or be written is named in the documentation."""

from __future__ import annotations

import dataclasses
import re
from importlib import import_module
from pathlib import Path

import pytest

from dsar import conf, declarations
from dsar.cases.permissions import GROUPS
from dsar.cases.policy import Handling
from dsar.cases.states import Outcome, Right, State
from dsar.contract.vocabulary import Category, LegalBasis, Origin, Row, Whose
from dsar.ledger.findings import Kind
from dsar.ledger.tags import Tag
from tests.architecture import reading

_VARIABLE = re.compile(r"""env(?:iron)?(?:\.\w+)?[(\[]\s*"([A-Z][A-Z0-9_]+)\"""")
_NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PATH"}


def is_said(word: str, pages: str) -> bool:
    """Whether a page names a word as code: alone, or as a call's or a list's first part."""
    return re.search(rf"`[^`\n]*(?<![\w-]){re.escape(word)}(?![\w-])[^`\n]*`", pages) is not None


def unsaid(words: object, *paths: str) -> list[str]:
    pages = "\n".join(
        page for path, page in reading.documents().items() if path.startswith(paths or ("",))
    )
    return [str(word) for word in words if not is_said(str(word), pages)]  # type: ignore[attr-defined]


def variables() -> set[str]:
    """Every variable of the environment that the project reads."""
    found = (
        name
        for path in reading.modules("config", "accounts", "orders", "dsar")
        for name in _VARIABLE.findall(path.read_text(encoding="utf-8"))
    )
    return set(found) - _NOT_OURS


def commands() -> set[str]:
    found = (path for path in reading.modules("accounts", "config", "dsar", "orders"))
    return {path.stem for path in found if path.parent.name == "commands"} - {"__init__"}


def test_every_variable_of_the_environment_is_documented():
    assert len(variables()) > 40
    assert unsaid(variables(), "docs/operations/settings.md") == []


def test_no_variable_is_documented_that_nothing_reads():
    rows = re.findall(
        r"^\| ((?:`[A-Z0-9_]+`(?:, )?)+) \|",
        reading.text("docs/operations/settings.md"),
        re.MULTILINE,
    )
    said = {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}
    assert said - variables() - set(conf.DEFAULTS) == set()


def test_every_setting_of_dsar_is_documented():
    assert unsaid(conf.DEFAULTS, "docs/operations/settings.md") == []


def test_every_default_is_a_setting_that_something_reads():
    code = "\n".join(path.read_text(encoding="utf-8") for path in reading.modules("config", "dsar"))
    read = set(re.findall(r'(?:conf\.get\(|DSAR\[)"([A-Z_]+)"', code))
    assert set(conf.DEFAULTS) - read == set()


@pytest.mark.parametrize("words", [State, Outcome])
def test_every_state_and_outcome_is_documented(words):
    assert unsaid(words, "docs/life-of-a-request.md") == []


def test_every_right_is_in_the_glossary():
    assert unsaid(Right, "docs/glossary.md") == []


def test_every_way_of_deciding_is_in_the_table_of_the_policy():
    words = {Handling.AT_ONCE: "at once", Handling.AUTOMATIC: "automatically"}
    words |= {Handling.STAFF: "by staff", Handling.TWO_PEOPLE: "by two people"}
    page = reading.text("docs/life-of-a-request.md")
    assert [way for way in Handling if f"| {words[way]}" not in page] == []


def test_every_ledger_tag_is_documented():
    assert unsaid(Tag, "docs/ledger-format.md") == []


def test_every_finding_of_a_verification_is_documented():
    assert unsaid(Kind, "docs/operations/ledger.md") == []


def test_every_command_is_documented():
    assert {"datamap", "up", "seed"} <= commands()
    assert unsaid(commands(), "docs/operations/commands.md") == []


def test_every_word_of_the_door_is_documented():
    assert unsaid(declarations.__all__, "docs/declarations.md") == []


def test_every_call_of_the_registry_is_documented():
    calls = {"declare", "holds_nothing", "register_purpose"}
    assert calls <= set(import_module("dsar.registry").__all__)
    assert unsaid(calls, "docs/declarations.md") == []


@pytest.mark.parametrize(
    "word",
    [
        declarations.Purpose,
        declarations.Recipient,
        declarations.Retention,
        declarations.Linked,
        declarations.Erase,
        declarations.Surrogate,
    ],
)
def test_every_part_of_a_word_is_documented(word):
    names = [field.name for field in dataclasses.fields(word)]
    assert unsaid(names, "docs/declarations.md") == []


def test_everything_a_declaration_can_say_is_documented():
    said = declarations.PersonalData.__annotations__
    assert unsaid(said, "docs/declarations.md") == []


@pytest.mark.parametrize("terms", [Category, LegalBasis, Origin, Row, Whose])
def test_every_term_is_documented(terms):
    assert unsaid(terms, "docs/declarations.md") == []


def test_every_group_of_staff_is_documented():
    page = reading.text("docs/life-of-a-request.md")
    assert [name for name in GROUPS if name not in page] == []


def test_every_room_is_drawn():
    rooms = {path.parent.name for path in (reading.ROOT / "dsar").glob("*/__init__.py")}
    assert unsaid(rooms - {"management", "migrations"}, "dsar/README.md") == []


def test_every_link_between_pages_leads_somewhere():
    broken = [
        (page, target)
        for page, text in reading.documents().items()
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        if not (reading.ROOT / Path(page).parent / target).exists()
    ]
    assert broken == []


def test_every_page_can_be_found_from_the_first():
    """Whoever begins at README.md reaches every page."""
    pages, seen, waiting = reading.documents(), set(), ["README.md", "dsar/README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", pages.get(page, "")):
            found = (reading.ROOT / Path(page).parent / target).resolve()
            found = found / "README.md" if found.is_dir() else found
            waiting.append(str(found.relative_to(reading.ROOT)))
    assert set(pages) - seen == set()


def test_every_decision_is_in_the_list():
    records = sorted(path.name for path in (reading.ROOT / "docs/decisions").glob("0*.md"))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", reading.text("docs/decisions/README.md"))
    assert listed == records
