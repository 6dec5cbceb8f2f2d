"""What lies in a package is what docs/data-format.md says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from dsar.packages import archive as writing
from dsar.packages import cells
from tests.engine.archives import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

PAGE = (Path(__file__).parents[2] / "docs" / "data-format.md").read_text(encoding="utf-8")
SPELLED = {"\t": "tab", "\n": "line feed", "\r": "carriage return"}


def table(heading: str) -> list[str]:
    """The first column of the table under a heading, as it is printed in code."""
    sections = re.split(r"^##? ", PAGE, flags=re.MULTILINE)
    found = next(one for one in sections if one.startswith(heading))
    return re.findall(r"^\| `([^`]+)` \|", found, re.MULTILINE)


def kinds(names: list[str]) -> list[str]:
    """The members by the name of their folder, each once, in their order."""
    return list(dict.fromkeys(name.partition("/")[0] for name in names))


def test_members_come_in_the_order_of_the_page(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    wanted = kinds(table("What lies in a package"))
    copy = opened(answered(ask(cast.alice, "access"))).namelist()
    portable = opened(answered(ask(cast.alice, "portability"))).namelist()
    assert kinds(copy) == [one for one in wanted if one != "schema.json"]
    assert kinds(portable) == wanted


def test_each_member_says_what_the_page_lists(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    copy = opened(answered(ask(cast.alice, "access")))
    data = json.loads(copy.read("data.json"))
    assert data["format"] in PAGE
    # What is redacted is said of a table in which something is.
    members = set(table("data.json")) - {"redacted"}
    assert {name for one in data["tables"] for name in one} == members
    assert set(json.loads(copy.read("information.json"))) == set(table("information.json"))
    manifest = json.loads(copy.read("manifest.json"))
    assert manifest["format"] == writing.FORMAT
    assert writing.FORMAT in PAGE
    assert {name for one in manifest["members"] for name in one} == {"path", "bytes", "sha256"}


def test_the_page_lists_what_is_guarded():
    line = next(line for line in PAGE.splitlines() if line.startswith("    '  "))
    listed = re.split(r"\s{2,}", line.strip())
    assert listed == [SPELLED.get(risky, risky) for risky in cells.RISKY]
