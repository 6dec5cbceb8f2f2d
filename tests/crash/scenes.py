"""What is begun, what is then done by a process that dies in it, and what people do again who saw an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.utils import timezone

from dsar import tasks
from dsar.cases.asked import Asked, Proposal
from dsar.cases.models import Case, Decision, Request
from dsar.cases.states import Right, State
from dsar.duties import replay
from dsar.engine import review
from dsar.keys import box
from dsar.packages import vault
from dsar.packages.models import Package
from dsar.registers import consents
from tests.crash import working
from tests.engine.conftest import file, grant, make_staff
from tests.testapp.factories import make_cast
from tests.testapp.models import Member
from tests.testapp.privacy import LENDING, NEWSLETTER, SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from dsar.cases.actors import Actor
    from tests.testapp.factories import Cast, Person


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a scene has to hand."""

    cast: Cast
    dora: Actor
    otto: Actor
    settings: Settings

    def grant(self, *asked: str | Asked) -> Request:
        """Alice asks, and is granted it."""
        return grant(file(self.cast.alice, *asked), dora=self.dora, otto=self.otto)


def set_stage(settings: Settings) -> Stage:
    """The cast with everything they have, two members of staff, and nothing in the broker."""
    working.empty()
    return Stage(
        cast=make_cast(),
        dora=make_staff("dora"),
        otto=make_staff("otto"),
        settings=settings,
    )


def _nothing(_stage: Stage) -> None:
    """Nobody has to do anything."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One piece of work. `passes` are the effects it has, those that it has several times with a star; some fail."""

    prepare: Callable[[Stage], object]
    work: Callable[[Stage], object]
    again: Callable[[Stage], object] = _nothing
    passes: tuple[str, ...]
    fails: tuple[str, ...] = ()


def _working(_stage: Stage) -> None:
    """One sweep, and a worker for what is published then."""
    tasks.sweep()
    working.work_off()


def _carried_out(asked: Callable[[Person], Asked], *passes: str) -> Scene:
    """A request that was granted, and a worker that carries it out and mails what there is to be mailed."""
    return Scene(
        prepare=lambda stage: stage.grant(asked(stage.cast.alice)),
        work=_working,
        passes=(*_WORKER, *passes),
    )


def _taking_effect(asked: Asked, *passes: str) -> Scene:
    """A request that takes effect in the transaction of its filing."""

    def ask(stage: Stage) -> None:
        if not Case.objects.exists():
            file(stage.cast.alice, asked)
        working.work_off()

    return Scene(prepare=_consenting, work=ask, again=ask, passes=(*_FILING, *passes))


def _consenting(stage: Stage) -> None:
    for person in (stage.cast.alice, stage.cast.bob):
        consents.give(person.user, NEWSLETTER, wording="Yes, send it.")


def _renaming(person: Person) -> Asked:
    row = str(Member.objects.get(user_id=person.pk).pk)
    wish = Proposal(declaration="testapp.Member", row=row, field="nickname", new="Alix the Second")
    return Asked(right=Right.CORRECTION, corrections=(wish,))


def _whatever(right: Right, **scope: Any) -> Callable[[Person], Asked]:
    return lambda _person: Asked(right=right, scope=scope)


def _in_batches(stage: Stage) -> None:
    stage.settings.DSAR = stage.settings.DSAR | {"BATCH_ROWS": 2}
    stage.grant("deletion")


def _deciding(stage: Stage) -> None:
    """File a deletion, decide and sign; whoever comes back goes on where they are."""
    if not Case.objects.exists():
        file(stage.cast.alice, "deletion")
    request = Request.objects.get()
    decided = Decision.objects.filter(request=request).exists()
    if request.state == State.IN_REVIEW and not decided:
        review.decide(request, verdict=Decision.Verdict.GRANTED, actor=stage.dora)
    if request.state == State.IN_REVIEW:
        review.approve(request, actor=stage.otto)


def _expired(stage: Stage) -> None:
    stage.grant("access")
    working.work_off()
    Package.objects.update(expires_at=timezone.now() - timedelta(minutes=1))


def _new_master_key(stage: Stage) -> None:
    file(stage.cast.alice, "deletion")
    keys = [Fernet.generate_key().decode(), *stage.settings.DSAR["MASTER_KEYS"]]
    stage.settings.DSAR = stage.settings.DSAR | {"MASTER_KEYS": keys}


def _changed_meanwhile(stage: Stage) -> None:
    stage.grant(_renaming(stage.cast.alice))
    Member.objects.filter(user_id=stage.cast.alice.pk).update(nickname="changed by somebody")


def _blocked(stage: Stage) -> None:
    """A file stands where the folder of packages should be."""
    stage.grant("access")
    packages = _packages(stage)
    packages.rmdir() if packages.is_dir() else None
    packages.write_text("in the way")


def _unblock(stage: Stage) -> None:
    _packages(stage).unlink()


def _packages(stage: Stage) -> Path:
    return Path(stage.settings.STORAGES["packages"]["OPTIONS"]["location"])


def _not_at_this_hour(stage: Stage) -> None:
    hour = (timezone.localtime().hour + 2) % 24
    stage.settings.DSAR = stage.settings.DSAR | {"SWEEP_HOUR": hour}
    stage.grant("deletion")


def _restored(stage: Stage) -> None:
    """The account and the member are back, as they were long ago."""
    alice = stage.cast.alice
    stage.grant("deletion")
    _working(stage)
    user = get_user_model()
    back = user(pk=alice.pk, email=alice.email, date_joined=_LONG_AGO)
    back.save()
    Member.objects.create(
        user_id=alice.pk, nickname=alice.canary("nickname"), card_token="back", joined_at=_LONG_AGO
    )


def _replay(_stage: Stage) -> None:
    list(replay.replay())


_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_MAILING = ("ledger.append*", "mail.send*", "notice.count*", "notice.mark*")
_PUBLISHING = ("outbox.publish*", "outbox.send*", "outbox.write*")
_ANSWERING = frozenset({"database.sweep", "recipients.task", "request.answer"})
"""What waits for the hour of the search."""
_STOPPED = (
    "lease.claim*",
    "ledger.append*",
    "mail.send",
    "notice.count",
    "notice.mark",
    "outbox.publish*",
    "outbox.publish_due*",
    "outbox.sweep_requests",
    "outbox.write",
)
_WORKER = (
    *_MAILING,
    *_PUBLISHING,
    "outbox.publish_due*",
    "letter.write",
    "lease.claim*",
    "outbox.sweep_requests",
    "request.move*",
)
_FILING = (
    *_MAILING,
    *_PUBLISHING,
    "case.file",
    "case.write",
    "key.create",
    "letter.write*",
    "plan.keep",
    "request.move",
)
_COPY = (
    "key.create",
    "package.begin",
    "package.flush",
    "package.ready",
    "package.write",
    "request.answer",
)
_ERASURE = (
    "address.suppress",
    "database.sweep",
    "file.remove*",
    "file.strike_off*",
    "journal.write",
    "recipients.task",
    "request.answer",
    "rows.erase",
)

SHARED = frozenset({*_MAILING, *_PUBLISHING, "outbox.publish_due*", "outbox.sweep_requests"})
"""What every right passes in the same way."""

SCENES: dict[str, Scene] = {
    "access": _carried_out(_whatever(Right.ACCESS), *_COPY),
    "portability": _carried_out(_whatever(Right.PORTABILITY), *_COPY),
    "correction": _carried_out(_renaming, "fields.correct", "recipients.task"),
    "deletion": _carried_out(_whatever(Right.DELETION), *_ERASURE),
    "deletion in batches": Scene(
        prepare=_in_batches,
        work=_working,
        passes=(*_WORKER, *_ERASURE, "account.close", "rows.erase_batch*"),
    ),
    "restriction": _carried_out(
        _whatever(Right.RESTRICTION, ground="accuracy_contested", purposes=[LENDING.code]),
        "purposes.apply",
        "recipients.task",
        "restriction.place",
    ),
    "objection": _carried_out(
        _whatever(Right.OBJECTION, objection="other", purposes=[SAFETY.code]),
        "purposes.apply",
        "objection.raise",
    ),
    "objection to marketing": _taking_effect(
        Asked(right=Right.OBJECTION, scope={"objection": "marketing"}),
        "objection.raise",
        "address.suppress",
    ),
    "withdrawal of consent": _taking_effect(
        Asked(right=Right.CONSENT_WITHDRAWAL, scope={"purposes": [NEWSLETTER.code]}),
        "consent.withdraw",
        "recipients.task",
    ),
    "deciding": Scene(
        prepare=_nothing,
        work=_deciding,
        again=_deciding,
        passes=(
            "case.file",
            "case.write",
            "decision.sign",
            "decision.write",
            "key.create",
            "ledger.append*",
            "letter.write",
            "outbox.publish",
            "outbox.send",
            "outbox.write*",
            "plan.keep*",
            "request.move*",
            "review.approve",
            "review.decide",
        ),
    ),
    "storage in trouble": Scene(
        prepare=_blocked,
        work=_working,
        again=_unblock,
        passes=(
            *_STOPPED,
            "key.create",
            "lease.back_off",
            "outbox.send",
            "package.begin",
            "package.write",
            "request.move",
        ),
        fails=("package.write",),
    ),
    "nothing to correct": Scene(
        prepare=_changed_meanwhile,
        work=_working,
        passes=(
            *_STOPPED,
            "fields.correct",
            "outbox.send",
            "request.hand_to_staff",
            "request.move*",
        ),
        fails=("fields.correct",),
    ),
    "the hour of the search": Scene(
        prepare=_not_at_this_hour,
        work=_working,
        passes=(
            *_STOPPED,
            *(effect for effect in _ERASURE if effect not in _ANSWERING),
            "lease.postpone",
            "outbox.send*",
            "request.move",
        ),
    ),
    "expiry": Scene(
        prepare=_expired,
        work=lambda _stage: vault.expire_due(),
        passes=(
            "key.destroy",
            "ledger.append*",
            "package.end",
            "package.remove",
            "package.strike_off",
        ),
    ),
    "rewrapping": Scene(
        prepare=_new_master_key,
        work=lambda _stage: box.rewrap(),
        again=lambda _stage: box.rewrap(),
        passes=("key.rewrap*",),
    ),
    "sealing": Scene(
        prepare=lambda stage: file(stage.cast.alice, "deletion"),
        work=lambda _stage: tasks.seal(),
        passes=("ledger.append", "ledger.keep_file*", "ledger.place*", "ledger.seal"),
    ),
    "replay after a restore": Scene(
        prepare=_restored,
        work=_replay,
        again=_replay,
        passes=("erasure.replay", "file.strike_off", "ledger.append"),
    ),
}
