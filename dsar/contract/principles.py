"""The principles of GDPR Art. 5 held against the declarations: what was looked at, and what was found (R199)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsar.contract.checking.gate import errors
from dsar.contract.declarations import NotPersonal, Personal, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.contract.checking.inspection import Inspection


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that stands against a principle: the model, what is wrong, and what to write."""

    code: str
    model: str
    says: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Principle:
    """A principle, where it stands in the laws, what it means here, and what was found."""

    name: str
    law: str
    means: str
    looked_at: str
    findings: list[Finding]


# What each principle means here, and which numbers of the gate's errors stand against it (docs/checks.md).
_LAWFULNESS = "Every purpose has one legal basis and its counterpart in Singapore.", range(22, 28)
_MINIMISATION = (
    "No model and no field is held that no declaration gives a purpose, or a reason why it says nothing of anybody.",
    (*range(1, 11), *range(60, 64)),
)
_ACCURACY = "What people may have corrected can be changed.", (31,)
_STORAGE = "Every kind of record has a schedule, with its trigger and its law.", range(18, 22)
_REACH = (
    "Every kind of record leads to its person, so that a request finds it.",
    (*range(11, 18), 32, 64),
)
_ERASURE = (
    "Of every kind of record it is said what a deletion does, and the database lets it.",
    (30, *range(40, 52)),
)


def report(inspection: Inspection) -> list[Principle]:
    """Every principle with what stands against it; all lists are empty where `manage.py check` is content."""
    left = [_finding(one) for one in errors(inspection)]
    counts = _counts(inspection)
    found = []
    for name, law, (means, numbers), looked_at in (
        ("Lawfulness", "GDPR Art. 5(1)(a), 6(1); PDPA s 13", _LAWFULNESS, "purposes"),
        ("Minimisation", "GDPR Art. 5(1)(b)-(c); PDPA s 18", _MINIMISATION, "fields"),
        ("Accuracy", "GDPR Art. 5(1)(d); PDPA s 23", _ACCURACY, "correctable"),
        ("Storage limitation", "GDPR Art. 5(1)(e); PDPA s 25", _STORAGE, "kinds"),
        ("Access", "GDPR Art. 15; PDPA s 21", _REACH, "kinds"),
        ("Deletion", "GDPR Art. 17; PDPA s 25", _ERASURE, "kinds"),
    ):
        codes = {f"dsar.E{number:03}" for number in numbers}
        own, left = _parted(left, codes)
        found.append(
            Principle(name=name, law=law, means=means, looked_at=counts[looked_at], findings=own)
        )
    # What no principle above names is not passed over.
    rest = "Whatever else the gate refuses; secrets are never handed out."
    law = "GDPR Art. 5(1)(f), 5(2); PDPA s 24"
    return [
        *found,
        Principle(
            name="Integrity and accountability",
            law=law,
            means=rest,
            looked_at=counts["secret"],
            findings=left,
        ),
    ]


def _finding(error: object) -> Finding:
    model = getattr(getattr(error, "obj", None), "_meta", None)
    return Finding(
        code=str(getattr(error, "id", "")),
        model=str(model.label) if model else "",
        says=str(getattr(error, "msg", error)),
        remedy=str(getattr(error, "hint", "") or ""),
    )


def _parted(found: Iterable[Finding], codes: set[str]) -> tuple[list[Finding], list[Finding]]:
    own: list[Finding] = []
    others: list[Finding] = []
    for one in found:
        (own if one.code in codes else others).append(one)
    return own, others


def _counts(inspection: Inspection) -> dict[str, str]:
    declarations = inspection.declarations()
    treated = [treatment for one in declarations for treatment in one.fields.values()]
    personal = sum(isinstance(one, Personal) for one in treated)
    reasoned = sum(isinstance(one, NotPersonal) for one in treated)
    correctable = sum(bool(getattr(one, "correctable", False)) for one in treated)
    secret = sum(isinstance(one, Secret) for one in treated)
    nothing = len(inspection.registry.nothing)
    return {
        "purposes": f"{len(inspection.registry.purposes)} purposes",
        "fields": f"{personal} fields with a purpose, {reasoned} with a reason, {nothing} models that hold nothing",
        "correctable": f"{correctable} fields that people may have corrected",
        "kinds": f"{len(declarations)} kinds of record",
        "secret": f"{secret} secret fields",
    }
