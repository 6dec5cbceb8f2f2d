"""The countries whose laws may give somebody more rights, by name, for the question where one lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

COUNTRIES: tuple[tuple[str, Promise], ...] = (
    ("AT", _("Austria")),
    ("BE", _("Belgium")),
    ("BG", _("Bulgaria")),
    ("BR", _("Brazil")),
    ("CN", _("China")),
    ("HR", _("Croatia")),
    ("CY", _("Cyprus")),
    ("CZ", _("Czechia")),
    ("DK", _("Denmark")),
    ("EE", _("Estonia")),
    ("FI", _("Finland")),
    ("FR", _("France")),
    ("DE", _("Germany")),
    ("GR", _("Greece")),
    ("HU", _("Hungary")),
    ("IS", _("Iceland")),
    ("IE", _("Ireland")),
    ("IT", _("Italy")),
    ("LV", _("Latvia")),
    ("LI", _("Liechtenstein")),
    ("LT", _("Lithuania")),
    ("LU", _("Luxembourg")),
    ("MT", _("Malta")),
    ("NL", _("Netherlands")),
    ("NO", _("Norway")),
    ("PL", _("Poland")),
    ("PT", _("Portugal")),
    ("RO", _("Romania")),
    ("SG", _("Singapore")),
    ("SK", _("Slovakia")),
    ("SI", _("Slovenia")),
    ("ES", _("Spain")),
    ("SE", _("Sweden")),
    ("GB", _("United Kingdom")),
    ("US", _("United States")),
)
"""ISO 3166-1 alpha-2 codes, in the order of their English names."""


def choices() -> list[tuple[str, str]]:
    """The countries in the order of the reader's language, and the choice to say nothing first."""
    named = sorted(((code, str(name)) for code, name in COUNTRIES), key=lambda one: one[1])
    return [("", str(_("Another country, or I would rather not say"))), *named]
