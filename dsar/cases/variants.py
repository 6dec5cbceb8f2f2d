"""A right together with its scope, as the law and the policy table name it: `objection_marketing`, `access`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.states import IMMEDIATE, ObjectionScope, Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dsar.cases.models import Request

OPT_OUTS = frozenset({ObjectionScope.MARKETING, ObjectionScope.SALE, ObjectionScope.SENSITIVE})
"""Objections that nobody may weigh (GDPR Art. 21(3))."""


def name(right: str, scope: Mapping[str, Any]) -> str:
    """The variant's name, under which rules, grounds and the policy table file it."""
    if right == Right.OBJECTION:
        return f"objection_{scope['objection']}"
    return str(right)


def of(request: Request) -> str:
    """The variant of a request."""
    return name(request.right, request.scope)


def takes_effect_at_once(request: Request) -> bool:
    """Whether filing is enough: no staff, no verification, no delay (GDPR Art. 7(3), 21(3); R48)."""
    if request.right == Right.OBJECTION:
        return request.scope["objection"] in OPT_OUTS
    return request.right in IMMEDIATE
