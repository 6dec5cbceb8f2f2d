"""Privacy policies for tests: complete, in both languages, plainly fictional."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsar.registers import policies
from dsar.registers.policies import Item

if TYPE_CHECKING:
    from dsar.registers.policy_models import PrivacyPolicy


def texts(**english: str) -> dict[str, dict[str, str]]:
    """Every item said in both languages; some of the English ones in other words."""
    return {
        "en": {item.value: f"About {item} we say this.\n\nAnd more." for item in Item} | english,
        "zh-hans": {item.value: f"关于{item}的说明。" for item in Item},
    }


def draft(*, by: Any, days: float = 0, significant: bool = False, **english: str) -> PrivacyPolicy:
    """A draft that lacks nothing and takes effect in so many days."""
    return policies.write(
        None,
        by=by,
        effective_at=timezone.now() + timedelta(days=days),
        texts=texts(**english),
        changes={"en": "We keep orders longer.", "zh-hans": "我们保存订单的时间更长。"},
        significant=significant,
    )


def published(*, by: Any, then: Any, **said: Any) -> PrivacyPolicy:
    """A version that one person wrote and another published."""
    return policies.publish(draft(by=by, **said), by=then)
