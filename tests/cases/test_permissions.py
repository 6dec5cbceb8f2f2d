"""Who may make which move: everybody, every move, against a table written out by hand."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group, Permission

from dsar.cases import permissions, roles
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.states import TRANSITIONS, Outcome, Right, State
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.models import Request

# s system, r requester, h handler, d decider (reviewer), o data protection officer
ALLOWED = """
submitted             awaiting_verification s h d o
submitted             in_review             s h d o
submitted             approved              s
submitted             closed                s r h d o
awaiting_verification in_review             s h d o
awaiting_verification closed                s r h d o
in_review             awaiting_requester    h d o
in_review             approved              s d o
in_review             closed                r d o
awaiting_requester    in_review             s r h d o
awaiting_requester    closed                r d o
approved              executing             s
approved              in_review             s d o
approved              closed                r d o
executing             closed                s
executing             needs_attention       s
executing             approved              s
needs_attention       executing             s d o
needs_attention       in_review             d o
needs_attention       closed                d o
"""
EXPECTED = {
    (State(source), State(target)): set(who)
    for source, target, *who in map(str.split, ALLOWED.strip().splitlines())
}
PAIRS = list(itertools.product(State, State))


@pytest.fixture
def people(alice: AbstractBaseUser, bob: AbstractBaseUser, carol: Actor) -> dict[str, Actor]:
    user = cast.person("gone", is_active=False, is_staff=True, is_superuser=True)
    clerk = cast.person("clerk")
    clerk.groups.set(Group.objects.filter(name="Data protection officers"))
    return {
        "s": SYSTEM,
        "r": cast.requester(alice),
        "h": cast.staff("hugo", "Privacy handlers"),
        "d": cast.staff("dora", "Privacy reviewers"),
        "o": cast.staff("olga", "Data protection officers"),
        "another requester": cast.requester(bob),
        "staff without rights": carol,
        "auditor": cast.staff("anna", "Auditors"),
        "intake": cast.staff("ines", "Privacy intake"),
        "officer who left": Actor(kind=ActorKind.STAFF, user=user),
        "group member who is no staff": Actor(kind=ActorKind.STAFF, user=clerk),
        "nobody": Actor(kind=ActorKind.STAFF),
        "stranger": Actor(kind=ActorKind.REQUESTER),
    }


def may(request: Request, who: Actor, *, source: State, target: State) -> bool:
    request.state = source
    closing = Outcome.WITHDRAWN_BY_REQUESTER if target is State.CLOSED else None
    return permissions.allows(who, request, to=target, outcome=closing)


def test_every_actor_has_exactly_the_moves_of_the_table(
    alice: AbstractBaseUser, people: dict[str, Actor]
) -> None:
    request = cast.request_of(alice, Right.RESTRICTION, scope={"ground": "unlawful"})
    found = {
        (source, target): {
            name for name, who in people.items() if may(request, who, source=source, target=target)
        }
        for source, target in PAIRS
    }
    assert found == {pair: EXPECTED.get(pair, set()) for pair in PAIRS}


def test_every_transition_has_a_line(db: None) -> None:
    moves = {(source, target) for source, targets in TRANSITIONS.items() for target in targets}
    assert set(permissions.PERMISSIONS) == moves


def test_only_officers_sign_a_deletion(alice: AbstractBaseUser, people: dict[str, Actor]) -> None:
    request = cast.request_of(alice, Right.DELETION)
    signing = {"source": State.IN_REVIEW, "target": State.APPROVED}
    assert {name for name, who in people.items() if may(request, who, **signing)} == {"o"}


@pytest.mark.parametrize("outcome", [one for one in Outcome if "withdrawn" not in one])
def test_requesters_close_only_by_withdrawing(alice: AbstractBaseUser, outcome: Outcome) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    me = cast.requester(alice)
    assert not permissions.allows(me, request, to=State.CLOSED, outcome=outcome)


def test_staff_who_asked_themselves_act_as_requesters_only(alice: AbstractBaseUser) -> None:
    me = cast.staff("nina", "Data protection officers")
    request = cast.request_of(me.user, Right.DELETION)
    asking = cast.requester(me.user)
    assert not may(request, asking, source=State.IN_REVIEW, target=State.APPROVED)


def test_groups_are_made_and_made_again(db: None, settings) -> None:
    from django.apps import apps  # noqa: PLC0415 - the registry is read when the test runs.

    Group.objects.all().delete()
    Permission.objects.filter(content_type__app_label="dsar").delete()
    for _ in range(2):
        roles.make_groups(apps.get_app_config("dsar"))
    officers = Group.objects.get(name="Data protection officers")
    held = set(officers.permissions.values_list("codename", flat=True))
    assert held == permissions.GROUPS["Data protection officers"]


def test_no_role_may_delete_or_change_a_request(db: None) -> None:
    codenames = set(
        Permission.objects.filter(
            content_type__app_label="dsar", content_type__model__in=["case", "request"]
        ).values_list("codename", flat=True)
    )
    assert codenames == {
        "view_case",
        "view_request",
        permissions.TAKE_IN,
        permissions.HANDLE,
        permissions.DECIDE,
        permissions.APPROVE,
        permissions.AUDIT,
        permissions.WATCH,
        permissions.APPOINT,
    }
