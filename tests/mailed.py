"""The secret of a link, as it stands in a mail or in an address."""

from __future__ import annotations

import re

TOKEN = re.compile(r"[0-9a-f]{32}\.[\w-]{43}")


def token_in(text: object) -> str:
    """The one token in a text."""
    (found,) = TOKEN.findall(str(text))
    return str(found)
