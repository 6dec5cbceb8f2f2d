"""Deputies have a role for a time and are never their own second person; whom nobody can second is warned of."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases import deputies, owning, reminders, second_person
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.delays import Warned
from dsar.cases.deputy_models import Deputyship
from dsar.cases.intake import Asked, Proposal
from dsar.cases.models import Case, Request
from dsar.cases.states import Right
from dsar.ledger.models import Entry
from tests import faces
from tests.testapp.models import Member

HOME, ENTER = reverse("admin:index"), reverse("admin:dsar_deputyship_enter")
OFFICERS = faces.GROUPS["officer"]
DAY = timedelta(days=1)
WARNING = "nobody is there today to give the second signature"


def _act(request, name):
    return reverse("admin:dsar_request_act", args=[request.pk, name])


def _case(request):
    return reverse("admin:dsar_case_change", args=[request.case_id])


def _client(user):
    found = Client()
    found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return found


def _decide(client, request):
    shown = client.get(_act(request, "decide")).context["digest"]
    client.post(_act(request, "decide"), {"verdict": "granted", "shown": shown})


def _enter(client, absent, deputy, *, first=0, last=0, role=OFFICERS):
    today = timezone.localdate()
    said = {
        "absent": absent.pk,
        "deputy": deputy.pk if deputy else "",
        "role": role,
        "first_on": today + first * DAY,
        "last_on": today + last * DAY,
    }
    return client.post(ENTER, said, follow=True)


@pytest.fixture
def staff(cast):
    """An officer, a reviewer, a handler and a system owner."""
    roles = {"dora": "officer", "rita": "reviewer", "hal": "handler", "sven": "owner"}
    return {name: faces.member_of_staff(role, name) for name, role in roles.items()}


def test_the_list_names_everybody_in_as_many_statements_however_long_it_is(staff):
    """By the name they log in with; of an account that is gone, that it is gone."""
    client, where = _client(staff["sven"]), reverse("admin:dsar_deputyship_changelist")
    people = {"absent": staff["rita"], "deputy": staff["hal"], "appointed_by": staff["sven"]}

    def listed():
        with CaptureQueriesContext(connection) as asked:
            return client.get(where).content.decode(), len(asked)

    counts = []
    for number in range(3):
        day = timezone.localdate() + number * DAY
        Deputyship.objects.create(role=OFFICERS, first_on=day, last_on=day, **people)
        counts.append(listed()[1])
    assert counts[1] == counts[2]
    assert listed()[0].count(staff["rita"].get_username()) == 3
    Deputyship.objects.update(absent=0)
    assert "No account (any more)" in listed()[0]


@pytest.fixture
def request_(cast, ask):
    """A deletion that is due in two days."""
    found = ask(cast.alice, "deletion").requests.get()
    Request.objects.update(due_at=timezone.now() + 2 * DAY)
    return found


def test_a_deputy_has_the_role_in_that_time_only(staff, request_):
    rita = _client(staff["rita"])
    _decide(_client(staff["dora"]), request_)
    assert rita.get(_act(request_, "approve")).status_code == 403
    _enter(_client(staff["sven"]), staff["dora"], staff["rita"], first=1, last=3)
    assert rita.get(_act(request_, "approve")).status_code == 403
    entered = Deputyship.objects.get()
    for first, last, may in ((-3, -1, False), (-1, 0, True), (0, 1, True)):
        today = timezone.localdate()
        Deputyship.objects.update(first_on=today + first * DAY, last_on=today + last * DAY)
        assert (rita.get(_act(request_, "approve")).status_code == 200) is may, first
    assert rita.post(_act(request_, "approve")).status_code == 302
    request_.refresh_from_db()
    assert request_.state == "approved"
    approved = Entry.objects.get(tag="request.approved", request=str(request_.pk))
    assert json.loads(approved.canonical)["detail"]["role"] == "officer"
    end = reverse("admin:dsar_deputyship_end", args=[entered.pk])
    assert rita.post(end).status_code == 403
    _client(staff["dora"]).post(end)
    assert rita.get(_act(request_, "approve")).status_code == 403


def test_a_deputy_never_signs_what_they_decided_themselves(staff, request_):
    rita = _client(staff["rita"])
    _decide(rita, request_)
    _enter(_client(staff["sven"]), staff["dora"], staff["rita"])
    rita.post(_act(request_, "approve"))
    request_.refresh_from_db()
    assert request_.state == "in_review"
    assert request_.decision.approved_at is None
    _client(staff["dora"]).post(_act(request_, "approve"))
    request_.refresh_from_db()
    assert request_.state == "approved"


def test_a_deputy_handler_may_be_given_requests(staff, request_, cast):
    faces.appoint(cast.carol.user, "nothing")
    assert cast.carol.user not in owning.candidates()
    _enter(_client(staff["sven"]), staff["hal"], cast.carol.user, role=faces.GROUPS["handler"])
    assert cast.carol.user in owning.candidates()


def test_nobody_appoints_themselves_stands_in_for_themselves_or_hands_the_appointing_on(
    staff, settings
):
    sven, dora = _client(staff["sven"]), _client(staff["dora"])
    refused: tuple[tuple[Any, Any, Any, dict[str, int], str], ...] = (
        (sven, staff["dora"], staff["sven"], {}, "Nobody appoints themselves"),
        (sven, staff["dora"], staff["dora"], {}, "Nobody stands in for themselves"),
        (sven, staff["rita"], staff["hal"], {}, "does not have this role"),
        (sven, staff["dora"], staff["rita"], {"first": 1}, "cannot end before it began"),
        (sven, staff["dora"], staff["rita"], {"first": -2, "last": -1}, "This time is over"),
    )
    for client, absent, deputy, period, says in refused:
        assert says in _enter(client, absent, deputy, **period).content.decode(), says
    settings.DSAR = settings.DSAR | {"STAFF_NEEDS_MFA": True}
    actor = Actor(kind=ActorKind.STAFF, user=staff["sven"])
    today = timezone.localdate()
    wanted = {"role": OFFICERS, "absent": staff["dora"], "first_on": today, "last_on": today}
    with pytest.raises(deputies.DeputyError, match="second factor"):
        deputies.appoint(**wanted, deputy=staff["rita"], actor=actor)
    settings.DSAR = settings.DSAR | {"STAFF_NEEDS_MFA": False}
    assert not Deputyship.objects.exists()
    _enter(sven, staff["dora"], staff["rita"])
    rita = _client(staff["rita"])
    assert rita.get(ENTER).status_code == 403
    assert dora.get(ENTER).status_code == 200


def test_the_ledger_tells_of_role_and_days_and_of_nobody(staff):
    _enter(_client(staff["dora"]), staff["dora"], staff["rita"], last=4)
    entered = Deputyship.objects.get()
    dora = _client(staff["dora"])
    end = reverse("admin:dsar_deputyship_end", args=[entered.pk])
    assert "has ended" in dora.post(end, follow=True).content.decode()
    assert "had ended before" in dora.post(end, follow=True).content.decode()
    made, ended = Entry.objects.filter(tag__startswith="deputy.").order_by("pk")
    said = json.loads(made.canonical)["detail"]
    assert (made.tag, ended.tag) == ("deputy.appointed", "deputy.ended")
    assert (said["role_of"], said["role"], said["stands_in"]) == (
        "data-protection-officers",
        "officer",
        True,
    )
    assert said["last_on"] == (timezone.localdate() + 4 * DAY).isoformat()
    for name in ("dora", "rita"):
        assert name not in made.canonical + ended.canonical


def _mailed(request):
    mail.outbox.clear()
    request.warnings.all().delete()
    Request.objects.filter(pk=request.pk).update(statutory_due_at=timezone.now() + 2 * DAY)
    Case.objects.filter(pk=request.case_id).update(received_at=timezone.now() - 28 * DAY)
    reminders.warn()
    for warned in Warned.objects.filter(request=request):
        assert reminders.mail(warned.pk)
    assert mail.outbox
    return "".join(str(one.body) for one in mail.outbox)


def _is_warned_of(client, request):
    """Whether home, case and mail say it; all three or none."""
    case, home = (client.get(one).content.decode() for one in (_case(request), HOME))
    said = [
        "Nobody is there today" in case,
        WARNING in home and request.case.reference in home.split("desk-now")[0],
        "Nobody is there today to give the second signature" in _mailed(request),
    ]
    assert len(set(said)) == 1, said
    return said[0]


def test_who_cannot_be_seconded_is_warned_of_on_home_case_and_in_the_mail(staff, request_):
    dora = _client(staff["dora"])
    # A reviewer decides and the officer signs.
    assert not _is_warned_of(dora, request_)
    _decide(dora, request_)
    # The officer decided, and nobody else may sign.
    assert _is_warned_of(dora, request_)
    otto = faces.member_of_staff("officer", "otto")
    assert not _is_warned_of(dora, request_)
    _enter(_client(staff["sven"]), otto, None)
    assert _is_warned_of(dora, request_)
    _enter(_client(staff["sven"]), otto, staff["rita"])
    assert not _is_warned_of(dora, request_)
    # Who stands in is away as well.
    _enter(_client(staff["dora"]), staff["rita"], None, role=faces.GROUPS["reviewer"])
    assert _is_warned_of(dora, request_)
    Request.objects.update(due_at=timezone.now() + 2 * second_person.SOON)
    assert not second_person.lacking().exists()


def test_before_a_decision_two_different_people_are_needed(staff, request_):
    dora = _client(staff["dora"])
    assert not _is_warned_of(dora, request_)
    staff["rita"].is_active = False
    staff["rita"].save()
    assert _is_warned_of(dora, request_)
    faces.member_of_staff("reviewer", "rosa")
    assert not _is_warned_of(dora, request_)
    staff["dora"].groups.clear()
    assert second_person.lacking().get() == request_


def test_whoever_lacks_a_second_factor_is_no_second_person(staff, request_):
    _decide(_client(staff["dora"]), request_)
    otto = faces.member_of_staff("officer", "otto")
    assert not second_person.lacking().exists()
    with override_settings(DSAR=settings_with_mfa()):
        assert second_person.lacking().get() == request_
        for user in (otto, staff["dora"]):
            Authenticator.objects.create(user=user, type="totp", data={})
        assert not second_person.lacking().exists()


def settings_with_mfa():
    from django.conf import settings  # noqa: PLC0415  As the test has left them.

    return settings.DSAR | {"STAFF_NEEDS_MFA": True}


def test_what_one_person_decides_is_not_warned_of(cast, ask, staff):
    row = str(Member.objects.get(user_id=cast.alice.pk).pk)
    wish = Proposal(declaration="testapp.Member", row=row, field="nickname", new="Allie")
    ask(cast.alice, Asked(right=Right.CORRECTION, corrections=(wish,)))
    Request.objects.update(due_at=timezone.now() + DAY)
    assert Request.objects.exists()
    staff["dora"].groups.clear()
    assert not second_person.lacking().exists()


def test_a_system_owner_is_told_that_some_wait_and_not_which(staff, request_):
    staff["dora"].groups.clear()
    page = _client(staff["sven"]).get(HOME).content.decode()
    assert WARNING in page
    assert ENTER in page
    assert request_.case.reference not in page
