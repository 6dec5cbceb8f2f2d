"""Everything about a case for one page, in a number of statements that does not depend on how much there is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from dsar import conf
from dsar.cases import fees, notes, permissions
from dsar.cases import messages as correspondence
from dsar.cases.models import Case, Request
from dsar.cases.recipient_models import RecipientTask
from dsar.engine import annotating, planning
from dsar.keys.box import KeyDestroyedError
from dsar.ledger import log
from dsar.registers.annotation_models import Annotation
from dsar.registers.models import Hold
from dsar.staff import acts, applying, clearance, gone, redactions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.cases.actors import Actor
    from dsar.cases.identity_models import Proof
    from dsar.cases.models import Note
    from dsar.engine.annotating import Noted

GONE = "(destroyed with the key of this case)"
_LINKED, _ENTRIES = 20, 200


def of(case: Case, *, actor: Actor, in_clear: bool) -> dict[str, Any]:
    """What the page shows; without clearance nothing that a person wrote or that was written to them."""
    related = ("owner", "plan", "decision__decided_by", "decision__approved_by")
    asked = case.requests.select_related(*related).order_by("due_at", "id")
    requests = list(fees.with_fees(asked))
    tasks = RecipientTask.objects.filter(request__in=[one.pk for one in requests])
    return {
        "requests": [_asked(one, actor=actor) for one in requests],
        "proofs": [_proof(one) for one in case.proofs.select_related("tried_by")],
        "laws": _laws(case, requests),
        "applying": applying.of(requests),
        "holds": _holds(case, actor=actor),
        "linked": _linked(case),
        "noted": _noted(requests) if in_clear else [],
        "tasks": list(tasks.select_related("request").order_by("due_at", "pk")),
        "entries": entries(requests),
        "letters": list(case.letters.defer("content").order_by("written_at")),
        "correspondence": _messages(case, in_clear=in_clear),
        "notes": [_note(one, in_clear=in_clear) for one in _notes(case)],
    }


def _asked(request: Request, *, actor: Actor) -> dict[str, Any]:
    """A request with what can be done with it, both its clocks, what its plan counted, and why something stays."""
    plan = getattr(request, "plan", None)
    steps = plan.document["steps"] if plan else []
    counted = [step for step in steps if step.get("declaration")]
    return {
        "request": request,
        "right": request.right.replace("_", " "),
        "offered": acts.offered(request, actor),
        "may_redact": redactions.may_review(request, actor),
        "decision": getattr(request, "decision", None),
        "clocks": [_in_days(clock) for clock in request.clocks],
        "plan": plan,
        "gone": gone.told(plan),
        "rows": sum(step.get("expected") or 0 for step in counted),
        "counted": counted,
        "sentences": planning.explain(plan.document) if plan else [],
        "kept": [
            {"what": step.get("title") or step["declaration"], **step}
            for step in counted
            if step["action"] == "retain"
        ],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    """One attempt: how, what fitted by name, never a value."""
    return {
        "proof": proof,
        "how": proof.method.replace("_", " "),
        "facts": ", ".join(str(fact).replace("_", " ") for fact in proof.facts),
    }


def _laws(case: Case, requests: Sequence[Request]) -> list[dict[str, str]]:
    """Each law that applies, its edition, and why it does."""
    editions = {clock["regime"]: clock["edition"] for one in requests for clock in one.clocks}
    own = set(conf.get("REGIMES"))
    return [
        {
            "code": code,
            "edition": str(editions.get(code, "")),
            "why": (
                "the law of the house"
                if code in own
                else "brought by the residence that was given, or added by staff"
            ),
        }
        for code in case.regimes
    ]


def _holds(case: Case, *, actor: Actor) -> list[Hold]:
    """The person's holds; only whoever decides may know of them."""
    if case.subject_id is None or not actor.may(permissions.DECIDE):
        return []
    return list(Hold.objects.filter(subject=case.subject_id).order_by("-placed_at"))


def _noted(requests: Sequence[Request]) -> list[Noted]:
    """What these requests left noted beside the person's records."""
    found = Annotation.objects.filter(request_reference__in=[one.pk for one in requests])
    return [annotating.in_words(one) for one in found.order_by("declaration", "row", "field")]


def _linked(case: Case) -> list[Case]:
    """Other cases of the same person, and those that this one continues or that continue it; the newest first."""
    same = Q(continues=case.pk) | Q(pk=case.continues_id)
    if case.subject_id is not None:
        same |= Q(subject=case.subject_id)
    if case.address_digest:
        same |= Q(address_digest=case.address_digest)
    found = Case.objects.filter(same).exclude(pk=case.pk).prefetch_related("requests")
    return list(found.order_by("-received_at")[:_LINKED])


def _in_days(clock: dict[str, Any]) -> dict[str, Any]:
    """A clock with its days as such, to be written as every date of the page is."""
    days = {name: clock[name] for name in ("strict", "adjusted", "promised") if clock[name]}
    return clock | {name: date.fromisoformat(day) for name, day in days.items()}


def entries(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """The ledger's entries about these requests, the newest first."""
    rights = {str(one.pk): one.right.replace("_", " ") for one in requests}
    return [
        {
            "at": parse_datetime(entry.at),
            "what": entry.tag.replace(".", ": ").replace("_", " "),
            "right": rights.get(str(entry.request), ""),
            "number": entry.pk,
        }
        for entry in log.newest([one.pk for one in requests], _ENTRIES)
    ]


def _messages(case: Case, *, in_clear: bool) -> list[dict[str, Any]]:
    try:
        found = correspondence.of(case)
    except KeyDestroyedError:
        return []
    if in_clear:
        return found
    return [one | {"text": clearance.HIDDEN, "attachments": []} for one in found]


def _notes(case: Case) -> Any:
    return case.notes.select_related("case__key", "written_by").order_by("written_at")


def _note(note: Note, *, in_clear: bool) -> dict[str, Any]:
    if not in_clear:
        return {"note": note, "text": clearance.HIDDEN}
    try:
        text = notes.read(note)
    except KeyDestroyedError:
        text = GONE
    return {"note": note, "text": text}
