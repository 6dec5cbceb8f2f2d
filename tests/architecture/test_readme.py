"""The first page promises what there is."""

from __future__ import annotations

import re

from django.core.management import get_commands, load_command_class

from tests.architecture import reading

PAGE = "docs/operations/commands.md"
PYTESTS = {"test"}
"""Commands whose arguments go to pytest."""


def options_of(command: str) -> set[str]:
    found = load_command_class(str(get_commands()[command]), command)
    parser = found.create_parser("manage.py", command)
    return {option for action in parser._actions for option in action.option_strings}  # noqa: SLF001


def test_the_commands_of_the_readme_exist():
    promised = set(re.findall(r"python3 manage\.py (\w+)", reading.text("README.md")))
    assert {"demo", "test"} <= promised
    assert promised - set(get_commands()) == set()


def test_the_readme_is_short():
    assert len(reading.text("README.md").splitlines()) <= 50


def test_the_options_that_the_documents_name_exist():
    """Each row of the commands' page names options of its own command only."""
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", reading.text(PAGE), re.MULTILINE)
    unknown = [
        (name, option)
        for name, said in rows
        if name not in PYTESTS
        for option in re.findall(r"`[^`]*?(--[\w-]+)", said)
        if option not in options_of(name)
    ]
    assert len(rows) > 8
    assert unknown == []
