"""How a person is named to whoever need not know who it is: the same name in each of their cases, and no way back."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from dsar import conf

if TYPE_CHECKING:
    from dsar.cases.models import Case


def of(case: Case) -> str:
    """A name made from a keyed digest of the account, of the address it was filed with, or of the case itself."""
    who = case.subject_id or case.address_digest or case.pk
    key = str(conf.get("SUPPRESSION_KEY")).encode()
    said = hmac.new(key, f"pseudonym:{who}".encode(), hashlib.sha256).hexdigest().upper()
    return f"Person {said[:4]}-{said[4:8]}"
