"""Whoever dies at whatever point of whatever right: in the end everything is as if nobody had died."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from config import rewinding
from dsar.cases.models import Letter
from tests.architecture import effects
from tests.crash import dying, outcome, scenes, working
from tests.crash.scenes import SCENES, SHARED, Scene, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

QUICK = {
    ("access", "package.write:after", dying.FIRST),
    ("deletion", "rows.erase:after", dying.FIRST),
    ("deletion", "file.remove:after", dying.LAST),
    ("deletion", "mail.send:after", dying.LAST),
    ("deletion", "outbox.publish:before", dying.LAST),
    ("correction", "fields.correct:after", dying.FIRST),
    ("withdrawal of consent", "case.file:before", dying.FIRST),
    ("expiry", "package.end:after", dying.FIRST),
}
"""One of each kind, run every time; the others with --all."""
BY_HAND = {
    "anonymous",
    "annotation",
    "authority",
    "case",
    "code",
    "complaint",
    "confirmation",
    "consent",
    "decision",
    "destination",
    "deputy",
    "disclosure",
    "download",
    "earlier",
    "enquiry",
    "exemption",
    "fee",
    "handling",
    "hold",
    "house_review",
    "holiday",
    "identity",
    "import",
    "incident",
    "letter",
    "link",
    "message",
    "note",
    "number_checks",
    "minor",
    "objection",
    "papers",
    "policy",
    "proof",
    "purpose",
    "recipient",
    "redaction",
    "request",
    "restriction",
    "review",
    "source",
    "security",
    "staffing",
    "transfer",
    "upload",
}
"""Kinds of effects that somebody asks for at a face: one transaction, and whoever sees an error asks again."""
NOT_WALKED = {
    "announcement.enrol": "No right's: a worker dies at each point of it in tests/registers/test_announcing.py.",
    "announcement.note": "As above.",
    "minors.confirm": "Somebody asks for it at a face.",
    "minors.dismiss": "As above.",
    "minors.lift": "As above.",
    "minors.end": "One transaction, and the next hour ends what was not ended.",
    "transferring.confirm": "Somebody asks for it at a face.",
    "transferring.end": "No right's: a worker dies at each point of it in tests/registers/test_transferring.py.",
    "transferring.enrol": "As above.",
    "transferring.note": "As above.",
    "campaign.claim": "No right's: a worker dies at each point of it in tests/crash/test_campaigns.py.",
    "campaign.count": "As above.",
    "campaign.mail": "As above.",
    "campaign.mark": "As above.",
    "contest.end": "One transaction, and the next hour tells or ends what was not told or ended.",
    "weighing.end": "As above.",
    "copy.begin": "A refused copy that was not put aside is begun again: test_withholding.py.",
    "copy.begin_new": "A new copy that was not made is begun again: test_renewing.py.",
    "copy.hand_over": "As above.",
    "copy.renew": "Somebody asks for it at a face.",
    "copy.wake_again": "One transaction, and the next sweep wakes what was not woken.",
    "copy.end": "One transaction, and the next hour ends what was not ended.",
    "copy.prolong": "Somebody asks for it at a face.",
    "copy.put_aside": "As `copy.begin`.",
    "ending.note": "Of a retention run, as below.",
    "ending.shred": "As above.",
    "records.look": "One transaction, and the next hour looks at what was not looked at.",
    "records.notice": "In the answer's transaction, or as above.",
    "retention.batch": "No right's: a worker is killed at each point of it in tests/retention/test_runs.py.",
    "retention.begin": "As above.",
    "retention.end": "As above.",
    "retention.approve": "Somebody asks for it at a face.",
    "export.ask": "No right's: a worker dies at each point of an export in tests/audit/test_dying.py.",
    "export.beat": "As above.",
    "export.begin": "As above.",
    "export.claim": "As above.",
    "export.end": "As above.",
    "export.finish": "As above.",
    "export.wake": "As above.",
    "lateness.mark": "One transaction, and the next hour marks what was not marked.",
    "package.withhold": "As `copy.begin`.",
    "telling.mail": "As `telling.try`, for a recipient that is told by mail.",
    "telling.mark": "As `telling.try`.",
    "telling.put_off": "As above.",
    "telling.try": "A recipient is told: a worker dies at each point of it in tests/crash/test_notifying.py.",
    "webhook.post": "As above.",
    "sending.ask": "Somebody asks for it at a face.",
    "sending.confirm": "As above.",
    "sending.end": "A copy goes to another service: a worker dies at each point of it in tests/crash/test_sending.py.",
    "sending.lapse": "One transaction, and the next hour ends what was not ended.",
    "sending.mark": "As `sending.end`.",
    "sending.put_off": "As above.",
    "sending.try": "As above.",
    "stream.post": "As above.",
    "warning.mail": "As a notice: the mark follows the mail, and what is not marked is mailed again.",
    "warning.send": "As above.",
    "warning.write": "One transaction, and the next hour writes what was not written.",
    "ledger.keep_mail": "As `ledger.keep_file`, for another kind of second place.",
    "ledger.keep_object": "As above.",
    "lease.beat": "A beat that is lost is a lease that ends: test_killed_workers.py.",
    "lease.release": "A lease that is not given back ends by itself.",
    "recipients.ask": "One transaction with the approval, which somebody gives, or filing, at a face.",
    "readers.note": "In the transaction of the deletion or answer it belongs to; no app of the scenes says who read.",
    "package.permit": "Staff hand a package over, and do it again who saw an error; one transaction.",
    "package.begin_again": "The same as `package.begin`, when that failed in the claim.",
}
"""Effects of workers that no scene has, and why."""


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A scene in which nobody died: the points that were passed, and the outcome."""

    passed: list[str]
    outcome: dict[str, Any]


class Theatre:
    """Plays a scene as often as is wanted, each time from the beginning."""

    rehearsals: dict[str, Rehearsal] = {}

    def __init__(self, settings: Settings, tmp_path: Path, kept: rewinding.Kept) -> None:
        self.settings = settings
        self._folder = tmp_path
        self._kept = kept
        self._dsar = settings.DSAR

    def stage(self, scene: Scene) -> Stage:
        """The stage, with the scene prepared."""
        stage = scenes.set_stage(self.settings)
        scene.prepare(stage)
        return stage

    def rehearsed(self, name: str) -> Rehearsal:
        """How the scene goes and ends when nobody dies; played once a process."""
        if name not in self.rehearsals:
            self.rehearsals[name] = self._rehearse(SCENES[name])
            self._clear()
        return self.rehearsals[name]

    def _rehearse(self, scene: Scene) -> Rehearsal:
        stage = self.stage(scene)
        passed = dying.points_of(lambda: scene.work(stage))
        self.finish(scene, stage)
        return Rehearsal(passed=passed, outcome=outcome.whole(stage.cast.alice, self.settings))

    def finish(self, scene: Scene, stage: Stage) -> None:
        """Whoever saw an error does it again; everything else goes on by itself."""
        scene.again(stage)
        working.recover()

    def _clear(self) -> None:
        rewinding.rewind(self._kept)
        for path in self._folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.settings.DSAR = self._dsar


@pytest.fixture
def theatre(
    transactional_db: None, settings: Settings, tmp_path: Path, django_db_setup: rewinding.Kept
) -> Theatre:
    """Mail goes to files, so that a dead process's mail is seen too."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return Theatre(settings, tmp_path, django_db_setup)


def every() -> list[Any]:
    """Each point of each scene; where it is passed several times, the first and the last time."""
    found = [
        (name, f"{effect.rstrip('*')}:{side}", which)
        for name, scene in SCENES.items()
        for effect in scene.passes
        for which in ((dying.FIRST, dying.LAST) if effect.endswith("*") else (dying.FIRST,))
        for side in (("before",) if effect in scene.fails else ("before", "after"))
    ]
    return [
        pytest.param(
            *one,
            id=f"{one[0]}-{one[1]}-{'first' if one[2] == dying.FIRST else 'last'}",
            marks=() if one in QUICK else pytest.mark.slow,
        )
        for one in found
    ]


@pytest.mark.parametrize(("name", "point", "which"), every())
def test_killed_at_a_point_everything_ends_as_if_nobody_had_died(
    theatre: Theatre, name: str, point: str, which: int
) -> None:
    """Rows, files, package, letters, ledger, counts, neighbours: all as without the death."""
    scene, rehearsed = SCENES[name], theatre.rehearsed(name)
    stage = theatre.stage(scene)
    neighbour = outcome.of_others(stage.cast.bob, theatre.settings)
    passage = dying.passage_of(rehearsed.passed, point, which=which)
    dying.killed(lambda: scene.work(stage), point=point, passage=passage)
    theatre.finish(scene, stage)
    assert outcome.whole(stage.cast.alice, theatre.settings) == rehearsed.outcome
    assert outcome.of_others(stage.cast.bob, theatre.settings) == neighbour
    repeats = dying.had_left(rehearsed.passed, point, passage=passage)
    _assert_mailed(theatre.settings, repeats=repeats)


def once(*, with_lease: bool = False) -> list[Any]:
    """Each point of each scene once; what all rights pass alike, in a deletion only."""
    return [
        pytest.param(
            name,
            f"{effect.rstrip('*')}:{side}",
            dying.FIRST,
            id=f"{name}-{effect.rstrip('*')}:{side}",
        )
        for name, scene in SCENES.items()
        if "lease.claim*" in scene.passes or not with_lease
        for effect in scene.passes
        if effect not in SHARED or name == "deletion"
        for side in (("before",) if effect in scene.fails else ("before", "after"))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "point", "which"), once())
def test_cut_off_from_the_database_at_a_point_everything_ends_the_same(
    theatre: Theatre, name: str, point: str, which: int
) -> None:
    """The server ends the session (a restart, a failover): whoever worked fails, and the next attempt is right."""
    scene, rehearsed = SCENES[name], theatre.rehearsed(name)
    stage = theatre.stage(scene)
    neighbour = outcome.of_others(stage.cast.bob, theatre.settings)
    dying.cut_off(lambda: scene.work(stage), point=point, passage=which)
    theatre.finish(scene, stage)
    assert outcome.whole(stage.cast.alice, theatre.settings) == rehearsed.outcome
    assert outcome.of_others(stage.cast.bob, theatre.settings) == neighbour


@pytest.mark.slow
@pytest.mark.parametrize(("name", "point", "which"), once(with_lease=True))
def test_overtaken_at_a_point_who_was_thought_dead_does_nothing_more(
    theatre: Theatre, name: str, point: str, which: int
) -> None:
    """The lease ends, another worker does everything; the first wakes up, and no effect is doubled."""
    scene, rehearsed = SCENES[name], theatre.rehearsed(name)
    stage = theatre.stage(scene)
    theatre.settings.DSAR = theatre.settings.DSAR | {"LEASE_SECONDS": 0}
    neighbour = outcome.of_others(stage.cast.bob, theatre.settings)
    dying.overtaken(lambda: scene.work(stage), point=point, passage=which)
    theatre.finish(scene, stage)
    assert outcome.whole(stage.cast.alice, theatre.settings) == rehearsed.outcome
    assert outcome.of_others(stage.cast.bob, theatre.settings) == neighbour


def _assert_mailed(settings: Settings, *, repeats: int) -> None:
    """Each notice once, the one again that had left before it was noted; and every attempt is counted."""
    written = Letter.objects.count()
    assert outcome.mails(settings) == written + repeats
    assert outcome.mails(settings) <= outcome.mail_attempts()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in {one[0] for one in QUICK} else pytest.mark.slow)
        for name in SCENES
    ],
)
def test_a_scene_passes_the_points_that_it_is_killed_at(theatre: Theatre, name: str) -> None:
    """What is recorded is what the table says, so that no point of a right is left out."""
    passed = theatre.rehearsed(name).passed
    before = [point.removesuffix(":before") for point in passed if point.endswith(":before")]
    assert set(before) == {one.rstrip("*") for one in SCENES[name].passes}


def test_every_effect_of_a_worker_is_in_some_scene() -> None:
    """Also one that somebody adds."""
    walked = {one.rstrip("*") for scene in SCENES.values() for one in scene.passes}
    left = {name for name in effects.names() if name.split(".")[0] not in BY_HAND} - walked
    assert left == set(NOT_WALKED)
