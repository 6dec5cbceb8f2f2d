"""The first page promises what there is."""

from __future__ import annotations

import re

from django.core.management import get_commands

from tests.architecture import reading


def test_the_commands_of_the_readme_exist():
    promised = set(re.findall(r"python3 manage\.py (\w+)", reading.text("README.md")))
    assert {"demo", "test"} <= promised
    assert promised - set(get_commands()) == set()


def test_the_readme_is_short():
    assert len(reading.text("README.md").splitlines()) <= 50
