"""The list of requests: each filter keeps what it names and leaves the rest out, at a cost that does not grow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases.models import Case, Request
from dsar.cases.states import State
from dsar.registers import holds
from dsar.staff import waiting

LISTING = reverse("admin:dsar_request_changelist")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def alices(cast, ask):
    """A deletion of Alice's, under review."""
    return ask(cast.alice, "deletion").requests.get()


@pytest.fixture
def bobs(cast, ask):
    """A deletion of Bob's, under review."""
    return ask(cast.bob, "deletion").requests.get()


def _listed(client, **query):
    response = client.get(LISTING, query)
    assert response.status_code == 200
    return {one.pk for one in response.context["cl"].result_list}


def _set(request, **values):
    Request.objects.filter(pk=request.pk).update(**values)


def _set_case(request, **values):
    Case.objects.filter(pk=request.case_id).update(**values)


def test_right_and_state_are_chosen(cast, ask, dora, alices):
    access = ask(cast.bob, "access").requests.get()
    assert _listed(dora, right__exact="deletion") == {alices.pk}
    assert _listed(dora, right__exact="access") == {access.pk}
    dora.post(
        reverse("admin:dsar_request_act", args=[alices.pk, "ask"]), {"question": "Which account?"}
    )
    assert _listed(dora, state__exact="awaiting_requester") == {alices.pk}


@pytest.mark.parametrize(
    ("due", "span"),
    [
        ("late", (-HOUR, HOUR)),
        ("soon", (3 * DAY - HOUR, 3 * DAY + HOUR)),
        ("soon", (HOUR, -HOUR)),
        ("week", (7 * DAY - HOUR, 7 * DAY + HOUR)),
        ("week", (HOUR, -HOUR)),
    ],
)
def test_due_dates_fall_into_their_span(dora, alices, bobs, due, span):
    inside, outside = span
    _set(alices, due_at=timezone.now() + inside)
    _set(bobs, due_at=timezone.now() + outside)
    assert _listed(dora, due=due) == {alices.pk}


def test_what_is_closed_is_never_late(dora, alices, bobs):
    for one in (alices, bobs):
        _set(one, due_at=timezone.now() - DAY)
    dora.post(
        reverse("admin:dsar_request_act", args=[bobs.pk, "aside"]),
        {"outcome": "duplicate", "reason": "Asked before."},
    )
    assert _listed(dora, standing="all") == {alices.pk, bobs.pk}
    assert _listed(dora, standing="all", due="late") == {alices.pk}


def test_who_asks_is_chosen(dora, alices, bobs):
    _set_case(alices, subject_relation="agent")
    assert _listed(dora, kind="agent") == {alices.pk}
    assert _listed(dora, kind="customer") == {bobs.pk}
    assert _listed(dora, kind="guardian") == set()
    assert _listed(dora, kind="nobody") == {alices.pk, bobs.pk}


def test_laws_channels_and_languages_are_chosen(dora, alices, bobs):
    _set_case(alices, regimes=["EU", "SG"], channel="post", language="zh-hans")
    _set_case(bobs, regimes=["SG"], channel="email", language="en")
    assert _listed(dora, law="EU") == {alices.pk}
    assert _listed(dora, law="SG") == {alices.pk, bobs.pk}
    assert _listed(dora, case__channel__exact="post") == {alices.pk}
    assert _listed(dora, language="zh-hans") == {alices.pk}
    assert _listed(dora, law="EU", language="en") == set()


def test_owners_are_chosen(dora, otto, alices, bobs):
    dora.post(reverse("admin:dsar_request_act", args=[alices.pk, "take"]))
    assert _listed(dora, owner="me") == {alices.pk}
    assert _listed(dora, owner="nobody") == {bobs.pk}
    assert _listed(otto, owner="me") == set()


def test_holds_are_chosen_by_those_who_decide(cast, dora, alices, bobs):
    placed = holds.place(
        cast.alice.pk, ground="Claim", law="Limitation Act", review_on=_later(), by=cast.carol.user
    )
    assert _listed(dora, hold="yes") == {alices.pk}
    assert _listed(dora, hold="no") == {bobs.pk}
    holds.release(placed, by=cast.carol.user)
    assert _listed(dora, hold="yes") == set()


def _later():
    return timezone.localdate() + 30 * DAY


@pytest.mark.parametrize("role", ["handler", "auditor"])
def test_a_hold_is_not_told_to_those_who_do_not_decide(cast, at_desk, alices, bobs, role):
    holds.place(
        cast.alice.pk, ground="Claim", law="Limitation Act", review_on=_later(), by=cast.carol.user
    )
    client = at_desk(role)
    assert "On hold" not in client.get(LISTING).content.decode()
    answers = [client.get(LISTING, {"hold": value}, follow=True) for value in ("yes", "no")]
    shown = [{one.pk for one in answer.context["cl"].result_list} for answer in answers]
    assert shown == [{alices.pk, bobs.pk}] * 2


def test_the_second_signature_is_wanted_where_the_button_is(dora, otto, alices, bobs):
    for one in (alices, bobs):
        assert not _may_sign(otto, one)
    _grant(dora, alices)
    assert _listed(otto, signature="wanted") == {alices.pk}
    assert [_may_sign(otto, one) for one in (alices, bobs)] == [True, False]
    otto.post(reverse("admin:dsar_request_act", args=[alices.pk, "approve"]))
    assert _listed(otto, signature="wanted") == set()


def test_a_refusal_that_needs_the_officer_wants_a_signature(cast, ask, at_desk, otto, settings):
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff"}}
    refused, other = (ask(one, "access").requests.get() for one in (cast.alice, cast.bob))
    _decide(at_desk("reviewer"), refused, verdict="refused", ground_SG="threat_to_another")
    assert _listed(otto, signature="wanted") == {refused.pk}
    assert [_may_sign(otto, one) for one in (refused, other)] == [True, False]


def test_what_one_person_granted_and_took_back_wants_none(cast, ask, dora, otto, settings):
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff"}}
    request = ask(cast.alice, "access").requests.get()
    _decide(dora, request, verdict="granted")
    dora.post(reverse("admin:dsar_request_act", args=[request.pk, "review"]))
    request.refresh_from_db()
    assert (request.state, request.decision.approved_at) == (State.IN_REVIEW, None)
    assert _listed(otto, signature="wanted") == set()
    assert not _may_sign(otto, request)


def _grant(client, request):
    _decide(client, request, verdict="granted")


def _decide(client, request, **said):
    address = reverse("admin:dsar_request_act", args=[request.pk, "decide"])
    shown = client.get(address).context["digest"]
    client.post(address, {"shown": shown} | said)


def _may_sign(client, request):
    page = client.get(reverse("admin:dsar_request_change", args=[request.pk]))
    return "approve" in [one.name for one, _ in page.context["offered"]]


def test_a_reference_is_found_whole_in_any_case_and_also_when_closed(dora, alices, bobs):
    dora.post(
        reverse("admin:dsar_request_act", args=[alices.pk, "aside"]),
        {"outcome": "duplicate", "reason": "Asked before."},
    )
    reference = alices.case.reference
    assert _listed(dora) == {bobs.pk}
    assert _listed(dora, q=f" {reference.lower()} ") == {alices.pk}
    assert _listed(dora, q=reference, standing="closed") == {alices.pk}
    assert _listed(dora, q=reference[:-1]) == set()
    assert _listed(dora, state__exact="closed") == {alices.pk}


def test_a_value_that_no_filter_offers_narrows_nothing(dora, alices):
    for name in ("due", "owner", "signature", "hold", "law", "language"):
        assert _listed(dora, **{name: "' OR 1=1 --"}) == {alices.pk}, name


def test_what_is_due_first_comes_first_and_says_how_near_it_is(dora, alices, bobs, crowd):
    crowd(5)
    now = timezone.now()
    _set(alices, due_at=now + 2 * DAY)
    _set(bobs, due_at=now - 2 * DAY)
    response = dora.get(LISTING)
    dates = [one.due_at for one in response.context["cl"].result_list]
    assert dates == sorted(dates)
    page = response.content.decode()
    assert '<span class="desk-due desk-late">2 days late</span>' in page
    assert '<span class="desk-due desk-soon">2 days left</span>' in page
    assert 'class="desk-due desk-later"' in page


def test_nearness_speaks_of_days_of_the_calendar(alices):
    noon = timezone.localtime().replace(hour=12, minute=0)
    said = {}
    for hours in (-25, -1, 1, 23, 100):
        alices.due_at = noon + hours * HOUR
        near = waiting.nearness(alices, now=noon)
        assert near is not None
        said[hours] = near.says, near.looks
    assert said == {
        -25: ("1 day late", "late"),
        -1: ("late since today", "late"),
        1: ("due today", "soon"),
        23: ("1 day left", "soon"),
        100: ("4 days left", "later"),
    }
    alices.state = State.CLOSED
    assert waiting.nearness(alices, now=noon) is None


def test_a_page_costs_the_same_for_sixty_and_for_ninety_and_never_counts_them_all(dora, crowd):
    counted = {}
    for number in (1, 60, 90):
        crowd(number)
        dora.get(LISTING)
        with CaptureQueriesContext(connection) as queries:
            response = dora.get(LISTING, {"standing": "all", "_facets": "True"})
        ours = sum("dsar_cases_request" in one["sql"] for one in queries)
        counted[number] = len(queries), ours
        assert len(response.context["cl"].result_list) == min(number, 50)
        # What stands on one page is counted by looking at it, and through a filter nothing else is.
        assert not [one for one in queries if "COUNT(" in one["sql"]]
    assert counted[60] == counted[90]
    assert counted[1] == (counted[90][0], 1)
