"""A picture of every page that somebody comes to, as wide as a telephone and as wide as a desk."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.urls import Resolver404, URLResolver, get_resolver, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from config.demonstration.company import Player

WIDTHS = (320, 1280)
_HEIGHT = 900
_SHOWN, _FAILED = 200, 500
_TELLING = ("act", "right", "app_label")
"""Parts of an address that make another page of it; all others only say whose row it shows."""
_NOT_OPENED = ("logout", "logo", "autocomplete", "jsi18n", "redirect", "export", "i18n")
_LOOKS_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass(kw_only=True)
class Taken:
    """What came of a walk."""

    pictures: list[Path] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Addresses that answered with an error of ours."""
    too_wide: list[str] = field(default_factory=list)
    """Addresses that scroll sideways on a telephone."""


def launched(playwright: Any, executable: str | None) -> Browser:
    """The system's browser, which refuses its own sandbox to root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    found: Browser = playwright.chromium.launch(executable_path=executable, args=arguments)
    return found


def take(page: Page, address: str, *, under: tuple[str, ...], folder: Path, taken: Taken) -> None:
    """Walk from every address without number below these paths along the links, and take each page once."""
    folder.mkdir(parents=True, exist_ok=True)
    left = deque(path for path in sorted(_plain(get_resolver())) if path.startswith(under))
    seen: set[str] = set()
    while left:
        path = left.popleft()
        name = _name(path)
        if name is None or name in seen or not path.startswith(under):
            continue
        seen.add(name)
        if _opened(page, address + path, taken=taken):
            left.extend(_links(page, address))
            _take(page, folder / name, taken=taken)


def log_in(page: Page, address: str, player: Player) -> None:
    """Log somebody in, as they would."""
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", player.email)
    page.fill("[name=password]", player.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def take_questions(page: Page, address: str, *, folder: Path, taken: Taken) -> None:
    """The pages that ask what each right needs to be told, which no link leads to."""
    page.goto(f"{address}/privacy/ask/")
    rights = page.locator("[name=rights]").evaluate_all("each => each.map(one => one.value)")
    for right in rights:
        page.goto(f"{address}/privacy/ask/")
        for other in rights:
            page.locator(f"[name=rights][value={other}]").set_checked(other == right)
        with page.expect_navigation():
            page.locator("main form button[type=submit]").last.click()
        _take(page, folder / f"asked-{right}", taken=taken)


def _plain(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """Every address in which nothing stands that must be known."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern).strip("^$").replace("\\Z", "")
        if isinstance(one, URLResolver):
            yield from _plain(one, route)
        elif not set("<(?\\") & set(route):
            yield route


def _name(path: str) -> str | None:
    """What the page is called; None for what is no page, or changes something by being opened."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    name = found.view_name or ""
    if not name or any(one in name for one in _NOT_OPENED):
        return None
    more = [str(found.kwargs[one]) for one in _TELLING if one in found.kwargs]
    return "-".join([name.replace(":", "-"), *more])


def _opened(page: Page, address: str, *, taken: Taken) -> bool:
    """Whether a page of ours is shown now; a file, a refusal and another page in its place are none."""
    # Asked beside the page first: what a browser does not show, it breaks off, and the next page with it.
    answer = page.request.get(address, max_redirects=0)
    if answer.status >= _FAILED:
        taken.failed.append(address)
    is_page = answer.status == _SHOWN and "html" in answer.headers.get("content-type", "")
    if is_page:
        page.goto(address)
    return is_page


def _links(page: Page, address: str) -> list[str]:
    found = page.locator("a[href]").evaluate_all("each => each.map(one => one.href)")
    return [urlsplit(one).path for one in found if one.startswith(f"{address}/")]


def _take(page: Page, place: Path, *, taken: Taken) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": _HEIGHT})
        picture = place.with_name(f"{place.name}-{width}.png")
        page.screenshot(path=picture, full_page=True)
        taken.pictures.append(picture)
        if width == min(WIDTHS) and page.evaluate(_LOOKS_WIDE):
            taken.too_wide.append(page.url)
