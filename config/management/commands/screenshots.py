"""Pictures of every page of the portal, the accounts and the admin, with the sample company in them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError

from config.demonstration import pictures
from config.management.commands import demo

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from config.demonstration.company import Company
    from config.processes import Site

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Command(demo.Command):
    """`manage.py screenshots`."""

    help = "Run the demonstration, then take a picture of every page, 320 and 1,280 pixels wide."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where they go."""
        parser.add_argument("--folder", type=Path, default=settings.LOCAL_FOLDER / "screenshots")
        parser.set_defaults(once=True, json=False, port=0)

    def handle(self, **options: Any) -> None:
        """Exit 0 only if no page failed."""
        self.folder = options["folder"]
        super().handle(**options)

    def stay(self, site: Site, people: Company, *, once: bool) -> None:
        """Take the pictures instead of staying."""
        del once
        try:
            from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of the tests only.
        except ImportError as error:
            raise CommandError("Playwright is missing; it comes with the tests.") from error
        browser = next((found for one in _BROWSERS if (found := shutil.which(one))), None)
        taken = pictures.Taken()
        with sync_playwright() as playwright:
            opened = pictures.launched(playwright, browser)
            self._walk_as(opened, site.address.rstrip("/"), people, taken)
            opened.close()
        self._tell(taken)

    def _walk_as(self, browser: Any, address: str, people: Company, taken: pictures.Taken) -> None:
        portal, desk = ("/privacy/", "/accounts/"), ("/admin/",)
        customer = people.customers["access"]
        for who, player, under in (
            ("nobody", None, portal),
            ("customer", customer, portal),
            ("officer", people.officer, desk),
        ):
            page = browser.new_page()
            self._say(f"Taking the pages of: {who} …")
            if player:
                pictures.log_in(page, address, player)
            pictures.take(page, address, under=under, folder=self.folder / who, taken=taken)
            if player is customer:
                pictures.take_questions(page, address, folder=self.folder / who, taken=taken)
            page.close()

    def _tell(self, taken: pictures.Taken) -> None:
        for one in taken.too_wide:
            self._say(f"Scrolls sideways at 320 pixels: {one}")
        self._say(f"{len(taken.pictures)} pictures in {self.folder}")
        if taken.failed:
            raise CommandError(f"These pages failed: {', '.join(taken.failed)}")
