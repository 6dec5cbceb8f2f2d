"""Habits of the house that no linter knows."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture import reading

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "accounts",
    "config",
    "docs",
    "dsar",
    "manage.py",
    "orders",
    "pyproject.toml",
    "requirements.txt",
    "tests",
}
LONGEST_FILE = 400
LONGER = {
    "tests/contract/test_gate.py": "One test for each refusal of the gate, side by side.",
}
LONGEST_FUNCTION = 50
CODE = reading.modules("accounts", "config", "dsar", "orders")
OWN = {"tests/architecture/test_craft.py"}


def test_nothing_else_lies_at_the_top():
    found = {path.name for path in reading.ROOT.iterdir() if not reading.is_ignored(path)}
    assert found - TOP_LEVEL == set()


def test_every_module_says_what_it_is():
    silent = [
        reading.named(path)
        for path in reading.modules(*reading.PACKAGES)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_is_longer_than_can_be_held_in_mind():
    lengths = {
        reading.named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in reading.modules(*reading.PACKAGES)
    }
    long = {path for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert long - set(LONGER) == set()
    assert set(LONGER) - long == set(), "An exception that is none any more."


def test_no_function_is_longer_than_a_page():
    long = [
        f"{reading.named(path)}:{found.lineno} {found.name}"
        for path in CODE
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
        and (found.end_lineno or 0) - found.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize(
    "unfinished",
    [r"raise NotImplementedError", r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"(?<![\w.\"'])print\("],
)
def test_nothing_is_left_unfinished(unfinished):
    found = [
        f"{reading.named(path)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(unfinished, line)
    ]
    assert found == []


def test_nothing_speaks_of_the_machine_it_was_made_on():
    """Paths of one machine mean nothing on another; addresses are examples only."""
    paths = re.compile(r"(?<![\w.\-/<{}])/(?:work|opt|home|Users|mnt)/|\\\\Users\\\\")
    found = [
        f"{reading.named(path)}: {match.group()}"
        for path in reading.texts()
        if reading.named(path) not in OWN
        for match in paths.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_what_is_referred_to_is_here():
    """A page that is named exists; plans that were made on the way are nobody's to read."""
    pages = {path.name for path in reading.texts() if path.suffix == ".md"}
    found = [
        f"{reading.named(path)}: {match.group()}"
        for path in reading.texts()
        if reading.named(path) not in OWN
        for match in re.finditer(
            r"[\w-]+\.md\b|\b(?:DESIGN|Annex) [0-9A-F]\b", path.read_text(encoding="utf-8")
        )
        if match.group() not in pages
    ]
    assert found == []


def test_mail_addresses_in_the_project_are_nobody_s():
    """Every address ends in a domain that is reserved for examples (RFC 2606)."""
    address = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})(?![\w(.])", re.IGNORECASE)
    reserved = re.compile(r"(?:^|\.)(?:example(?:\.\w+)?|test|invalid|localhost)$")
    found = {
        f"{reading.named(path)}: {match.group()}"
        for path in reading.texts()
        if path.suffix in {".py", ".md", ".html", ".json"}
        for match in address.finditer(path.read_text(encoding="utf-8"))
        if not reserved.search(match.group(1).lower())
    }
    assert found == set()
