"""The cookies of this site, each declared: what it is for, how long it lives, what refusing it costs (R171).

What the site sets and is not declared here fails a test. Only what is needed for something that the person asked for
may be declared, so nothing here waits for a consent (Directive 2002/58/EC Art. 5(3)).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dsar import conf

if TYPE_CHECKING:
    from django.utils.functional import Promise


class Place(StrEnum):
    """Where the browser keeps it. Only cookies are sent to us; all of it is on the person's device."""

    COOKIE = "cookie"
    DEVICE = "local storage"
    TAB = "session storage"


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """One thing that a page may leave in a browser. All are first party."""

    name: str
    purpose: str | Promise
    without: str | Promise
    """What refusing or deleting it costs."""
    life: int | None = None
    """Of a cookie, seconds at most; None until the browser is closed."""
    place: Place = Place.COOKIE
    can_be_deleted: bool = False
    """By a button of its own. The others come back with the next page, or go by themselves."""
    for_staff: bool = False
    path: str = "/"
    domain: str | None = None


def declared() -> tuple[Cookie, ...]:
    """Every cookie of this site: those of its own parts, then those that the project's settings add."""
    return (*_own(), *_OF_SCRIPTS, *_OF_STAFF, *conf.get("COOKIES"))


def of_visitors() -> list[Cookie]:
    """Those that anybody may meet."""
    return [one for one in declared() if not one.for_staff]


def find(name: str) -> Cookie | None:
    """The cookie of that name, if it is declared."""
    return next((one for one in declared() if one.name == name), None)


def _own() -> tuple[Cookie, ...]:
    return (
        Cookie(
            name=settings.SESSION_COOKIE_NAME,
            purpose=_(
                "Remembers that you are logged in, and keeps the answers of a form until you send it. It is a random"
                " number that says nothing about you."
            ),
            without=_("You are logged out. Without it you cannot log in or file a request here."),
            life=settings.SESSION_COOKIE_AGE,
            can_be_deleted=True,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
        ),
        Cookie(
            name=settings.CSRF_COOKIE_NAME,
            purpose=_(
                "Proves that a form was sent from our own pages, so that no other site can act in your name."
            ),
            without=_("No form can be sent. It comes back with the next page that has one."),
            life=settings.CSRF_COOKIE_AGE,
            path=settings.CSRF_COOKIE_PATH,
            domain=settings.CSRF_COOKIE_DOMAIN,
        ),
        Cookie(
            name=settings.LANGUAGE_COOKIE_NAME,
            purpose=_("Remembers the language that you chose at the foot of a page."),
            without=_("Pages come in the language that your browser asks for."),
            life=settings.LANGUAGE_COOKIE_AGE,
            can_be_deleted=True,
            path=settings.LANGUAGE_COOKIE_PATH,
            domain=settings.LANGUAGE_COOKIE_DOMAIN,
        ),
        Cookie(
            name="messages",
            purpose=_(
                "Tells you on the next page what your last click did. It goes once you saw it."
            ),
            without=_("You are not told that something was done."),
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
        ),
    )


# What scripts keep on the device.
_OF_SCRIPTS = (
    Cookie(
        name="htmx-current-path-for-history",
        purpose=_(
            "Notes which page is open, where a page shows progress by itself. It is not a cookie: it stays in this"
            " tab and is never sent to us."
        ),
        without=_("Nothing is lost."),
        place=Place.TAB,
    ),
)
# What Django's admin pages keep on the device of whoever works there.
_OF_STAFF = (
    Cookie(
        name="theme",
        purpose=_("Remembers whether the desk is light or dark."),
        without=_("The desk follows the device."),
        place=Place.DEVICE,
        for_staff=True,
    ),
    Cookie(
        name="django.admin.navSidebarIsOpen",
        purpose=_("Remembers whether the desk's menu is open."),
        without=_("The menu is open."),
        place=Place.DEVICE,
        for_staff=True,
    ),
    Cookie(
        name="django.admin.filtersState",
        purpose=_("Remembers which filters of a list are open."),
        without=_("All filters are open."),
        place=Place.TAB,
        for_staff=True,
    ),
)
