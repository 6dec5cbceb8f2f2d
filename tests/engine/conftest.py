"""What every test of the engine starts from: the cast with rows in every table, and short ways to file and run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from dsar.cases import human_review
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.human_review import HumanReview
from dsar.cases.intake import Asked
from dsar.cases.models import Decision
from dsar.cases.states import Right, State
from dsar.engine import execution, reception, review
from tests.testapp.factories import make_cast, make_person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    """Files and the journal of a test live and die with it; nothing waits."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {
        name: where | {"OPTIONS": {"location": str(tmp_path / name)}}
        for name in ("default", "packages", "uploads")
    }
    settings.DSAR = settings.DSAR | {
        "ERASURE_JOURNAL": str(tmp_path / "journal"),
        "WAITING_PERIOD_SECONDS": 0,
        "SWEEP_HOUR": None,
    }


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol."""
    return make_cast()


def file(person: Person, *rights: str | Asked, language: str = "en", **submission: Any) -> Case:
    """File rights for a person who has just logged in."""
    asked = [one if isinstance(one, Asked) else Asked(right=Right(one)) for one in rights]
    return reception.file(
        subject=person.user,
        asked=asked,
        actor=Actor(kind=ActorKind.REQUESTER, user=person.user),
        channel="api",
        language=language,
        contact=person.email,
        authenticated_at=timezone.now(),
        **submission,
    )


@pytest.fixture
def ask() -> Callable[..., Case]:
    """File rights for a person who has just logged in."""
    return file


def make_staff(name: str, *, group: str = "Data protection officers") -> Actor:
    """Somebody of the data protection office."""
    user: Any = make_person(name, is_staff=True).user
    user.groups.add(Group.objects.get(name=group))
    return Actor(kind=ActorKind.STAFF, user=user)


@pytest.fixture
def dora(cast: Cast) -> Actor:
    """A data protection officer who decides."""
    return make_staff("dora")


@pytest.fixture
def otto(cast: Cast) -> Actor:
    """A second one, who signs."""
    return make_staff("otto")


def look_again(request: Request) -> HumanReview | None:
    """What a decision on an objection to a machine's decision has to say; None of every other."""
    if not human_review.is_due(request):
        return None
    return HumanReview(result="upheld", reason="Looked at anew.", view_considered=True)


def grant(case: Case, *, dora: Actor, otto: Actor) -> Request:
    """See a case's only request through review: decided, and signed where a second person must."""
    request = case.requests.get()
    if request.state == State.IN_REVIEW:
        shown = review.preview(request, actor=dora).digest
        request = review.decide(
            request,
            verdict=Decision.Verdict.GRANTED,
            actor=dora,
            shown=shown,
            looked_again=look_again(request),
        )
    if request.state == State.IN_REVIEW:
        request = review.approve(request, actor=otto)
    return request


@pytest.fixture
def granted(dora: Actor, otto: Actor) -> Callable[[Case], Request]:
    """Grant a case's only request."""
    return partial(grant, dora=dora, otto=otto)


@pytest.fixture
def answered(granted: Callable[[Case], Request]) -> Callable[[Case], Request]:
    """Grant a case's only request, carry it out and return it as it stands then."""

    def run(case: Case) -> Request:
        request = granted(case)
        execution.run(request.pk)
        request.refresh_from_db()
        return request

    return run
