"""Who looks after what, one request or several: shown first, asked, done one by one, recorded."""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dsar.cases import owning
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Request
from dsar.cases.states import Right, State
from dsar.engine import execution
from dsar.ledger import log
from dsar.staff import bulk
from tests import faces

LISTING = reverse("admin:dsar_request_changelist")


def _bulk(name):
    return reverse("admin:dsar_request_bulk", args=[name])


def _act(request, name):
    return reverse("admin:dsar_request_act", args=[request.pk, name])


def _choose(client, name, *requests):
    said = {"action": name, "_selected_action": [str(one.pk) for one in requests], "index": "0"}
    return client.post(LISTING, said)


def _owners():
    return dict(Request.objects.values_list("pk", "owner"))


def _told(response):
    return " ".join(str(one) for one in response.context["messages"])


@pytest.fixture
def three(cast, ask):
    """Two requests of Alice's and one of Bob's."""
    return [
        ask(cast.alice, "deletion").requests.get(),
        ask(cast.alice, "access").requests.get(),
        ask(cast.bob, "deletion").requests.get(),
    ]


def test_a_request_is_given_to_a_colleague_and_both_are_witnessed(cast, three, at_desk):
    harry, hanna = at_desk("handler", "harry"), faces.member_of_staff("handler", "hanna")
    page = harry.get(_act(three[0], "give")).content.decode()
    assert hanna.get_username() in page
    assert "hears first" in page
    harry.post(_act(three[0], "give"), {"to": hanna.pk})
    assert _owners() == {three[0].pk: hanna.pk, three[1].pk: None, three[2].pk: None}
    entry = log.entries(three[0].pk).latest("pk")
    said = json.loads(entry.canonical)
    assert entry.tag == "request.owned"
    assert said["detail"]["by"] != said["detail"]["to"]
    assert "hanna" not in entry.canonical


def test_nobody_is_offered_or_accepted_who_may_not_handle_requests(cast, three, at_desk):
    handler = at_desk("handler", "harry")
    auditor, owner = (faces.member_of_staff(role) for role in ("auditor", "owner"))
    gone = faces.member_of_staff("handler", "gone")
    gone.is_active = False
    gone.save()
    offered = {one.pk for one in owning.candidates()}
    assert offered.isdisjoint({auditor.pk, owner.pk, gone.pk, cast.alice.pk, cast.carol.pk})
    for user in (auditor, owner, gone, cast.alice.user):
        assert handler.post(_act(three[0], "give"), {"to": user.pk}).status_code == 200
        actor = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("root", f"r{user.pk}"))
        with pytest.raises(NotPermittedError):
            owning.give(three[0], to=user, actor=actor)
    assert set(_owners().values()) == {None}


def test_several_are_shown_before_they_are_taken_and_no_other_is(cast, three, at_desk):
    handler = at_desk("handler", "harry")
    shown = _choose(handler, "take", *three[:2])
    page = shown.content.decode()
    assert {row.request.pk for row in shown.context["rows"]} == {one.pk for one in three[:2]}
    assert three[0].case.reference in page
    assert three[2].case.reference not in page
    assert set(_owners().values()) == {None}
    chosen = [value for _, value in shown.context["hidden"]]
    done = handler.post(_bulk("take"), {"chosen": chosen}, follow=True)
    assert "done for 2" in _told(done)
    owners = _owners()
    assert owners[three[2].pk] is None
    assert owners[three[0].pk] == owners[three[1].pk] is not None
    for one in three[:2]:
        assert [entry.tag for entry in log.entries(one.pk)].count("request.owned") == 1


def test_several_are_given_to_a_colleague(cast, three, at_desk):
    handler, hanna = at_desk("handler", "harry"), faces.member_of_staff("handler", "hanna")
    chosen = [str(one.pk) for one in three]
    without = handler.post(_bulk("give"), {"chosen": chosen})
    assert without.status_code == 200
    assert set(_owners().values()) == {None}
    handler.post(_bulk("give"), {"chosen": chosen, "to": hanna.pk})
    assert set(_owners().values()) == {hanna.pk}


def test_what_does_not_fit_is_named_before_and_after_and_stops_nothing_else(
    cast, three, dora, monkeypatch
):
    def fail(_lease):
        raise execution.PlanOutdatedError

    monkeypatch.setitem(execution.RUN, Right.ACCESS, fail)
    execution.run(three[1].pk)
    monkeypatch.undo()
    shown = _choose(dora, "retry", *three)
    obstacles = {row.request.pk: row.obstacle for row in shown.context["rows"]}
    assert obstacles[three[1].pk] == ""
    assert "does not fit" in obstacles[three[0].pk]
    assert [value for _, value in shown.context["hidden"]] == [str(three[1].pk)]
    done = dora.post(_bulk("retry"), {"chosen": [str(one.pk) for one in three]}, follow=True)
    told = _told(done)
    assert "done for 1" in told
    assert f"{three[0].case.reference}: does not fit" in told
    states = dict(Request.objects.values_list("pk", "state"))
    assert states[three[1].pk] == State.EXECUTING
    assert states[three[0].pk] == states[three[2].pk] == State.IN_REVIEW


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("handler", ["take", "give"]),
        ("reviewer", ["take", "give", "retry"]),
        ("officer", ["take", "give", "retry"]),
        ("auditor", []),
        ("root", ["take", "give", "retry"]),
    ],
)
def test_each_role_is_offered_its_own_acts_and_refused_the_others(cast, three, at_desk, role, acts):
    client = at_desk(role)
    page = client.get(LISTING)
    offered = (
        [name for name, _ in page.context["action_form"].fields["action"].choices if name]
        if acts
        else []
    )
    assert offered == acts
    for name in bulk.ACTS:
        answer = client.post(_bulk(name), {"chosen": [str(three[0].pk)]})
        assert (answer.status_code == 403) is (name not in acts), name
    assert client.post(_bulk("decide"), {"chosen": [str(three[0].pk)]}).status_code == 403
    if not acts:
        assert _choose(client, "take", three[0]).status_code in {200, 302}
        assert _owners()[three[0].pk] is None


@pytest.mark.parametrize("chosen", [[], ["x"], [str(uuid.uuid4())]])
def test_what_is_no_request_is_not_found(cast, three, at_desk, chosen):
    assert at_desk("handler").post(_bulk("take"), {"chosen": chosen}).status_code == 404


def test_nothing_is_done_by_following_a_link_and_nothing_across_pages(cast, three, at_desk):
    handler = at_desk("handler")
    assert handler.get(_bulk("take")).status_code == 405
    said = {"action": "take", "_selected_action": [str(three[0].pk)], "index": "0"}
    shown = handler.post(LISTING, said | {"select_across": "1"})
    assert [row.request.pk for row in shown.context["rows"]] == [three[0].pk]
    assert "across all pages" not in handler.get(LISTING).content.decode()


def test_no_more_are_chosen_than_can_be_looked_through(crowd, at_desk, monkeypatch):
    crowd(4)
    monkeypatch.setattr(bulk, "MOST", 3)
    keys = [str(one) for one in Request.objects.values_list("pk", flat=True)]
    at_desk("handler").post(_bulk("take"), {"chosen": keys})
    assert Request.objects.filter(owner__isnull=False).count() == 3


def test_the_list_costs_the_same_with_acts_for_three_and_for_thirty(crowd, dora):
    counted = {}
    for number in (3, 30):
        crowd(number)
        dora.get(LISTING)
        with CaptureQueriesContext(connection) as queries:
            assert len(dora.get(LISTING).context["cl"].result_list) == number
        counted[number] = len(queries)
    assert counted[3] == counted[30]


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_requests_are_taken_from_the_list_in_a_browser(cast, three, at_desk, live_server, browser):
    page = faces.page_for(at_desk("handler"), browser, live_server.url)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(live_server.url + LISTING)
    page.locator(f'input[name="_selected_action"][value="{three[0].pk}"]').check()
    page.get_by_label("Action:").select_option("take")
    page.get_by_role("button", name="Go").click()
    page.get_by_text("What would happen").wait_for()
    assert set(_owners().values()) == {None}
    page.get_by_role("button", name="Take: 1").click()
    page.get_by_text("done for 1").wait_for()
    assert _owners()[three[0].pk] is not None
    assert complaints == []
    page.context.close()


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1280, pytest.param(400, marks=pytest.mark.slow)])
def test_the_list_with_its_acts_has_no_barrier(cast, three, dora, clean, width):
    clean(dora, LISTING, says=three[0].case.reference, width=width)
