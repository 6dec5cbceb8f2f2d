"""What a condition says of a row of which only the overwritten columns are known: true, false or unknown."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.expressions import BaseExpression, F

from dsar.contract.declarations import Surrogate

if TYPE_CHECKING:
    from collections.abc import Mapping


def holds(condition: Any, written: Mapping[str, Any]) -> bool | None:
    """Three-valued truth of a Q; anything but plain comparisons with constants is unknown."""
    if isinstance(condition, tuple):
        return _compare(*condition, written=written)
    if not isinstance(condition, Q):
        return None
    answers = [holds(child, written) for child in condition.children]
    found = reduce(
        _JOINS.get(condition.connector, _unknown), answers, _START.get(condition.connector)
    )
    return None if found is None else found is not condition.negated


def _compare(lookup: str, operand: Any, *, written: Mapping[str, Any]) -> bool | None:
    name, _, operator = lookup.partition("__")
    if name not in written or isinstance(operand, BaseExpression | F):
        return None
    value = written[name]
    if operator == "isnull":
        return (value is None) is bool(operand)
    if value is None or isinstance(value, Surrogate):
        return None
    match operator or "exact":
        case "exact":
            return bool(value == operand)
        case "in":
            return value in operand
        case _:
            return None


def _and(one: bool | None, two: bool | None) -> bool | None:  # noqa: FBT001 - logic.
    if one is False or two is False:
        return False
    return None if one is None or two is None else True


def _or(one: bool | None, two: bool | None) -> bool | None:  # noqa: FBT001 - logic.
    if one is True or two is True:
        return True
    return None if one is None or two is None else False


def _unknown(_one: bool | None, _two: bool | None) -> bool | None:  # noqa: FBT001 - logic.
    return None


_JOINS = {Q.AND: _and, Q.OR: _or}
_START: dict[str, bool | None] = {Q.AND: True, Q.OR: False}
