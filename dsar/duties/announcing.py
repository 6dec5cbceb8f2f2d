"""Tell everybody with an account of a significant change of the policy before it takes effect (R168).

Who is to be told is one statement; the mails are a campaign. A worker that dies leaves a notice that was counted and
not marked: after a while it is tried again, and `attempts` shows that it may have come twice. Nobody's notice is
lost, and no text of it lies in the broker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from dsar import conf
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.duties import campaigns, reached
from dsar.duties.campaigns import Campaign
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import policies
from dsar.registers.inserting import insert_missing
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy

if TYPE_CHECKING:
    from django.db.models import QuerySet


def announce(pk: int) -> int:
    """Mail a version's notice to everybody who waits for it, and return how many mails left; safe to run again."""
    policy = policies.published().filter(pk=pk, significant=True).first()
    if policy is None:
        return 0
    _enrol(policy)
    mailed = campaigns.run(
        Campaign(
            waiting=_waiting(policy),
            addresses=reached.addresses,
            subject=_subject(),
            text=_text(policy),
        )
    )
    if mailed:
        _note(policy, mailed=mailed)
    return mailed


def sweep() -> int:
    """Wake the announcement of each coming version of which somebody is still to be told; how many.

    Also of those who opened their account after it was published. What is in force by now is said by the banner.
    """
    coming = list(policies.coming().values_list("pk", flat=True))
    for pk in coming:
        outbox.wake(policies.ANNOUNCE, pk, queue="mail")
    return len(coming)


def _enrol(policy: PrivacyPolicy) -> None:
    """Write down who is to be told, in one statement; whoever stands there stays as they are."""
    whom = reached.people().order_by().values_list(Value(policy.pk), "pk")
    with effect("announcement.enrol"), transaction.atomic():
        insert_missing(PolicyNotice, ["policy", "subject"], whom)


def _waiting(policy: PrivacyPolicy) -> QuerySet[PolicyNotice]:
    return PolicyNotice.objects.filter(
        policy=policy,
        mailed_at__isnull=True,
        acknowledged_at__isnull=True,
        attempts__lt=campaigns.MOST_ATTEMPTS,
    )


def _subject() -> str:
    return f"{conf.get('ORGANISATION').get('name', '')}: our privacy policy changes"


def _note(policy: PrivacyPolicy, *, mailed: int) -> None:
    waiting = _waiting(policy).count()
    with effect("announcement.note"):
        log.append(Tag.POLICY_ANNOUNCED, policy=policy.pk, mailed=mailed, waiting=waiting)


def _text(policy: PrivacyPolicy) -> str:
    """What is new, in every language of the site; the mail is the same for everybody."""
    day = timezone.localtime(policy.effective_at).date().isoformat()
    opening = {
        "en": f"Our privacy policy changes on {day}. What is new:",
        "zh-hans": f"我们的隐私政策将于 {day} 变更。新内容如下：",
    }
    closing = {
        "en": "You need not do anything. In the privacy centre you can read the whole text and what differs, "
        "object to uses of your data, and withdraw any consent.",
        "zh-hans": "您无需采取任何行动。您可以在隐私中心阅读全文及差异，反对对您数据的使用，并撤回任何同意。",
    }
    return campaigns.in_each_language(policy.changes, opening=opening, closing=closing)
