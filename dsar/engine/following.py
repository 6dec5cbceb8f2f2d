"""How a case stands, as its person may see it: no holds, no concealed records, no failures of ours.

Pages, API and previews show people their cases through this and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Cast, JSONObject

from dsar.cases import timeline
from dsar.cases.fee_models import Fee
from dsar.cases.models import Letter, Request
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.sending_models import Sending
from dsar.cases.states import DONE, Right, State
from dsar.engine import renewing
from dsar.engine.models import Heartbeat, Step
from dsar.packages import fetched

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.cases.models import Case
    from dsar.packages.models import Package

SHOWN_STATES = tuple(state for state in State if state is not State.NEEDS_ATTENTION)
"""That something failed is our business; to the person the request is still being carried out."""


def with_requests(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Bring along what is shown of each case: its requests with their progress, its letters' headings."""
    return cases.prefetch_related(
        Prefetch("requests", queryset=with_progress(Request.objects.order_by("due_at", "id"))),
        Prefetch("letters", queryset=Letter.objects.defer("content").order_by("written_at")),
    )


def with_progress(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Count each request's steps, without those of kinds that may hold concealed records; with whom we told of it.

    And whether nobody of the staff decided on it, the fee that it waits for, and where its copy is to go.
    """
    visible = Q(steps__hidden=False)
    # What processors were asked before a copy is how we searched, and nothing that was told.
    told = RecipientTask.objects.filter(request=OuterRef("pk"), secret=False)
    told = told.exclude(request__right=Right.ACCESS)
    whom = JSONObject(name="recipient", state="state", sent_at="sent_at", ended_at="ended_at")
    beat = Heartbeat.objects.filter(request=OuterRef("pk"), token=OuterRef("lease_token"))
    asked = Fee.objects.filter(pause__request=OuterRef("pk"), pause__answered_at__isnull=True)
    fee = JSONObject(
        amount=Cast("amount", CharField()), currency="currency", accepted_at="accepted_at"
    )
    return (
        renewing.granted(requests)
        .annotate(
            steps_all=Count("steps", filter=visible),
            steps_done=Count("steps", filter=visible & Q(steps__state=Step.State.DONE)),
        )
        .annotate(percent=Subquery(beat.values("percent")))
        .annotate(told=ArraySubquery(told.order_by("recipient").values(json=whom)))
        .annotate(fee=Subquery(asked.values(json=fee)[:1]))
        .annotate(sent_on=Subquery(_latest_sending()))
    )


def _latest_sending() -> Any:
    """Of a request that was opened again, the sending of its last copy."""
    known = JSONObject(
        service="destination__recipient__name",
        address="destination__address",
        state="state",
        reason="reason",
        ended_at="ended_at",
    )
    found = Sending.objects.filter(request=OuterRef("pk")).order_by("-opened_at", "pk")
    return found.values(json=known)[:1]


def prepared(cases: Iterable[Case]) -> list[Case]:
    """Hang the latest packages on the requests of these cases, in one query."""
    found = list(cases)
    requests = {request.pk: request for case in found for request in case.requests.all()}
    latest = fetched.latest_of(list(requests)) if requests else ()
    packages = {package.request_reference: package for package in latest}
    for key, request in requests.items():
        request.package = packages.get(key)  # type: ignore[attr-defined]  # carried to `_request`
    return found


def case(one: Case) -> dict[str, Any]:
    """A case with its requests; pass it through `prepared` first."""
    return _case(one) | {"requests": [_request(request) for request in one.requests.all()]}


def followed(one: Case) -> dict[str, Any]:
    """The same with each request's timeline."""
    stories = timeline.timelines(one.requests.all())
    told = [
        _request(request)
        | {"timeline": [{"at": event.at, "what": event.what} for event in stories[request.pk]]}
        for request in one.requests.all()
    ]
    return _case(one) | {"requests": told}


def shown_request(pk: UUID) -> dict[str, Any]:
    """One request by itself."""
    request = with_progress(Request.objects.all()).get(pk=pk)
    request.package = fetched.latest_of([pk]).first()  # type: ignore[attr-defined]  # carried to `_request`
    return _request(request)


def states_shown_as(state: State) -> list[State]:
    """The states that a person sees as this one."""
    return [one for one in State if _shown_state(one) is state]


def letter(one: Letter) -> dict[str, Any]:
    """A letter's heading."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "written_at": one.written_at,
        "request": one.request_id,
    }


def _case(one: Case) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "received_at": one.received_at,
        "language": one.language,
        "laws": one.regimes,
        "verified": one.verified_at is not None,
        "policy_version": one.policy_version,
        "letters": [letter(each) for each in one.letters.all()],
    }


def _request(request: Any) -> dict[str, Any]:
    return {
        "id": request.pk,
        "right": request.right,
        "scope": request.scope,
        "state": _shown_state(State(request.state)),
        "outcome": request.outcome or None,
        "due_at": request.due_at,
        "waits_until": request.not_before if request.state == State.APPROVED else None,
        "answered_at": request.answered_at,
        "closed_at": request.closed_at,
        "progress": {"done": _done(request), "all": request.steps_all},
        "package": _package(request.package),
        "renewal": renewing.standing(request, request.package),
        "recipients": [_recipient(one) for one in request.told],
        "fee": _fee(request.fee),
        "sending": _sending(request.sent_on),
    }


def _recipient(task: dict[str, Any]) -> dict[str, Any]:
    """Whom we told of what was done, or are to tell (GDPR Art. 19); never one that the person must not learn of."""
    is_told = task["state"] in {RecipientTask.State.SENT, RecipientTask.State.CONFIRMED}
    moment = (task["sent_at"] or task["ended_at"]) if is_told else None
    return {
        "name": task["name"],
        "state": task["state"],
        "told_at": moment and datetime.fromisoformat(moment),
    }


def _fee(fee: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an answer would cost, while that is to be agreed to or paid (R134)."""
    if fee is None:
        return None
    return {
        "amount": fee["amount"],
        "currency": fee["currency"],
        "accepted": fee["accepted_at"] is not None,
    }


def _sending(said: dict[str, Any] | None) -> dict[str, Any] | None:
    """To which service the copy goes, and how that stands; of the address its host alone (R119)."""
    if said is None:
        return None
    return {
        "service": said["service"] or "",
        "host": urlsplit(said["address"] or "").hostname or "",
        "state": said["state"],
        "reason": said["reason"] or None,
        "ended_at": said["ended_at"] and datetime.fromisoformat(said["ended_at"]),
    }


def _done(request: Any) -> int:
    """What is read in one go has no steps that end one by one: who reads says how far they are."""
    if request.outcome in DONE:
        return int(request.steps_all)
    read = request.steps_all * (request.percent or 0) // 100
    return int(max(request.steps_done, read if request.state == State.EXECUTING else 0))


def _package(package: Package | None) -> dict[str, Any] | None:
    if package is None or not fetched.is_there(package):
        return None
    return {
        "filename": package.filename,
        "bytes": package.archive_bytes,
        "sha256": package.archive_sha256,
        "expires_at": package.expires_at,
    }


def _shown_state(state: State) -> State:
    return State.EXECUTING if state is State.NEEDS_ATTENTION else state
