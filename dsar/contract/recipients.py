"""Recipients that several apps have in common: the project names them once, so that no app repeats another's."""

from __future__ import annotations

from dsar import conf
from dsar.contract.declarations import Recipient


def shared(code: str) -> Recipient:
    """The recipient that the project's settings name under this code; raises KeyError."""
    return Recipient(code=code, **conf.get("RECIPIENTS")[code])
