"""Right, law, requester, channel and outcome in pairs: over REST, through a real worker, to the letter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import Profile, User
from config import processes
from config.demonstration.calls import Caller
from config.embedded import daemons
from dsar.cases.models import Case, Letter, Request
from dsar.cases.states import State
from dsar.law import rules
from orders.models import Order
from tests.engine.test_every_right import check, first_grounds
from tests.pairs import Row, covering, pairs, possible

if TYPE_CHECKING:
    from pytest_django import Settings

SECONDS = 60
RIGHTS: dict[str, dict[str, Any]] = {
    "access": {},
    "portability": {},
    "correction": {},
    "deletion": {},
    "restriction": {"scope": {"ground": "unlawful"}},
    "consent_withdrawal": {"scope": {"purposes": ["marketing_email"]}},
    "objection_marketing": {"scope": {"objection": "marketing"}},
    "objection_other": {"scope": {"objection": "other", "purposes": ["personalised_search"]}},
}
AT_ONCE = ("consent_withdrawal", "objection_marketing")
WITHOUT_STAFF = (*AT_ONCE, "access", "portability")
PROOF = {
    "guardian": "parental_responsibility",
    "agent": "power_of_attorney",
    "representative": "court_order",
}
VALUES = {
    "right": tuple(RIGHTS),
    "residence": ("SG", "DE", "GB", "US-CA"),
    "who": ("account", "former_customer", *PROOF),
    "channel": ("api", "email", "post", "phone", "in_person"),
    "outcome": ("granted", "refused"),
}
MINE = "Pia Fiction"


def can_happen(*, right: str, residence: str, who: str, channel: str, outcome: str) -> bool:
    """Whether a law there knows the right, and the house can come to this outcome by this way."""
    attached = rules.attached(residence, home=("SG",), on=timezone.localdate())
    known = any(right in rules.latest(code).rights for code in attached)
    # Staff enter what comes from people who do not log in; what needs no staff is refused by nobody.
    return (
        known
        and (who != "account" or channel == "api")
        and (outcome == "granted" or right not in WITHOUT_STAFF)
    )


@cache
def rows() -> list[Row]:
    """Every combination that can happen."""
    return possible(VALUES, allowed=can_happen)


@cache
def chosen() -> list[Row]:
    """Few of them that hold every pair."""
    return covering(rows())


def test_the_chosen_hold_every_pair_that_can_happen() -> None:
    held = [pairs(row) for row in chosen()]
    assert set().union(*held) == set().union(*map(pairs, rows()))
    assert len(chosen()) < len(rows()) / 10
    values = {value for row in chosen() for value in row}
    assert values == {value for several in VALUES.values() for value in several}


class Desk:
    """The site over REST, with two of the data protection office at it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.dora, self.otto = self.staff("dora"), self.staff("otto")

    def caller(self, user: User) -> Caller:
        """Somebody with a fresh token."""
        return Caller(address=self.address, token=AuthToken.objects.create(user)[1])

    def staff(self, name: str) -> Caller:
        """A data protection officer."""
        user = User.objects.create_user(email=f"{name}@example.com", is_staff=True)
        user.groups.add(Group.objects.get(name="Data protection officers"))
        return self.caller(user)

    def file(self, number: int, *, right: str, residence: str, who: str, channel: str) -> Request:
        """Ask for one right by one way, and return the request that it became."""
        mail = f"pia{number}@example.com"
        asked = {"right": right.partition("_")[0], **RIGHTS[right]}
        if right == "consent_withdrawal":
            asked["right"] = right
        body: dict[str, Any] = {"rights": [asked], "residence": residence}
        if who == "account":
            return self._file_logged_in(mail, body)
        order = Order.objects.create(
            number=f"P-{number}", contact_name=MINE, contact_email=mail, net=1, tax=0, total=1
        )
        if right == "correction":
            asked["corrections"] = [
                {"declaration": "orders.Order", "row": str(order.pk), "field": "note", "value": "x"}
            ]
        body |= {"name": MINE, "email": mail, "relation": who}
        if who in PROOF:
            body |= {"email": f"other{number}@example.com"}
            body["on_behalf"] = {"name": MINE, "email": mail}
            if channel == "api":
                body["on_behalf"]["affirmed"] = True
        if channel == "api":
            Caller(address=self.address).post("cases/public", body)
        else:
            came = {"channel": channel, "received_at": timezone.now().isoformat()}
            self.dora.post("staff/cases", body | came)
        return Request.objects.latest("case__created_at")

    def _file_logged_in(self, mail: str, body: dict[str, Any]) -> Request:
        user = User.objects.create_user(email=mail)
        EmailAddress.objects.create(user=user, email=mail, verified=True, primary=True)
        profile, _ = Profile.objects.update_or_create(user=user, defaults={"company": "Old Ltd"})
        (asked,) = body["rights"]
        if asked["right"] == "correction":
            asked["corrections"] = [
                {
                    "declaration": "accounts.Profile",
                    "row": str(profile.pk),
                    "field": "company",
                    "value": "New Ltd",
                }
            ]
        filed = self.caller(user).post("cases", body)
        return Request.objects.get(case__reference=filed["reference"])

    def prove(self, request: Request, *, right: str, who: str) -> None:
        """Once a worker has looked, accept the proof of whoever asks for another, and vouch for the person."""
        case = Case.objects.get(pk=request.case_id)
        if who in PROOF:
            self.dora.post(f"staff/cases/{case.reference}/authority", {"kind": PROOF[who]})
        if right in AT_ONCE or who == "account":
            return
        filed = Request.objects.filter(pk=request.pk, state=State.SUBMITTED)
        daemons.wait_until(
            lambda: not filed.exists(), seconds=SECONDS, what=f"the look-up of {case.reference}"
        )
        self.dora.post(f"staff/requests/{request.pk}/verify")

    def decide(self, request: Request, *, right: str, outcome: str) -> None:
        """Decide on exactly what was shown, and sign where a second person must."""
        path = f"staff/requests/{request.pk}"
        if self.dora.get(path)["state"] != "in_review":
            assert right in WITHOUT_STAFF
            return
        said: dict[str, Any] = {"verdict": outcome}
        if outcome == "refused":
            said |= {"reason": "For the file.", "balancing": "Weighed."}
            said["grounds"] = first_grounds(right, Case.objects.get(pk=request.case_id))
        said["shown"] = self.dora.post(f"{path}/preview")["digest"]
        if self.dora.post(f"{path}/decide", said)["state"] == "in_review":
            self.otto.post(f"{path}/approve")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_pair_goes_from_the_call_to_the_letter(
    surroundings: dict[str, str], settings: Settings
) -> None:
    settings.DSAR = settings.DSAR | {"REGIMES": ("SG",)}
    with processes.running(environment=surroundings | {"DSAR_WAITING_PERIOD_SECONDS": "1"}) as site:
        desk = Desk(site.address)
        asked = []
        for number, row in enumerate(chosen()):
            right, residence, who, channel, outcome = row
            request = desk.file(number, right=right, residence=residence, who=who, channel=channel)
            desk.prove(request, right=right, who=who)
            desk.decide(request, right=right, outcome=outcome)
            asked.append((row, request.pk))
        still = Request.objects.exclude(state=State.CLOSED)
        daemons.wait_until(
            lambda: not still.exists(), seconds=SECONDS, what="the end of every request"
        )
    for row, pk in asked:
        request = Request.objects.select_related("case").get(pk=pk)
        assert request.case.channel == row[3], row
        assert (request.outcome == "refused") == (row[4] == "refused"), row
        kind = Letter.Kind.REFUSAL if row[4] == "refused" else Letter.Kind.ANSWER
        check(request, kind=kind)
