"""docs/requirements-coverage.md has one line for each requirement, and the tests that it names exist."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

import pytest

from tests.architecture import reading

PAGE = "docs/requirements-coverage.md"
ASKED = [
    1,
    2,
    3,
    *range(4, 35),
    *range(35, 55),
    *range(55, 99),
    *range(105, 122),
    126,
    *range(130, 145),
    *range(145, 167),
    *(171, 172),
    *range(175, 184),
    185,
    187,
    188,
    190,
    192,
    *range(195, 201),
]
STATES = ("proved", "partly", "not yet", "not here")
_LINE = re.compile(r"^\| (R\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_PROMISE = re.compile(r"^\| (Head|\d[\d.()–]*) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the page says of one requirement."""

    number: str
    state: str
    tests: tuple[tuple[str, str], ...]
    rest: str

    def __str__(self) -> str:
        return self.number


def lines(pattern: re.Pattern[str] = _LINE) -> list[Line]:
    return [
        Line(
            number=number,
            state=state.strip(),
            tests=tuple(_TEST.findall(said)),
            rest=_TEST.sub("", said).strip(" ."),
        )
        for number, _, state, said in pattern.findall(reading.text(PAGE))
    ]


@lru_cache(maxsize=256)
def named_in(path: str) -> frozenset[str]:
    file = reading.ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(
        found.name
        for found in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(found, ast.FunctionDef) and found.name.startswith("test_")
    )


def test_each_requirement_has_one_line_in_order():
    assert [line.number for line in lines()] == [f"R{number}" for number in ASKED]


def test_each_promise_of_the_table_is_read():
    """A line that the pattern misses would be believed."""
    table = reading.text(PAGE).split("## What the policy promises")[1]
    assert len(lines(_PROMISE)) == table.count("\n| ") - 1


@pytest.mark.parametrize("line", [*lines(), *lines(_PROMISE)], ids=str)
def test_a_line_says_what_is_proved_or_why_not(line):
    assert line.state in STATES
    if line.state in {"proved", "partly"}:
        assert line.tests
    if line.state == "proved":
        assert "issing" not in line.rest
    else:
        assert line.rest
    for path, name in line.tests:
        assert name in named_in(path), f"{path}::{name}"


def test_every_test_on_the_page_is_written_so_that_it_is_checked():
    """A path that the pattern misses would be believed."""
    page = reading.text(PAGE)
    assert page.count("::") == len(_TEST.findall(page))
