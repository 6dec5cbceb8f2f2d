"""The first page of the desk: what is due first, how much waits for what, how the weeks went; each role its own."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases.models import Case, Request
from dsar.cases.states import Right
from dsar.engine import execution
from dsar.staff import waiting

HOME = reverse("admin:index")
DAY = timedelta(days=1)


def _desk(client):
    response = client.get(HOME)
    assert response.status_code == 200
    return response.context["desk"]


def _counts(client):
    return {pile["name"]: pile["count"] for pile in _desk(client)["piles"]}


def _act(client, request, name, **said):
    client.post(reverse("admin:dsar_request_act", args=[request.pk, name]), said)


def _grant(client, request):
    address = reverse("admin:dsar_request_act", args=[request.pk, "decide"])
    shown = client.get(address).context["digest"]
    client.post(address, {"verdict": "granted", "shown": shown})


@pytest.fixture
def busy(cast, ask, dora, monkeypatch):
    """One request for each thing that a request can wait for, and one that is closed."""
    names = ("late", "soon", "requester", "signature", "mine", "closed")
    found = {name: ask(cast.alice, "deletion").requests.get() for name in names}
    now = timezone.now()
    Request.objects.filter(pk=found["late"].pk).update(due_at=now - 2 * DAY)
    Request.objects.filter(pk=found["soon"].pk).update(due_at=now + 2 * DAY)
    _act(dora, found["requester"], "ask", question="Which account?")
    _grant(dora, found["signature"])
    _act(dora, found["mine"], "take")
    _act(dora, found["closed"], "aside", outcome="not_a_rights_request", reason="A question.")
    found["attention"] = ask(cast.bob, "access").requests.get()

    def fail(_lease):
        raise execution.PlanOutdatedError

    monkeypatch.setitem(execution.RUN, Right.ACCESS, fail)
    execution.run(found["attention"].pk)
    monkeypatch.undo()
    return found


def test_each_pile_counts_what_its_list_shows(busy, dora):
    assert _counts(dora) == {
        "late": 1,
        "soon": 1,
        "attention": 1,
        "requester": 1,
        "nobody": 5,
        "mine": 1,
        "signature": 1,
        "gone": 0,
        "complaints": 0,
        "questions": 0,
    }
    for pile in _desk(dora)["piles"]:
        listed = {one.pk for one in dora.get(pile["url"]).context["cl"].result_list}
        assert len(listed) == pile["count"], pile["name"]
        if pile["name"] in busy:
            assert listed == {busy[pile["name"]].pk}, pile["name"]


def test_what_is_due_first_stands_first_and_says_why_it_is_open(busy, dora):
    first = _desk(dora)["first"]
    assert [one["request"].pk for one in first[:2]] == [busy["late"].pk, busy["soon"].pk]
    assert [one["near"].says for one in first[:2]] == ["2 days late", "2 days left"]
    why = {one["request"].pk: one["why"] for one in first}
    assert busy["closed"].pk not in why
    said = {name: why[one.pk] for name, one in busy.items() if name != "closed"}
    assert said == {
        "late": "to be decided",
        "soon": "to be decided",
        "mine": "to be decided",
        "requester": "waits for the requester",
        "signature": "second signature wanted",
        "attention": "stopped; somebody must look",
    }


def test_a_waiting_period_is_named_with_its_end(cast, ask, dora, otto, settings):
    settings.DSAR = settings.DSAR | {"WAITING_PERIOD_SECONDS": 14 * 24 * 3600}
    request = ask(cast.alice, "deletion").requests.get()
    _grant(dora, request)
    _act(otto, request, "approve")
    assert _desk(dora)["first"][0]["why"].startswith("waiting period until ")
    request.refresh_from_db()
    after = request.not_before + DAY
    assert waiting.why(request, wants_signature=False, now=after) == "waits for a worker"


def test_no_more_than_ten_are_named(dora, crowd):
    crowd(11)
    named = [one["request"].pk for one in _desk(dora)["first"]]
    assert named == list(Request.objects.order_by("due_at").values_list("pk", flat=True)[:10])


def test_weeks_and_rights_are_counted(busy, dora):
    weeks, rights = _desk(dora)["charts"]
    assert len(weeks.rows) == 12
    assert weeks.rows[-1][1] == (7, 1)
    Case.objects.filter(pk=busy["late"].case_id).update(received_at=timezone.now() - 7 * DAY)
    Case.objects.filter(pk=busy["soon"].case_id).update(received_at=timezone.now() - 84 * DAY)
    weeks, _ = _desk(dora)["charts"]
    assert [row[1] for row in weeks.rows[-2:]] == [(1, 0), (5, 1)]
    assert sum(values[0] for _, values in weeks.rows) == 6
    assert dict(rights.rows) == dict.fromkeys(
        (right.replace("_", " ") for right in Right), (0,)
    ) | {"deletion": (5,), "access": (1,)}


class _Shapes(HTMLParser):
    """The bars of a page, and whatever a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[dict[str, Any]] = []
        self.refused: list[tuple[str, Any]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "rect" and given["width"] != "12":
            self.bars.append(given)
        if "style" in given or any(name.startswith("on") for name in given) or tag == "style":
            self.refused.append((tag, attrs))


def test_pictures_are_drawn_to_scale_and_keep_the_policy(busy, dora):
    page = _Shapes()
    page.feed(dora.get(HOME).content.decode())
    assert page.refused == []
    upright, level = page.bars[:24], page.bars[24:]
    assert [bar["height"] for bar in upright[-2:]] == ["140", "20"]
    wide = {bar["y"]: int(bar["width"]) for bar in level}
    assert len(wide) == len(Right)
    assert sorted(wide.values())[-2:] == [82, 410]


@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("handler", {"mine"}),
        ("reviewer", {"mine"}),
        ("officer", {"mine", "signature"}),
        ("auditor", set()),
        ("root", {"mine", "signature"}),
    ],
)
def test_each_role_sees_the_piles_it_can_do_something_about(cast, ask, at_desk, role, own):
    ask(cast.alice, "deletion")
    shared = {"late", "soon", "attention", "requester", "nobody", "gone", "complaints", "questions"}
    desk = _desk(at_desk(role))
    assert {pile["name"] for pile in desk["piles"]} == shared | own
    assert desk["title"] == ("What needs you now" if own else "What is open")


def test_staff_who_may_not_see_requests_get_the_plain_page(cast, ask, at_desk):
    case = ask(cast.alice, "deletion")
    cast.carol.user.is_staff = True
    cast.carol.user.save()
    carol = at_desk("carol")
    assert _desk(carol) is None
    page = carol.get(HOME).content.decode()
    assert "Due soonest" not in page
    assert case.reference not in page


def test_the_page_names_nobody_whose_data_it_is(busy, cast, dora):
    page = dora.get(HOME).content.decode()
    assert "Due soonest" in page
    assert busy["late"].case.reference in page
    for person in (cast.alice, cast.bob):
        assert person.email not in page
        assert person.user.get_username() not in page


def test_the_page_costs_the_same_for_one_request_and_for_two_hundred(dora, crowd):
    counted = {}
    for number in (1, 200):
        crowd(number)
        dora.get(HOME)
        with CaptureQueriesContext(connection) as queries:
            assert sum(values[0] for _, values in _desk(dora)["charts"][1].rows) == number
        ours = sum("dsar_cases_request" in one["sql"] for one in queries)
        counted[number] = len(queries), ours
    assert counted[1] == counted[200]
    # With the one that asks for whom nobody can give a second signature: there is one officer here.
    assert counted[200][1] == 6


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "look",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        pytest.param(
            {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"viewport": {"width": 400, "height": 800}, "color_scheme": "light"},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["dark", "light", "narrow"],
)
def test_home_and_list_have_no_barrier_and_break_no_policy(busy, dora, live_server, browser, look):
    for bypass in (True, False):
        context = browser.new_context(**look, bypass_csp=bypass)
        session = dora.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        complaints: list[str] = []
        page = context.new_page()
        page.on("console", lambda said, kept=complaints: kept.append(said.text))
        for address in (HOME, reverse("admin:dsar_request_changelist")):
            page.goto(live_server.url + address)
            page.get_by_text(busy["late"].case.reference).first.wait_for()
            if bypass:
                found = Axe().run(page).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address
        if not bypass:
            assert complaints == []
        context.close()
