"""A case that its person has opened, by log-in or by link and code, and what its page says beside the requests."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from allauth.core import ratelimit
from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from dsar.cases.complaint_models import Complaint
from dsar.cases.models import Case, Request
from dsar.portal import filing, words

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from dsar.cases.actors import Actor

_LIMIT = "dsar_writing"
"""The action in ACCOUNT_RATE_LIMITS that says how often somebody may write in one case."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The case, and who opened it: an actor without user came by link and code."""

    case: Case
    actor: Actor

    def to(self, page: str, **more: Any) -> str:
        """The address of a page of this case, in the half of the portal where the person is."""
        if self.actor.user is None:
            name = "answer" if page == "case" else f"answer_{page}"
            return reverse(f"dsar_portal:{name}", kwargs=more)
        return reverse(f"dsar_portal:{page}", kwargs={"reference": self.case.reference, **more})

    def offer(self, shown: dict[str, Any]) -> None:
        """Say of a request of this case where its copy is fetched, made anew, and sent on."""
        shown["to_package"] = self.to("package", pk=shown["id"])
        shown["to_renew"] = self.to("renew", pk=shown["id"])
        shown["to_send"] = self.to("send", pk=shown["id"])


def own(request: HttpRequest, reference: str) -> Opened:
    """A case of whoever is logged in; raises Http404."""
    theirs = Case.objects.select_related("key").filter(subject_id=request.user.pk)
    found = get_object_or_404(theirs, reference=reference)
    return Opened(case=found, actor=filing.requester(request))


def own_request(request: HttpRequest, *, reference: str, pk: Any) -> tuple[Request, Opened]:
    """A request of whoever is logged in, and its case; raises Http404."""
    own = Request.objects.select_related("case__key").filter(case__subject_id=request.user.pk)
    found = get_object_or_404(own, case__reference=reference, pk=pk)
    return found, Opened(case=found.case, actor=filing.requester(request))


def counted(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Have each case bring the number of its messages, as `beside` needs it."""
    return cases.annotate(written=Count("messages"))


def beside(opened: Opened) -> dict[str, Any]:
    """What the page of a `counted` case says of messages and complaints, and where each is written."""
    return {
        "to_messages": opened.to("messages"),
        "to_complain": opened.to("complain"),
        "written": opened.case.written,  # type: ignore[attr-defined]  # what `counted` brings
        "complaints": complaints(opened.case),
    }


def complaints(case: Case) -> list[dict[str, Any]]:
    """How each complaint of a case stands, in the order in which they came."""
    own = Complaint.objects.filter(case=case).select_related("request").defer("text")
    return [_shown(one) for one in own.order_by("received_at", "pk")]


def too_often(request: HttpRequest, opened: Opened) -> HttpResponse | None:
    """The page that says so, where this is written more often than one case may."""
    if ratelimit.consume(request, action=_LIMIT, key=str(opened.case.pk)):
        return None
    context = {"back": opened.to("case"), "reference": opened.case.reference}
    page = "dsar/portal/written_too_often.html"
    return render(request, page, context, status=HTTPStatus.TOO_MANY_REQUESTS)


def _shown(one: Complaint) -> dict[str, Any]:
    return {
        "about": words.title(one.request.right) if one.request else None,
        "received_at": one.received_at,
        "answer_by": one.answer_by,
        "answered_at": one.answered_at,
        "outcome": words.COMPLAINTS[one.outcome] if one.outcome else None,
    }
