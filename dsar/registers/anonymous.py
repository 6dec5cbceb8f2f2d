"""Anonymous data sets: free to use and to share as long as the last test found nobody and the review is not due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import relinking
from dsar.registers.anonymous_models import AnonymousSet, AnonymousShare, RelinkTest

if TYPE_CHECKING:
    from datetime import date

    from dsar.registers.recipient_models import RecipientRecord


class NotAnonymousError(Exception):
    """Nobody showed that nobody can be found in it: it is personal data, and its purpose and the gate decide."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def enter(*, name: str, content: str, method: str, by: Any) -> AnonymousSet:
    """Enter a data set; it is not free before a test found nobody in it."""
    with effect("anonymous.enter"), transaction.atomic():
        entered = AnonymousSet.objects.create(
            name=name,
            content=content,
            method=method,
            review_on=timezone.localdate(),
            entered_by_id=by.pk,
        )
        log.append(Tag.ANONYMOUS_ENTERED, dataset=entered.pk)
    return entered


def test(
    dataset: AnonymousSet, *, file: bytes, weighed: str, review_on: date, by: Any
) -> RelinkTest:
    """Try to find people in the file, and keep what was found, not the file; raises UnreadableError."""
    found = relinking.look(file)
    with effect("anonymous.test"), transaction.atomic():
        kept = RelinkTest.objects.create(
            dataset=dataset,
            digest=found.digest,
            rows=found.rows,
            columns=list(found.columns),
            smallest=found.smallest,
            linked=found.linked,
            weighed=weighed,
            passed=found.nobody,
            tested_by_id=by.pk,
        )
        AnonymousSet.objects.filter(pk=dataset.pk).update(review_on=review_on)
        log.append(
            Tag.ANONYMOUS_TESTED,
            dataset=dataset.pk,
            digest=found.digest,
            rows=found.rows,
            smallest=found.smallest,
            linked=found.linked,
            passed=found.nobody,
            review=review_on.isoformat(),
        )
    return kept


def is_free(dataset: AnonymousSet) -> bool:
    """Whether it may be used and shared without asking anybody: tested, found empty of people, not due for review."""
    last = dataset.tests.first()
    current = dataset.review_on > timezone.localdate() and dataset.retired_at is None
    return current and last is not None and last.passed


def share(dataset: AnonymousSet, *, recipient: RecipientRecord, by: Any) -> AnonymousShare:
    """Note that a recipient gets it; raises NotAnonymousError for one that is not free."""
    with effect("anonymous.share"), transaction.atomic():
        found = AnonymousSet.objects.select_for_update().get(pk=dataset.pk)
        if not is_free(found):
            raise NotAnonymousError
        shared = AnonymousShare.objects.create(
            dataset=found, recipient=recipient, shared_by_id=by.pk
        )
        log.append(Tag.ANONYMOUS_SHARED, dataset=found.pk, recipient=recipient.pk)
    return shared


def retire(dataset: AnonymousSet) -> bool:
    """Take it out of use; False if it was out of use before."""
    with effect("anonymous.retire"), transaction.atomic():
        standing = AnonymousSet.objects.filter(pk=dataset.pk, retired_at__isnull=True)
        changed = standing.update(retired_at=timezone.now())
        if changed:
            log.append(Tag.ANONYMOUS_RETIRED, dataset=dataset.pk)
    return bool(changed)
