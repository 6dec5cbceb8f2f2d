"""What the declarations of dsar share: the purpose, treatments, periods, and how a sealed text is read."""

from __future__ import annotations

import json
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from dsar.declarations import (
    Category,
    Erase,
    Held,
    LegalBasis,
    NotPersonal,
    Origin,
    Purpose,
    Retention,
    Row,
    Whose,
)
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Callable


REQUEST_HANDLING: Final = Purpose(
    code="request_handling",
    label="Answering requests about personal data and proving that they were answered",
    basis=LegalBasis.LEGAL_OBLIGATION,
    pdpa="s 13(b) read with ss 12, 21 and 22: required by written law",
    dpv="RightsFulfilment",
)

KEPT_LAW: Final = "GDPR Art. 5(2) and 17(3)(b), (e); Limitation Act 1959 (Singapore) s 6"
TECHNICAL: Final = NotPersonal(because="A technical key that the rows are joined by.")
PROCEDURE: Final = Held(category=Category.LEGAL, origin=Origin.DERIVED)
ASKED: Final = Held(category=Category.LEGAL, origin=Origin.PROVIDED)
ACCOUNT: Final = Held(category=Category.ACCOUNT, origin=Origin.OBSERVED)
STAFF: Final = Held(category=Category.ACCOUNT, origin=Origin.OBSERVED, whose=Whose.SOMEBODY_ELSE)
LET_GO: Final = Erase(
    to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED, whose=Whose.SOMEBODY_ELSE
)
SOMEBODY_ELSES: Final = Held(
    category=Category.LEGAL, origin=Origin.DERIVED, whose=Whose.SOMEBODY_ELSE
)
OF_WORKERS: Final = NotPersonal(
    because="They say who carries the request out and how long it may take, not whom it is about."
)
OF_PROCESSING: Final = NotPersonal(
    because="It says what is done with data, for everybody alike, and not whom it is about."
)
CHOICE: Final = Held(category=Category.PRIVACY_PREFERENCE, origin=Origin.PROVIDED)


def kept(after: str) -> Retention:
    """Three years after a trigger: longer than every regime's demand for records of requests (R45)."""
    return Retention(after=after, years=3, law=KEPT_LAW)


def skeleton(after: str) -> Retention:
    """The same; then the row stays as a skeleton: what was asked, when, and how it ended, and nobody's (R158)."""
    return Retention(after=after, years=3, law=KEPT_LAW, then=Row.OVERWRITTEN)


def opened(name: str, *, case: str) -> Callable[[Any], object]:
    """Read a text that is sealed under its case's key; a destroyed key leaves nothing to read."""

    def read(row: Any) -> str | None:
        sealed = getattr(row, name)
        owner = reduce(getattr, case.split("__"), row) if case else row
        try:
            return None if sealed is None else box.unseal(owner.key, sealed).decode()
        except box.KeyDestroyedError:
            return None

    return read


def opened_json(name: str, *, case: str) -> Callable[[Any], object]:
    """Read a JSON value that is sealed under its case's key."""
    text = opened(name, case=case)

    def read(row: Any) -> object:
        said = text(row)
        return json.loads(said) if isinstance(said, str) else None

    return read
