"""docs/requirements-coverage.md has a line for each requirement and promise; tests and pages that it names exist."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

import pytest
from django.urls import resolve

from tests.architecture import reading

PAGE = "docs/requirements-coverage.md"
ASKED = range(1, 201)
PROMISED = (
    ("Head", "in force since a day"),
    ("Head", "explains how to access, correct, delete"),
    ("Head", "read the terms; using is agreeing"),
    ("Head", "contact us with questions"),
    ("1.1", "legality, propriety, necessity"),
    ("1.1", "errors or omissions in our disclosure: contact us"),
    ("1.1(1)", "basic functions need data; refusing is explained"),
    ("1.1(2)", "additional functions ask apart; basic ones do not depend on them"),
    ("1.2(1)", "register with e-mail and password; the copy has the address, never the password"),
    ("1.2(2)", "logs: pages, searches, address, browser, language, times"),
    ("1.2(2)", "logs alone identify nobody"),
    ("1.2(3)", "orders: name, e-mail, product, number, time, use of the quota"),
    ("1.2(4)", "support: an account is matched to verify; messages, images, files are kept"),
    ("1.2(4)", "whoever refuses gets no support"),
    ("1.3(1)", "others' data needs their authorisation"),
    ("1.3(2)", "another purpose needs another authorisation"),
    ("1.3(3)", "five cases need no authorisation"),
    ("1.3(4)", "data made anonymous for good is free to use"),
    ("2(1)–(2)", "cookies for log-in, preferences, security"),
    ("2(3)", "for no other purposes; manage or delete; refusal has effects"),
    ("3.1(1)–(2)", "made public with authorisation or a legal document only"),
    ("3.2(1)", "shared for law, disputes, authorities"),
    ("3.2(2)", "shared with explicit consent"),
    ("3.2(3)", "shared with service providers, what they need"),
    ("3.2", "strictly assessed, only what is necessary"),
    ("3.3(1)", "transferred with consent"),
    ("3.3(2)", "on a merger the new company is bound or asks anew"),
    ("3.4(1)", "six exceptions"),
    ("3.4(2)", "anonymous data may be shared"),
    ("4.1(1)", "servers in Singapore and elsewhere"),
    ("4.1(2)", "kept only as long as needed or a law demands; then deleted or made anonymous"),
    ("4.2(1)", "encryption, access control, secure storage, regular review"),
    ("4.2(2)", "team, procedures, need to know, confidentiality"),
    ("4.2(3)", "an incident is contained, told to you, and reported"),
    ("5", "not for people under 18"),
    ("5", "a minor's data without a parent's consent goes as soon as possible"),
    ("5", "guardians: contact us"),
    ("6", "access, correct, delete, limit; by any way"),
    ("6", "the right to limit the use"),
    ("6.1", "access and correction at any time"),
    ("6.2", "deletion in certain cases, in reasonable time"),
    ("6.3", "withdraw at any time, effective at once"),
    ("6.4", "a structured copy that machines read; sent on where feasible"),
    ("6.5", "object, unless compelling grounds stand against it"),
    ("7", "a significant change is told by e-mail or on the site"),
    ("8", "company, address, e-mail"),
    ("8", "inquiries and concerns"),
)
"""Sections of the privacy policy, in its order, with what each sentence promises."""
STATES = ("proved", "partly", "not yet", "not here")
_LINE = re.compile(r"^\| (R\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_PROMISE = re.compile(
    r"^\| (Head|\d[\d.()–]*) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE
)
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


def lines() -> list[Line]:
    return [_line(*parts) for parts in _LINE.findall(reading.text(PAGE))]


def promises() -> list[tuple[str, str, str, Line]]:
    """Section, sentence, where it is seen, and what is said of it."""
    return [
        (section, sentence, where, _line(f"{section} {sentence}", sentence, state, said))
        for section, sentence, where, state, said in _PROMISE.findall(reading.text(PAGE))
    ]


def _line(number: str, _: str, state: str, said: str) -> Line:
    return Line(
        number=number,
        state=state.strip(),
        tests=tuple(_TEST.findall(said)),
        rest=_TEST.sub("", said).strip(" ."),
    )


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


def test_each_promise_has_one_line_in_the_policys_order():
    """A line that the pattern misses would be believed, so they are counted too."""
    found = promises()
    assert [(section, sentence) for section, sentence, _, _ in found] == list(PROMISED)
    table = reading.text(PAGE).split("## What the policy promises")[1]
    assert len(found) == table.count("\n| ") - 1


def test_each_promise_leads_to_a_page():
    """The admin answers any address below its own, with a view that has no name."""
    for section, sentence, where, _ in promises():
        addresses = re.findall(r"`(/[\w/-]+/)`", where)
        assert addresses, (section, sentence)
        assert where.count("`") == 2 * len(addresses)
        for address in addresses:
            assert resolve(address).url_name, address


@pytest.mark.parametrize("line", [*lines(), *(line for *_, line in promises())], ids=str)
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
