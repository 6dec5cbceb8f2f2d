"""What stands in a letter: the parts that follow from case and law; the check that none is missing or forbidden."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta

from dsar import conf
from dsar.cases import deadlines, human_review, second_look, subjects, variants, wording
from dsar.cases.models import Decision, Letter
from dsar.keys import box
from dsar.law import contents as law
from dsar.law import grounds
from dsar.registers import disclosures, received

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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

NO_LONGER_VALID = "no_longer_valid"
"""In the place of a ground, where a record changed so that the value asked for does not fit it any more."""
_WHERE_DONE = frozenset({"fulfilled", "partially_fulfilled", "no_data_held"})
_EUROPE = {"EU": "GDPR Art. 17(1)(a), 17(3)(e)", "GB": "UK GDPR Art. 17(1)(a), 17(3)(e)"}


def common(case: Case, request: Request | None, *, kind: str) -> dict[str, Any]:
    """The parts that follow from the case and the law alone, in the language of the case."""
    said = {
        "reference": case.reference,
        "received_at": wording.day(case.received_at, language=case.language),
        "contact": contact(),
        **wording.laws(case.regimes, language=case.language),
    }
    if request is None:
        return said | _STANDING_OF_CASE.get(kind, _nothing)(case)
    asked = wording.right(variants.of(request), language=case.language)
    return said | {"right": asked} | _standing(request, kind=kind)


def asked_for(requests: Iterable[Request]) -> list[dict[str, str]]:
    """What a receipt says of each request: the right, and when the answer is due at the latest."""
    return [
        {
            "right": wording.right(variants.of(request), language=request.case.language),
            "answer_expected_by": wording.day(request.due_at, language=request.case.language),
        }
        for request in requests
    ]


def contact() -> str:
    """Whom to write to: the same in every letter (policy section 8)."""
    organisation = conf.get("ORGANISATION")
    parts = (organisation.get(name, "") for name in ("name", "address", "email"))
    return ", ".join(part for part in parts if part) or "The data protection officer"


def lawful(said: Mapping[str, Any], *, regimes: Iterable[str], language: str) -> dict[str, Any]:
    """The same without citations of laws that are not the person's, and with a reason for all that stays (R86)."""
    attached = tuple(regimes)
    spoken = law.current().about_law
    kept = {
        part: law.without_foreign(value, regimes=attached) if part in spoken else value
        for part, value in said.items()
    }
    if isinstance(kept.get("confirmation"), dict):
        kept["confirmation"] = _confirmed(kept["confirmation"], language=language)
    if isinstance(kept.get("information"), dict):
        kept["information"] = _own_authorities(kept["information"], attached)
    if isinstance(kept.get("receipts"), list):
        kept["receipts"] = [
            _explained(one, attached, language=language) for one in kept["receipts"]
        ]
    return kept


def _confirmed(counted: Mapping[str, int], *, language: str) -> str:
    """Whether anything is held; that nothing was found is an answer too (R55)."""
    name = "confirmed" if counted["rows"] else "confirmed_none"
    return wording.sentence(name, language=language, **counted)


def _own_authorities(information: dict[str, Any], regimes: tuple[str, ...]) -> dict[str, Any]:
    """Of all authorities, only those of the laws that apply."""
    listed = information.get("complaint")
    if not isinstance(listed, list):
        return information
    own = [one for one in listed if not isinstance(one, dict) or one.get("code") in regimes]
    return information | {"complaint": own}


def _explained(receipt: Any, regimes: tuple[str, ...], *, language: str) -> Any:
    """A kind of record that stays, with its reason under each European law beside the house's own rule."""
    if not isinstance(receipt, dict) or not receipt.get("retained"):
        return receipt
    own = receipt.get("reason") or wording.sentence("kept", language=language)
    europe = [
        wording.sentence("still_needed", language=language, source=_EUROPE[regime])
        for regime in regimes
        if regime in _EUROPE
    ]
    return receipt | {"reason": " ".join([own, *europe])}


def missing(
    said: Mapping[str, Any], *, kind: str, variant: str, regimes: Iterable[str]
) -> list[str]:
    """The mandatory parts that a letter lacks."""
    wanted = parts(said, kind=kind, variant=variant, regimes=regimes)
    lacking = [part for part in wanted if _lacks(said.get(part), part=part)]
    if "information" in wanted and "information" not in lacking:
        given = said["information"]
        lacking += [f"information.{part}" for part in INFORMATION if part not in given]
    return lacking + _unnamed(said, wanted, regimes=regimes)


def _unnamed(
    said: Mapping[str, Any], wanted: Iterable[str], *, regimes: Iterable[str]
) -> list[str]:
    """The attached regimes whose authority a letter that owes authorities does not name."""
    if "complaint" not in wanted:
        return []
    marks = law.current().marks
    told = " ".join(map(str, said.get("complaint") or ()))
    return [
        f"complaint.{regime}"
        for regime in regimes
        if regime in marks and told and not marks[regime].search(told)
    ]


def forbidden(said: Mapping[str, Any], *, kind: str, regimes: Iterable[str]) -> list[str]:
    """What a letter must not say: a letter no attached law knows, or a law that is not the person's."""
    attached = tuple(regimes)
    found = [] if law.exists(kind, regimes=attached) else [f"a letter of kind {kind}"]
    spoken = {part: said[part] for part in sorted(law.current().about_law) if part in said}
    return found + [
        f"{part}: {regime}"
        for part, value in spoken.items()
        for text in _texts(value)
        for regime in law.foreign(text, regimes=attached)
    ]


def parts(
    said: Mapping[str, Any], *, kind: str, variant: str, regimes: Iterable[str]
) -> tuple[str, ...]:
    """The mandatory parts; an answer owes those of its right only where the right was carried out."""
    done = kind != Letter.Kind.ANSWER or said.get("outcome") in _WHERE_DONE
    return law.owed(kind, variant=variant if done else "").parts(regimes)


def _lacks(value: Any, *, part: str) -> bool:
    """An empty list is an answer ("none"), but not where something must be named."""
    return not value if part in law.current().named else value in (None, "")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list, tuple)):
        for one in inner:
            yield from _texts(one)


def _nothing(_: Case) -> dict[str, Any]:
    return {}


def _receipt(case: Case) -> dict[str, Any]:
    known = "verified" if case.verified_at else "not_verified_yet"
    return _sentences(case, verification=known, how_to_withdraw="how_to_withdraw")


def _identity(case: Case) -> dict[str, Any]:
    return {
        **_sentences(case, why="identity_why", secure_way="secure_way", clock="clock_paused"),
        "needed": [wording.sentence("identity_needed", language=case.language)],
    }


_STANDING_OF_CASE: dict[str, Callable[[Case], dict[str, Any]]] = {
    "receipt": _receipt,
    "identity": _identity,
    "breach": lambda case: _sentences(case, for_guardian="for_guardian"),
    "complaint_received": lambda case: _sentences(case, who_looks="who_looks"),
}


def _standing(request: Request, *, kind: str) -> dict[str, Any]:
    """Sentences that are the same for every request of a right."""
    named = _BY_KIND.get(kind, {}) | _BY_KIND.get(f"{kind} {variants.of(request)}", {})
    by_kind = _sentences(request.case, **named)
    if kind == Letter.Kind.REFUSAL:
        told = {"reasons": refusal_reasons(request), "second_look": _second_look(request.case)}
        return by_kind | told | _weighed(request) | _looked_again(request)
    if kind != Letter.Kind.ANSWER:
        return by_kind
    by_right = _sentences(request.case, **_BY_RIGHT.get(request.right, {}))
    return by_right | _year_before(request) | _looked_again(request)


_BY_KIND: dict[str, dict[str, str]] = {
    "refusal objection_other": {"balancing": "balancing"},
    "refusal correction": {"annotation": "annotation"},
    "withdrawn": {"nothing_done": "nothing_done", "file_again": "file_again"},
    "not_verified": {"file_again": "file_again"},
    "identity": {"why": "identity_why", "secure_way": "secure_way", "clock": "clock_paused"},
    "clarification": {"secure_way": "secure_way", "clock": "clock_paused"},
    "fee": {
        "free_part": "free_part",
        "narrow_or_drop": "narrow_or_drop",
        "clock": "clock_fee",
    },
    "forwarded": {"nothing_kept": "nothing_kept"},
    "complaint_received": {"who_looks": "who_looks"},
}

_BY_RIGHT: dict[str, dict[str, str]] = {
    "deletion": {"backups": "backups", "record_kept": "record_kept"},
    "consent_withdrawal": {"not_retroactive": "not_retroactive"},
    "restriction": {"still_allowed": "still_allowed", "before_lifting": "before_lifting"},
}


def _second_look(case: Case) -> str:
    """How to appeal, to whom, and within how many days that is answered (R137)."""
    days = second_look.days_to_answer(case.regimes)
    return wording.sentence("second_look", language=case.language, days=days)


def _sentences(case: Case, **named: str) -> dict[str, str]:
    return {part: wording.sentence(name, language=case.language) for part, name in named.items()}


def _year_before(request: Request) -> dict[str, Any]:
    """In Singapore, to whom data went in the year before the request; never the secret ones (R60, R61)."""
    case = request.case
    if request.right != "access" or "SG" not in case.regimes:
        return {}
    since, until = year_before(case.received_at)
    told: list[Any] = received.of(subjects.of(case), since=since, until=until)
    if case.subject_id is not None:
        noted = disclosures.told_to(case.subject_id, since=since)
        told = [*noted.filter(disclosed_at__lt=until), *told]
    return {
        "used_last_year": [
            {
                "recipient": one.recipient,
                "told_on": wording.day(one.disclosed_at, language=case.language),
                "categories": list(one.categories),
            }
            for one in told
        ]
    }


def year_before(received_at: datetime) -> tuple[datetime, datetime]:
    """From the day after the same day a year earlier to the end of the day of the request (PDPC, KC 15.17)."""
    zone = deadlines.zone()
    midnight = received_at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - relativedelta(years=1) + timedelta(days=1), midnight + timedelta(days=1)


def _weighed(request: Request) -> dict[str, str]:
    """How the person's interests were weighed, in the decider's own words (GDPR Art. 21(1))."""
    decision = Decision.objects.filter(request=request, balancing__isnull=False).first()
    if decision is None or decision.balancing is None:
        return {}
    return {"balancing": box.unseal(request.case.key, decision.balancing).decode()}


def _looked_again(request: Request) -> dict[str, list[str]]:
    """What a human found who looked at a decision by machine (GDPR Art. 22(3))."""
    if not human_review.is_due(request):
        return {}
    decision = Decision.objects.filter(request=request).exclude(human_review="").first()
    return {} if decision is None else {"human_review": human_review.in_words(decision)}


def refusal_reasons(request: Request) -> list[str]:
    """Why a request was refused, from its decision."""
    decision = Decision.objects.filter(request=request).first()
    if decision is None:
        return []
    told = {code: grounds.all_grounds()[code].kind for code in decision.grounds.values()}
    spoken = {
        regime: code for regime, code in decision.grounds.items() if told[code] != grounds.SILENT
    }
    reasons = wording.reasons(spoken, language=request.case.language)
    return [*reasons, *_worked_out(decision, spoken.values())]


def reason_for(ground: str, *, decision: Decision) -> str:
    """Why a single field was refused, under each law that applies and knows the ground (GDPR Art. 12(4))."""
    request = decision.request
    language, known = request.case.language, grounds.all_grounds()
    if ground == NO_LONGER_VALID:
        return wording.sentence(ground, language=language)
    if ground not in known:
        return ""
    given = {
        regime: ground
        for regime in request.case.regimes
        if known[ground] in grounds.applicable(request.right, regime=regime)
    }
    reasons = wording.reasons(given, language=language)
    return " ".join([*reasons, *_worked_out(decision, [ground])])


def _worked_out(decision: Decision, codes: Iterable[str]) -> list[str]:
    """What a derived value was worked out from, where a ground calls for it (R80)."""
    if decision.derived_from is None or grounds.Need.SOURCE not in grounds.needs(codes):
        return []
    case = decision.request.case
    source = box.unseal(case.key, decision.derived_from).decode()
    return [wording.sentence("derived_from", language=case.language, source=source)]
