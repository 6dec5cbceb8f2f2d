"""What each letter must say: its parts by kind and right, and the parts that are the same in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dsar import conf
from dsar.cases.models import Decision, Letter
from dsar.law import grounds, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from dsar.cases.models import Case, Request

INFORMATION = (
    "purposes",
    "categories",
    "recipients",
    "retention",
    "rights",
    "complaint",
    "source",
    "automated_decisions",
    "transfers",
)
"""The headings of GDPR Art. 15(1)(a)-(h) and 15(2) (R57)."""

_ALL = ("reference", "contact")
_ANSWER = (*_ALL, "received_at", "outcome", "complaint", "remedies")

MANDATORY: dict[str, tuple[str, ...]] = {
    "receipt": (*_ALL, "received_at", "rights", "regimes", "verification", "how_to_withdraw"),
    "refusal": (*_ALL, "received_at", "right", "reasons", "complaint", "remedies"),
    "withdrawn": (*_ALL, "right", "withdrawn_at", "nothing_done", "file_again"),
    "answer": _ANSWER,
    "answer access": (*_ANSWER, "confirmation", "information", "exclusions"),
    "answer portability": (*_ANSWER, "confirmation", "format", "out_of_scope"),
    "answer correction": (*_ANSWER, "fields", "recipients"),
    "answer deletion": (*_ANSWER, "receipts", "recipients", "backups", "record_kept"),
    "answer restriction": (*_ANSWER, "starts_at", "covers", "still_allowed", "recipients"),
    "answer consent_withdrawal": (
        *_ANSWER,
        "purposes",
        "consequences",
        "effective_at",
        "processors",
        "not_retroactive",
    ),
    "answer objection_marketing": (*_ANSWER, "purposes", "effective_at"),
    "answer objection_other": (*_ANSWER, "purposes", "effective_at"),
}
"""The parts a letter may not lack (GDPR Art. 7, 12, 15–21; PDPA ss 16, 21, 22). Lists may be empty, texts may not."""

_NAMED = frozenset({"complaint", "reasons", "regimes", "remedies", "rights"})

_WHERE_DONE = frozenset({"fulfilled", "partially_fulfilled", "no_data_held"})

TITLES: dict[str, str] = {
    "receipt": "We have received your request",
    "refusal": "Your request was refused",
    "withdrawn": "You have withdrawn your request",
    "answer": "The answer to your request",
    "answer access": "Your data and how we use it",
    "answer portability": "Your data in a machine-readable form",
    "answer correction": "The correction of your data",
    "answer deletion": "The deletion of your data",
    "answer restriction": "The limits you asked for",
    "answer consent_withdrawal": "Your consent is withdrawn",
    "answer objection_marketing": "No more direct marketing",
    "answer objection_other": "Your objection",
}

HEADINGS: dict[str, str] = {
    "reference": "Reference",
    "received_at": "Received",
    "right": "You asked for",
    "rights": "You asked for",
    "regimes": "Laws that apply",
    "verification": "Your identity",
    "how_to_withdraw": "If you change your mind",
    "confirmation": "Do we process data about you?",
    "outcome": "Outcome",
    "information": "How we use your data",
    "exclusions": "What was left out, and why",
    "searched": "Where we searched",
    "package": "Your copy",
    "format": "Format",
    "out_of_scope": "What is not part of this copy",
    "fields": "Field by field",
    "receipts": "What happened to your data",
    "recipients": "Who was told",
    "backups": "Backups",
    "record_kept": "What we keep about this request",
    "starts_at": "From when",
    "covers": "What is limited",
    "still_allowed": "What remains allowed",
    "purposes": "Purposes",
    "consequences": "What this means for you",
    "effective_at": "In effect since",
    "processors": "Who was told to stop",
    "not_retroactive": "Earlier use",
    "balancing": "How we weighed it",
    "reasons": "Why",
    "withdrawn_at": "Withdrawn",
    "nothing_done": "What this means",
    "file_again": "If you want to ask again",
    "complaint": "Where you can complain",
    "remedies": "What else you can do",
    "contact": "Whom you can ask",
}
"""The parts in the order in which a letter shows them; a part without heading here is not shown."""

_OUTCOMES = {
    "fulfilled": "We have done what you asked for.",
    "partially_fulfilled": "We have done a part of what you asked for.",
    "no_data_held": "We hold no data about you.",
    "forwarded_to_controller": "Your request was handed to the organisation that is responsible for the data.",
    "not_a_rights_request": "Your message does not ask for one of the rights we handle here.",
    "decided": "We have decided on your request.",
}

_BACKUPS = (
    "Backups are not changed one by one: they expire on their own, are used for nothing else, and if one is restored "
    "before that, the deletion is carried out on it again."
)
_RECORD_KEPT = (
    "We keep a record of this request and of what was done, so that we can show that it was done."
)
_NOT_RETROACTIVE = (
    "What was done with your consent before you withdrew it stays lawful. A withdrawal is not a deletion: if you "
    "want the data deleted too, ask for it."
)
_NOTHING_DONE = "Nothing was done with your data because of this request, and nothing will be."
_FILE_AGAIN = "You may ask again at any time; nothing is held against you."
_HOW_TO_WITHDRAW = "You can withdraw the request on its page until we begin to carry it out."
_STILL_ALLOWED = (
    "The data is stored. It is used only with your consent, for legal claims, to protect another person, or for "
    "an important public interest. We will tell you before the limit is lifted."
)


def common(case: Case, request: Request | None, *, kind: str) -> dict[str, Any]:
    """The parts that follow from the case and the law alone."""
    regimes = [rules.latest(code) for code in case.regimes]
    said = {
        "reference": case.reference,
        "received_at": day(case.received_at),
        "regimes": [f"{regime.name}: {regime.law}" for regime in regimes],
        "complaint": [regime.authority for regime in regimes],
        "remedies": [regime.remedy for regime in regimes],
        "contact": contact(),
    }
    if request is None:
        return said | _receipt(case)
    return said | {"right": request.right.replace("_", " ")} | _standing(request, kind=kind)


def asked_for(requests: Iterable[Request]) -> list[dict[str, str]]:
    """What a receipt says of each request: the right, and when the answer is due at the latest."""
    return [
        {
            "right": request.right.replace("_", " "),
            "answer_expected_by": day(request.due_at),
        }
        for request in requests
    ]


def day(moment: datetime) -> str:
    """A date as a letter writes it, where the organisation is."""
    local = moment.astimezone(ZoneInfo(conf.get("TIME_ZONE")))
    return f"{local.day} {local:%B %Y}"


def contact() -> str:
    """Whom to write to: the same in every letter (policy section 8)."""
    organisation = conf.get("ORGANISATION")
    parts = (organisation.get(name, "") for name in ("name", "address", "email"))
    return ", ".join(part for part in parts if part) or "The data protection officer"


def missing(said: Mapping[str, Any], *, kind: str, variant: str) -> list[str]:
    """The mandatory parts that a letter lacks."""
    wanted = _wanted(said, kind=kind, variant=variant)
    lacking = [part for part in wanted if _lacks(said.get(part), part=part)]
    if "information" in wanted and "information" not in lacking:
        lacking += [
            f"information.{part}" for part in INFORMATION if part not in said["information"]
        ]
    return lacking


def _lacks(value: Any, *, part: str) -> bool:
    """An empty list is an answer ("none"), but not where something must be named."""
    return not value if part in _NAMED else value in (None, "")


def title(kind: str, *, variant: str) -> str:
    """The heading of a letter."""
    return TITLES.get(f"{kind} {variant}", TITLES[kind])


def sections(said: Mapping[str, Any], *, kind: str, variant: str) -> list[dict[str, Any]]:
    """The letter's parts in reading order, each with its heading and its value in plain shapes."""
    wanted = set(_wanted(said, kind=kind, variant=variant))
    return [
        {"heading": heading, **_shape(part, said[part])}
        for part, heading in HEADINGS.items()
        if part in said and (said[part] or part in wanted)
    ]


def _wanted(said: Mapping[str, Any], *, kind: str, variant: str) -> tuple[str, ...]:
    """An answer owes the parts of its right only where the right was carried out."""
    if kind != Letter.Kind.ANSWER or said.get("outcome") not in _WHERE_DONE:
        return MANDATORY[kind]
    return MANDATORY.get(f"{kind} {variant}", MANDATORY[kind])


def _shape(part: str, value: Any) -> dict[str, Any]:
    if part == "outcome":
        return {"text": _OUTCOMES.get(value, value)}
    if isinstance(value, dict):
        return {"facts": [(name.replace("_", " "), _lines(inner)) for name, inner in value.items()]}
    if isinstance(value, list):
        return {"lines": _lines(value) or ["None."]}
    return {"text": str(value)}


def _lines(value: Any) -> list[str]:
    if isinstance(value, list):
        return [line for one in value for line in _lines(one)]
    if isinstance(value, dict):
        return [
            "; ".join(f"{name.replace('_', ' ')}: {_flat(inner)}" for name, inner in value.items())
        ]
    return [str(value)] if value not in (None, "") else []


def _flat(value: Any) -> str:
    return ", ".join(_lines(value)) or "none"


def _receipt(case: Case) -> dict[str, Any]:
    verified = "Your identity is established; you need to do nothing."
    needed = "Please log in again on the page of your case, so that we can be sure that it is you."
    return {
        "verification": verified if case.verified_at else needed,
        "how_to_withdraw": _HOW_TO_WITHDRAW,
    }


def _standing(request: Request, *, kind: str) -> dict[str, Any]:
    """Sentences that are the same for every request of a right."""
    if kind == Letter.Kind.REFUSAL:
        return {"reasons": refusal_reasons(request)}
    if kind == Letter.Kind.WITHDRAWN:
        return {"nothing_done": _NOTHING_DONE, "file_again": _FILE_AGAIN}
    return {
        "deletion": {"backups": _BACKUPS, "record_kept": _RECORD_KEPT},
        "consent_withdrawal": {"not_retroactive": _NOT_RETROACTIVE},
        "restriction": {"still_allowed": _STILL_ALLOWED},
    }.get(request.right, {})


def refusal_reasons(request: Request) -> list[str]:
    """Why a request was refused, from its decision."""
    decision = Decision.objects.filter(request=request).first()
    return in_words(decision.grounds) if decision else []


def in_words(given: Mapping[str, str]) -> list[str]:
    """A ground per regime in plain words; protected facts have no words of their own (R130, R131)."""
    known = grounds.all_grounds()
    return [
        f"{known[code].words} ({known[code].source(regime)})"
        for regime, code in sorted(given.items())
    ]
