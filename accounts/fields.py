"""An e-mail column in which upper and lower case are the same."""

from __future__ import annotations

from typing import Any

from django.db import models


class LowercaseEmailField(models.EmailField):  # type: ignore[type-arg]  # not subscriptable at run time
    """An address that is written and looked up in lower case, so that one plain index makes it unique."""

    def get_prep_value(self, value: Any) -> Any:
        """The value as it is written and compared."""
        prepared = super().get_prep_value(value)
        return prepared.lower() if isinstance(prepared, str) else prepared
