"""The privacy policy in versions: written, published by a second person, in force from a day on, then never changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dsar import conf
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet

ANNOUNCE = "dsar.announce_policy"
"""The task that tells everybody of a version."""


class Item(StrEnum):
    """What a policy says something about, in the order in which it is read."""

    CONTROLLER = "controller"
    OFFICER = "officer"
    PURPOSES = "purposes"
    INTERESTS = "interests"
    RECIPIENTS = "recipients"
    TRANSFERS = "transfers"
    RETENTION = "retention"
    RIGHTS = "rights"
    COMPLAINT = "complaint"
    DUTY = "duty"
    AUTOMATED = "automated"
    COOKIES = "cookies"
    FURTHER = "further"


MANDATORY = tuple(item for item in Item if item not in {Item.COOKIES, Item.FURTHER})
"""What GDPR Art. 13(1)-(2) and PDPA s 20 want said; without it a version is not published (R197)."""


class PolicyError(Exception):
    """The version cannot be published."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class PublishedError(PolicyError):
    """A published version is never changed: write another one."""


class SamePersonError(PolicyError):
    """A second person publishes: not the one who wrote it last."""


class TooSoonError(PolicyError):
    """A significant change takes effect only after people had time to read of it."""


class OutOfOrderError(PolicyError):
    """A version that takes effect on that day or later is published already."""


class IncompleteError(PolicyError):
    """Something that must be said is missing."""

    def __init__(self, lacking: list[str]) -> None:
        super().__init__()
        self.lacking = lacking

    def __str__(self) -> str:
        return f"Missing: {', '.join(self.lacking)}."


def languages() -> list[str]:
    """The languages in which a policy must be there: those of the site."""
    return [code for code, _ in settings.LANGUAGES]


def write(  # noqa: PLR0913 - a version is said whole.
    draft: PrivacyPolicy | None,
    *,
    by: AbstractBaseUser,
    effective_at: datetime,
    texts: Mapping[str, Mapping[str, str]],
    changes: Mapping[str, str],
    significant: bool,
) -> PrivacyPolicy:
    """Write a draft, or write one anew; raises PublishedError."""
    said: dict[str, Any] = {
        "effective_at": effective_at,
        "significant": significant,
        "texts": {language: dict(items) for language, items in texts.items()},
        "changes": dict(changes),
        "written_by_id": by.pk,
        "written_at": timezone.now(),
    }
    with effect("policy.write"), transaction.atomic():
        before = digest(draft) if draft else ""
        if draft is None:
            draft = PrivacyPolicy.objects.create(version=_next_version(effective_at), **said)
        else:
            unpublished = PrivacyPolicy.objects.filter(pk=draft.pk, published_at__isnull=True)
            if not unpublished.update(**said):
                raise PublishedError
            draft.refresh_from_db()
        log.append(Tag.POLICY_WRITTEN, policy=draft.pk, before=before, after=digest(draft))
    return draft


def lacking(policy: PrivacyPolicy) -> list[str]:
    """What keeps the text from being published, by name: `rights (en)`."""
    found = [
        f"{item} ({language})"
        for item in MANDATORY
        for language in languages()
        if not policy.texts.get(language, {}).get(item, "").strip()
    ]
    if policy.significant:
        unsaid = [one for one in languages() if not policy.changes.get(one, "").strip()]
        found += [f"what is new ({language})" for language in unsaid]
    return found


def publish(policy: PrivacyPolicy, *, by: AbstractBaseUser) -> PrivacyPolicy:
    """Publish a version; it takes effect on its day, or now if that has come. Raises a PolicyError.

    Whoever publishes at the same time waits: the order of versions is looked at with the table locked.
    """
    with effect("policy.publish"), transaction.atomic():
        # Two drafts published at once must not each believe to be the last one.
        list(PrivacyPolicy.objects.select_for_update().order_by("pk").values_list("pk"))
        found = PrivacyPolicy.objects.get(pk=policy.pk)
        now = timezone.now()
        _check(found, by=by, now=now)
        found.effective_at = max(found.effective_at, now)
        found.published_at, found.published_by_id = now, by.pk
        found.digest = digest(found)
        found.save()
        log.append(
            Tag.POLICY_PUBLISHED,
            policy=found.pk,
            version=found.version,
            digest=found.digest,
            effective=timezone.localdate(found.effective_at).isoformat(),
            significant=found.significant,
        )
        if found.significant:
            outbox.wake(ANNOUNCE, found.pk, queue="mail")
    return found


def digest(policy: PrivacyPolicy) -> str:
    """SHA-256 over version, texts and what is new, as JSON with sorted keys."""
    said = {"version": policy.version, "texts": policy.texts, "changes": policy.changes}
    plain = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()


def published() -> QuerySet[PrivacyPolicy]:
    """Every version that people may read, the latest first."""
    return PrivacyPolicy.objects.filter(published_at__isnull=False).order_by("-effective_at")


def in_force(at: datetime | None = None) -> PrivacyPolicy | None:
    """The one version that applies now, or applied at a moment (R170)."""
    return published().filter(effective_at__lte=at or timezone.now()).first()


def version_in_force(at: datetime | None = None) -> str:
    """What the version in force now, or at a moment, is called; empty where there was none."""
    found = published().filter(effective_at__lte=at or timezone.now())
    return found.values_list("version", flat=True).first() or ""


def coming() -> QuerySet[PrivacyPolicy]:
    """Significant versions that are published and not yet in force."""
    return published().filter(significant=True, effective_at__gt=timezone.now())


def before(policy: PrivacyPolicy) -> PrivacyPolicy | None:
    """The published version that a version follows."""
    return published().filter(effective_at__lt=policy.effective_at).exclude(pk=policy.pk).first()


def acknowledge(policy: PrivacyPolicy, *, person: Any) -> bool:
    """Record that a person has seen a version; False if that stood there. It is no consent (R169)."""
    with effect("policy.acknowledge"), transaction.atomic():
        PolicyNotice.objects.bulk_create(
            [PolicyNotice(policy=policy, subject_id=person)], ignore_conflicts=True
        )
        seen = PolicyNotice.objects.filter(policy=policy, subject_id=person)
        is_new = bool(
            seen.filter(acknowledged_at__isnull=True).update(acknowledged_at=timezone.now())
        )
        if is_new:
            notice = seen.values_list("pk", flat=True).get()
            log.append(Tag.POLICY_ACKNOWLEDGED, notice=notice, version=policy.version)
    return is_new


def to_be_seen(person: Any = None) -> PrivacyPolicy | None:
    """The significant version that a page must point at: a coming one, or one in force that this person has not seen.

    Without a person only a coming one; the first version ever changes nothing that anybody knew.
    """
    found = published().filter(significant=True)
    if person is None:
        return found.filter(effective_at__gt=timezone.now()).first()
    seen = PolicyNotice.objects.filter(subject_id=person, acknowledged_at__isnull=False)
    latest = found.annotate(is_seen=Exists(seen.filter(policy=OuterRef("pk")))).first()
    return None if latest is None or latest.is_seen else latest


def _check(policy: PrivacyPolicy, *, by: AbstractBaseUser, now: datetime) -> None:
    if policy.published_at is not None:
        raise PublishedError
    if policy.written_by_id == by.pk:
        raise SamePersonError
    if missing := lacking(policy):
        raise IncompleteError(missing)
    latest = published().first()
    if latest is None:
        return
    if latest.effective_at >= max(policy.effective_at, now):
        raise OutOfOrderError
    notice = timedelta(days=conf.get("POLICY_NOTICE_DAYS"))
    if policy.significant and policy.effective_at < now + notice:
        raise TooSoonError


def _next_version(effective_at: datetime) -> str:
    """`2026-1`, `2026-2`: readable, and nothing that could be taken for a telephone number."""
    year = timezone.localtime(effective_at).year
    number = PrivacyPolicy.objects.filter(version__startswith=f"{year}-").count() + 1
    return f"{year}-{number}"
