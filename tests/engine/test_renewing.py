"""A copy that can be fetched no more is made anew: once, from today's data, and only where no staff looked."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from dsar import crashpoints
from dsar.cases import timeline
from dsar.cases.states import Outcome
from dsar.dispatch import outbox
from dsar.engine import execution, following, handing_over, planning, renewing
from dsar.engine.renewing import NotRenewableError, Renewal
from dsar.keys import box
from dsar.ledger import log
from dsar.packages import vault
from dsar.packages.models import Package
from tests.testapp.models import Assessment, Device, Member


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """What is woken; nothing reaches the broker."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(outbox, "wake", lambda task, *given, **_: found.append((task, *given)))
    return found


@pytest.fixture
def expired(cast, ask, time_machine):
    """Alice's access, granted by the policy alone, fifteen days after its answer."""
    Assessment.objects.all().delete()
    request = ask(cast.alice, "access").requests.get()
    execution.run(request.pk)
    time_machine.move_to(timezone.now() + timedelta(days=15))
    assert vault.expire_due() == 1
    request.refresh_from_db()
    return request


def standing(request):
    return following.shown_request(request.pk)["renewal"]


def packages(request):
    found = Package.objects.select_related("key").filter(request_reference=request.pk)
    return found.order_by("created_at")


def latest(request):
    return packages(request).last()


def read(package):
    return zipfile.ZipFile(io.BytesIO(b"".join(vault.open_(package))))


def tags(request):
    return [entry.tag for entry in log.entries(request.pk)]


def told(request):
    return [str(event.what) for event in timeline.timeline(request)]


def test_a_new_copy_shows_the_data_of_today_under_a_key_of_its_own(cast, expired, woken):
    Member.objects.filter(user_id=cast.alice.pk).update(nickname="Changed since")
    assert standing(expired) == Renewal.POSSIBLE
    renewing.ask(expired)
    assert ("dsar.renew", str(expired.pk)) in woken
    assert standing(expired) == Renewal.UNDER_WAY
    assert renewing.make(expired.pk) is True
    shown = following.shown_request(expired.pk)
    assert (shown["renewal"], shown["state"], shown["outcome"]) == (None, "closed", "fulfilled")
    assert shown["package"]["expires_at"] > timezone.now() + timedelta(days=13)
    assert b"Changed since" in read(latest(expired)).read("data.json")
    with pytest.raises(box.KeyDestroyedError):
        vault._identity(packages(expired).first())  # noqa: SLF001 - nobody else may.
    assert tags(expired).count("package.sealed") == 2
    assert told(expired)[-2:] == ["You asked for a new copy.", "Your copy is ready."]


def test_asking_twice_makes_one(expired, woken):
    for _ in range(2):
        renewing.ask(expired)
    assert woken.count(("dsar.renew", str(expired.pk))) == 1
    assert renewing.make(expired.pk) is True
    assert renewing.make(expired.pk) is False
    renewing.ask(expired)
    assert packages(expired).filter(state=Package.State.READY).count() == 1
    assert tags(expired).count("package.renewal_asked") == 1


def test_what_can_be_fetched_is_not_made_anew(cast, ask):
    Assessment.objects.all().delete()
    request = ask(cast.alice, "access").requests.get()
    assert standing(request) is None
    renewing.ask(request)
    execution.run(request.pk)
    assert standing(request) is None
    renewing.ask(request)
    assert "package.renewal_asked" not in tags(request)


def test_a_copy_that_staff_looked_through_is_asked_for_anew(
    cast, ask, answered, time_machine, settings
):
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff"}}
    request = answered(ask(cast.alice, "access"))
    time_machine.move_to(timezone.now() + timedelta(days=15))
    assert standing(request) == Renewal.ASK_ANEW
    with pytest.raises(NotRenewableError, match="looked through"):
        renewing.ask(request)
    assert packages(request).count() == 1


def test_so_is_one_that_was_taken_back_or_lacked_something(expired):
    packages(expired).update(state=Package.State.REVOKED)
    with pytest.raises(NotRenewableError, match="took that copy back"):
        renewing.ask(expired)
    packages(expired).update(state=Package.State.SHREDDED)
    type(expired).objects.filter(pk=expired.pk).update(outcome=Outcome.PARTIALLY_FULFILLED)
    with pytest.raises(NotRenewableError):
        renewing.ask(expired)


def test_where_nothing_of_it_is_held_any_more_that_is_said(cast, expired):
    expired.result["rows"] = {"testapp.Device": {"released": 1}}
    expired.save(update_fields=["result"])
    Device.objects.filter(owner=cast.alice.pk).delete()
    with pytest.raises(NotRenewableError, match="not held any more"):
        renewing.ask(expired)
    assert packages(expired).count() == 1
    Device.objects.create(owner_id=cast.alice.pk, serial="again")
    renewing.ask(expired)
    assert packages(expired).count() == 2


def test_where_the_code_would_show_something_else_a_new_plan_is_needed(expired):
    plan = expired.plan
    plan.document["steps"][0]["fields"]["forgotten"] = "released"
    plan.save()
    assert planning.outdated(expired)
    with pytest.raises(NotRenewableError, match="another way"):
        renewing.ask(expired)


def test_a_case_that_stands_still_gives_nothing_out(expired):
    type(expired.case).objects.update(frozen_at=timezone.now())
    expired.case.refresh_from_db()
    with pytest.raises(handing_over.HeldBackError):
        renewing.ask(expired)


@pytest.mark.parametrize(
    "point", ["copy.begin_new:after", "package.write:after", "copy.hand_over:before"]
)
def test_a_worker_that_dies_on_the_way_leaves_it_to_the_next(expired, point, woken, time_machine):
    def die(passed):
        if passed == point:
            raise KeyboardInterrupt

    renewing.ask(expired)
    with pytest.raises(KeyboardInterrupt), crashpoints.watched(die):
        renewing.make(expired.pk)
    woken.clear()
    assert renewing.sweep() == 0
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert renewing.sweep() == 1
    assert woken == [("dsar.renew", str(expired.pk))]
    assert renewing.make(expired.pk) is True
    assert json.loads(read(latest(expired)).read("data.json"))["tables"]
    assert renewing.sweep() == 0
    assert told(expired).count("Your copy has expired.") == 1


def test_what_fails_again_and_again_is_given_up_and_said(expired, settings, tmp_path):
    renewing.ask(expired)
    (tmp_path / "full").write_text("A file where a folder should be.")
    settings.STORAGES["packages"]["OPTIONS"]["location"] = str(tmp_path / "full")
    settings.STORAGES = dict(settings.STORAGES)
    for _ in range(5):
        with pytest.raises(OSError, match="full"):
            renewing.make(expired.pk)
    assert renewing.make(expired.pk) is False
    assert latest(expired).state == Package.State.SHREDDED
    assert told(expired)[-1] == "We could not make a new copy."
    assert renewing.make(expired.pk) is False
