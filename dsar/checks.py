"""Door: the system checks that `manage.py check` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import register

from dsar.contract.checking.gate import errors
from dsar.contract.checking.inspection import inspect, installed_models
from dsar.contract.registry import current

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


@register("dsar")
def declarations(**_options: Any) -> list[CheckMessage]:
    """Refuse models and fields of installed apps that nobody declared, and declarations that cannot hold."""
    return [*errors(inspect(current(), models=installed_models()))]
