"""The sample company's first privacy policy: fictional, whole, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from dsar.registers import policies

_TEXTS = Path(__file__).with_name("policy.json")


def publish() -> bool:
    """Have one member of staff write it and another publish it; False where a version is in force already."""
    if policies.in_force() is not None:
        return False
    author, publisher = User.objects.filter(is_staff=True).order_by("pk")[:2]
    draft = policies.write(
        None,
        by=author,
        effective_at=timezone.now(),
        texts=json.loads(_TEXTS.read_text(encoding="utf-8")),
        changes={},
        significant=False,
    )
    policies.publish(draft, by=publisher)
    return True
