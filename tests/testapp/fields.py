"""A column whose bytes are not its value: only Python can read it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class ShelvedTextField(TextField):
    """Text kept in base64; stands for encrypted and otherwise converted columns."""

    def get_prep_value(self, value: Any) -> str | None:
        """Put the text away."""
        return None if value is None else base64.b64encode(str(value).encode()).decode()

    def from_db_value(self, value: str | None, *_context: object) -> str | None:
        """Take the text out again."""
        return None if value is None else base64.b64decode(value).decode()
