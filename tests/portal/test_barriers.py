"""Every page of the portal and the accounts in a real browser, at any width and in any colours: none has a barrier."""

from __future__ import annotations

from typing import Any

import pytest

from dsar.cases.models import Case
from tests import entering, faces
from tests.portal import pages
from tests.portal.screens import assert_good, in_each_look, log_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]


@pytest.fixture
def places(cast: Any, settings: Any) -> dict[str, Any]:
    """What there is for every page to show."""
    settings.DSAR = settings.DSAR | {"PUBLISH_FIGURES": True}
    return pages.fill(cast)


@in_each_look
def test_no_page_has_a_barrier(site, cast, opened, look, places):
    # axe is put into the page, which the site's own policy rightly forbids.
    page = opened(**look, bypass_csp=True)
    for name in sorted(pages.OPEN):
        shown(page, site + pages.address(name, places))
    found = shown_of_the_accounts(page, site)
    log_in(page, site, cast.alice)
    # Some of them want a log-in of a few minutes ago.
    found |= shown_of_the_accounts(page, site)
    assert found == set(pages.accounts())
    asking(page, site)
    for name in pages.PAGES:
        shown(page, site + pages.address(name, places))


@in_each_look
def test_no_page_that_a_link_opens_has_a_barrier(site, cast, browser, look, places):
    case = Case.objects.select_related("key").get(reference=places["reference"])
    wide = look["viewport"]["width"]
    more = {name: value for name, value in look.items() if name != "viewport"}
    page = faces.page_for(
        entering.by_link(case), browser, site, width=wide, bypass_csp=True, **more
    )
    for name in pages.BY_LINK:
        shown(page, site + pages.address(name, places))
    page.context.close()


def asking(page: Any, site: str) -> None:
    """Come as far as to the question that deletion asks, and so to the last page."""
    page.goto(f"{site}/privacy/ask/")
    page.get_by_label("Delete my data").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Everything, and close my account").check()
    page.get_by_label("I have read what will be deleted").check()
    page.get_by_role("button", name="Continue").click()


def shown(page: Any, address: str) -> None:
    answer = page.goto(address)
    assert (answer.status, page.url) == (200, address)
    assert_good(page)


def shown_of_the_accounts(page: Any, site: str) -> set[str]:
    """Which pages of the accounts are shown to whoever this is, and have no barrier."""
    found = set()
    for name, path in pages.accounts().items():
        if page.goto(site + path).status == 200 and page.url == site + path:
            assert_good(page)
            found.add(name)
    return found
