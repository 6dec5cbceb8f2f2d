"""A refused copy is put aside, sealed for nobody, holds the rows until it is there, and goes when its days are over."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dsar import crashpoints
from dsar.cases import preserving, redacting, timeline
from dsar.cases.delays import Preserved
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Decision, Request
from dsar.cases.states import Outcome, State
from dsar.dispatch import outbox
from dsar.engine import execution, review, skipping, texts, withholding
from dsar.keys import box
from dsar.ledger import log
from dsar.packages import fetched, vault
from dsar.packages.models import Package
from dsar.packages.vault import PackageUnavailableError
from tests.engine import archives
from tests.testapp.models import Member

REFUSAL = {"SG": "sg_repetitive_or_vexatious"}


@pytest.fixture(autouse=True)
def by_staff(settings):
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff"}}


@pytest.fixture
def woken(monkeypatch):
    """What is woken to put a copy aside; nothing reaches the broker."""
    found: list[str] = []

    def wake(task, *arguments, **_):
        if task == "dsar.withhold":
            found.extend(arguments)

    monkeypatch.setattr(outbox, "wake", wake)
    return found


@pytest.fixture
def refused(cast, ask, dora):
    """Alice's access, refused, as it stands then."""
    request = ask(cast.alice, "access").requests.get()
    review.decide(request, verdict=Decision.Verdict.REFUSED, actor=dora, grounds=REFUSAL)
    request.refresh_from_db()
    assert request.outcome == Outcome.REFUSED
    return request


def package_of(request):
    return Package.objects.select_related("key").get(request_reference=request.pk)


def opened(package):
    """What lies in a withheld package, which no door of the house opens."""
    to = io.BytesIO()
    vault._decrypt(package.name, vault._identity(package), to)  # noqa: SLF001 - nobody else may.
    return zipfile.ZipFile(to)


def tags(request):
    return [entry.tag for entry in log.entries(request.pk)]


def test_a_refusal_owes_its_copy_and_a_worker_puts_it_aside(woken, refused):
    owed = Preserved.objects.get()
    assert owed.until == timezone.localdate() + timedelta(days=30)
    assert woken == [str(refused.pk)]
    assert withholding.put_aside(refused.pk) is True
    assert withholding.put_aside(refused.pk) is False
    package = package_of(refused)
    assert package.state == Package.State.WITHHELD
    held = json.loads(opened(package).read("data.json"))
    assert "testapp.Member" in json.dumps(held)
    assert {"copy.owed", "package.withheld"} <= set(tags(refused))
    assert "package.sealed" not in tags(refused)


@pytest.mark.parametrize(
    "point", ["copy.begin:after", "package.write:after", "copy.put_aside:before"]
)
def test_a_worker_that_dies_on_the_way_leaves_it_to_the_next(refused, point):
    def die(passed):
        if passed == point:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), crashpoints.watched(die):
        withholding.put_aside(refused.pk)
    assert Preserved.objects.get().copied_at is None
    assert withholding.put_aside(refused.pk) is True
    assert Package.objects.filter(state=Package.State.WITHHELD).count() == 1


def test_nobody_opens_a_withheld_copy(refused):
    withholding.put_aside(refused.pk)
    with pytest.raises(PackageUnavailableError):
        vault.open_(package_of(refused))


def test_no_deletion_before_the_copy_is_there_and_the_copy_outlives_it(cast, refused, ask, granted):
    request = granted(ask(cast.alice, "deletion"))
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.APPROVED
    assert preserving.is_held(cast.alice.user.pk)
    withholding.put_aside(refused.pk)
    assert not preserving.is_held(cast.alice.user.pk)
    Request.objects.filter(pk=request.pk).update(lease_until=None)
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert "data.json" in opened(package_of(refused)).namelist()


def test_retention_leaves_whoever_asked_for_a_copy(cast, ask, answered):
    case = ask(cast.alice, "access")
    assert list(preserving.held_people()) == [cast.alice.user.pk]
    assert not preserving.is_held(cast.bob.user.pk)
    answered(case)
    assert not preserving.held_people().exists()


def test_the_copy_is_shredded_on_the_day_after_its_last(refused, time_machine):
    withholding.put_aside(refused.pk)
    last = Preserved.objects.get().until
    start = timezone.now()
    time_machine.move_to(start + timedelta(days=30), tick=False)
    assert withholding.sweep() == 0
    assert package_of(refused).state == Package.State.WITHHELD
    time_machine.move_to(start + timedelta(days=31), tick=False)
    assert withholding.sweep() == 1
    assert withholding.sweep() == 0
    package = package_of(refused)
    assert package.state == Package.State.SHREDDED
    with pytest.raises(box.KeyDestroyedError):
        vault._identity(package)  # noqa: SLF001 - as above.
    assert Preserved.objects.get().until == last
    assert "package.shredded" in tags(refused)
    told = [event.what for event in timeline.timeline(refused)]
    assert not [one for one in told if "copy" in one], "It was never the person's."


def test_a_review_keeps_it_longer_and_never_shorter(refused, dora, time_machine):
    withholding.put_aside(refused.pk)
    until = timezone.localdate() + timedelta(days=90)
    said = {"reason": "The Commission looks at it.", "actor": dora}
    preserving.prolong(refused, until=until, **said)
    with pytest.raises(GuardError) as error:
        preserving.prolong(refused, until=until - timedelta(days=1), **said)
    assert error.value.obstacles == [Obstacle.NOT_LATER]
    time_machine.move_to(timezone.now() + timedelta(days=60), tick=False)
    assert withholding.sweep() == 0
    assert "copy.prolonged" in tags(refused)


def test_what_a_lost_worker_left_is_woken_again(woken, refused, time_machine):
    woken.clear()
    withholding.sweep()
    assert woken == []
    time_machine.move_to(timezone.now() + timedelta(minutes=11), tick=False)
    withholding.sweep()
    assert woken == [str(refused.pk)]
    withholding.put_aside(refused.pk)
    withholding.sweep()
    assert woken == [str(refused.pk)]


def test_other_refusals_owe_nothing(cast, ask, dora):
    request = ask(cast.bob, "deletion").requests.get()
    review.decide(
        request, verdict=Decision.Verdict.REFUSED, actor=dora, grounds={"SG": "still_necessary"}
    )
    assert not Preserved.objects.exists()


SECRET = "what a rival would pay for"


@pytest.fixture
def in_part(cast, ask, dora):
    """Alice's access, answered without a passage of hers."""
    member = Member.objects.get(user_id=cast.alice.pk)
    member.biography += f"\n{SECRET}"
    member.save()
    request = ask(cast.alice, "access").requests.get()
    text = texts.find(request, label="testapp.Member", row=str(member.pk), field="biography")
    assert text is not None
    why = redacting.Why(grounds={"SG": "confidential_commercial"})
    spans = texts.occurrences(text.words, SECRET)
    redacting.mark(request, text, spans=spans, why=why, actor=dora)
    review.decide(request, verdict=Decision.Verdict.GRANTED_IN_PART, actor=dora)
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.outcome == Outcome.PARTIALLY_FULFILLED
    return request


def test_what_a_partial_answer_left_out_is_put_aside_beside_the_persons_copy(
    woken, in_part, time_machine
):
    (theirs,) = fetched.latest_of([in_part.pk])
    assert SECRET not in archives.everything(archives.opened(in_part))
    assert Preserved.objects.get().until == timezone.localdate() + timedelta(days=30)
    assert woken == [str(in_part.pk)]
    assert withholding.put_aside(in_part.pk) is True
    kept = Package.objects.get(state=Package.State.WITHHELD)
    assert SECRET in archives.everything(opened(kept))
    with pytest.raises(PackageUnavailableError):
        vault.open_(kept)
    assert [one.pk for one in fetched.latest_of([in_part.pk])] == [theirs.pk]
    assert fetched.is_there(fetched.latest_of([in_part.pk]).get())
    time_machine.move_to(timezone.now() + timedelta(days=31), tick=False)
    assert withholding.sweep() == 1
    kept.refresh_from_db()
    assert kept.state == Package.State.SHREDDED
    assert [one.pk for one in fetched.latest_of([in_part.pk])] == [theirs.pk]


def test_no_deletion_before_what_was_left_out_is_put_aside(cast, in_part, ask, granted):
    request = granted(ask(cast.alice, "deletion"))
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.APPROVED
    assert preserving.is_held(cast.alice.pk)
    assert not preserving.is_held(cast.bob.pk)
    withholding.put_aside(in_part.pk)
    Request.objects.filter(pk=request.pk).update(lease_until=None)
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert not Member.objects.filter(user_id=cast.alice.pk, biography__contains=SECRET)
    assert SECRET in archives.everything(opened(Package.objects.get(state="withheld")))


def test_a_whole_answer_holds_nothing_longer(cast, ask, answered):
    assert answered(ask(cast.alice, "access")).outcome == Outcome.FULFILLED
    assert not Preserved.objects.exists()
    assert not preserving.is_held(cast.alice.pk)


def test_rows_that_could_not_be_read_stay_themselves_until_the_last_day(
    cast, ask, granted, dora, time_machine
):
    """Of what no copy can hold, the rows are what a refusal owes (PDPA s 22A)."""
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    portrait.unlink()
    portrait.mkdir()
    request = granted(ask(cast.alice, "access"))
    for _ in range(5):
        Request.objects.filter(pk=request.pk).update(lease_until=None)
        execution.run(request.pk)
    request.refresh_from_db()
    skipping.skip(request, label="testapp.Member", actor=dora, reason="The disk is gone.")
    execution.run(request.pk)
    assert withholding.put_aside(request.pk) is False
    assert preserving.is_held(cast.alice.pk)
    start = timezone.now()
    time_machine.move_to(start + timedelta(days=30), tick=False)
    assert withholding.sweep() == 0
    assert preserving.is_held(cast.alice.pk)
    time_machine.move_to(start + timedelta(days=31), tick=False)
    assert withholding.sweep() == 1
    assert not preserving.is_held(cast.alice.pk)
