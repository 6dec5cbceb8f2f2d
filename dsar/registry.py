"""Door: where an app's privacy.py registers what it holds."""

from __future__ import annotations

from dsar.contract.registry import (
    autodiscover,
    current,
    declare,
    holds_nothing,
    register_purpose,
    replaced,
)

__all__ = ["autodiscover", "current", "declare", "holds_nothing", "register_purpose", "replaced"]
