"""A seat at the desk in a real browser: every page on the way is looked at for barriers and breaches of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

from tests import faces

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, Page

_VIOLATIONS = """document.addEventListener("securitypolicyviolation", found =>
    console.error(`refused: ${found.violatedDirective} ${found.blockedURI}`))"""


class Seat:
    """One member of staff before one screen, under the strict policy."""

    def __init__(self, client: Client, browser: Browser, site: str) -> None:
        self.site = site
        self.page: Page = faces.page_for(client, browser, site)
        self.page.set_default_timeout(15_000)
        self.page.add_init_script(_VIOLATIONS)
        self.complaints: list[str] = []
        self.barriers: list[Any] = []
        self.seen: set[str] = set()
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, address: str) -> None:
        """Go to an address of the site."""
        answer = self.page.goto(self.site + address)
        assert answer is not None
        assert answer.status == 200, address
        self.look()

    def follow(self, name: str) -> None:
        """Follow the link of this name."""
        self.page.get_by_role("link", name=name, exact=True).click()
        self.look()

    def press(self, name: str, *, says: str) -> None:
        """Press a button, after which the page says this."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.get_by_text(says).first.wait_for()
        self.look()

    def says(self, text: str) -> bool:
        """Whether the page shows this text."""
        return self.page.get_by_text(text).count() > 0

    def offers(self, name: str) -> bool:
        """Whether there is a link of this name."""
        return self.page.get_by_role("link", name=name, exact=True).count() > 0

    def look(self) -> None:
        """Look at the page as it stands for barriers."""
        self.page.wait_for_load_state()
        self.seen.add(self.page.url)
        before = len(self.complaints)
        found = Axe().run(self.page).response["violations"]
        # What the policy refuses to axe itself is no fault of the page.
        del self.complaints[before:]
        self.barriers += [(self.page.url, one["id"], one["nodes"][0]["html"]) for one in found]

    def leave(self) -> None:
        """Close the browser's context; whatever was found on the way is a fault."""
        self.page.context.close()
        assert self.seen
        assert not self.complaints, self.complaints
        assert not self.barriers, self.barriers
