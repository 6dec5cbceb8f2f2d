"""What the tests in a browser share: how a screen may look, logging in, and what no page may do on any of them."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import faces
from tests.testapp.factories import PASSWORD

LOOKS: list[dict[str, Any]] = [
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    # 1,280 px at 400 % is this narrow (WCAG 2.2, 1.4.10).
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    {"viewport": {"width": 320, "height": 640}, "forced_colors": "active"},
]
in_each_look = pytest.mark.parametrize(
    "look",
    [LOOKS[1], *(pytest.param(one, marks=pytest.mark.slow) for one in (LOOKS[0], LOOKS[2]))],
    ids=["narrow-dark", "wide", "forced-colours"],
)


def log_in(page: Any, site: str, person: Any) -> None:
    page.goto(f"{site}/accounts/login/?next=/privacy/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    page.wait_for_url(f"{site}/privacy/")


def barriers(page: Any) -> list[tuple[str, str]]:
    violations = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in violations]


def assert_good(page: Any) -> None:
    assert barriers(page) == [], page.url
    assert not page.evaluate(faces.SCROLLS_SIDEWAYS), page.url
