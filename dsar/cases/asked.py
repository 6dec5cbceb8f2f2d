"""What a person asks for, and whether it can be asked that way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from dsar.cases import variants
from dsar.cases.states import ObjectionScope, Right
from dsar.contract import registry
from dsar.contract.vocabulary import Channel, LegalBasis
from dsar.law import rules
from dsar.registers import destinations
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dsar.contract.declarations import Purpose

_INTERESTS = frozenset({LegalBasis.LEGITIMATE_INTEREST, LegalBasis.PUBLIC_INTEREST})
"""The bases on which an objection works (GDPR Art. 21(1))."""

_NO_OBJECTION = {
    LegalBasis.CONTRACT: "contract_performance",
    LegalBasis.LEGAL_OBLIGATION: "required_by_law",
    LegalBasis.VITAL_INTEREST: "required_by_law",
}
"""The refusal ground that an objection to a purpose on another basis meets (R196)."""

MEANWHILE = "restrict_meanwhile"
"""The wish that data is only stored while it is checked whether it is right (R81)."""

SEND_TO = "send_to"
"""The service to which a portable copy should go, by its code (R119)."""
UNLISTED = "unlisted"
"""In its place: a service that is not among those we send to."""

CHANNELS = "channels"
"""The channels in which advertising is to stop; left out, all of them (R113)."""

KEYS: dict[Right, frozenset[str]] = {
    Right.ACCESS: frozenset(),
    Right.PORTABILITY: frozenset({SEND_TO}),
    Right.CORRECTION: frozenset({MEANWHILE}),
    Right.DELETION: frozenset({"declarations"}),
    Right.OBJECTION: frozenset({"objection", "purposes", CHANNELS}),
    Right.RESTRICTION: frozenset({"ground", "purposes"}),
    Right.CONSENT_WITHDRAWAL: frozenset({"purposes"}),
}
"""What a scope may say, right by right."""

_LIMITS = frozenset({"declarations", "purposes", CHANNELS})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change somebody wants in one field of one row: JSON values, as they stand and as they should be."""

    declaration: str
    row: str
    field: str
    new: Any
    old: Any = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One right asked for, with what it needs."""

    right: Right
    scope: Mapping[str, Any] = field(default_factory=dict)
    corrections: tuple[Proposal, ...] = ()

    @property
    def variant(self) -> str:
        """Its name in the rules and the policy table."""
        return variants.name(self.right, self.scope)


class IntakeError(Exception):
    """What was asked cannot be filed this way."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(
            f"{self.__doc__} {'; '.join(f'{at}: {what}' for at, what in errors.items())}"
        )
        self.errors = dict(errors)


def understood(asked: Sequence[Asked], *, regimes: Iterable[str]) -> list[Asked]:
    """The same in normal form: each thing asked once, purposes spelled out, mistaken rights converted.

    Raises IntakeError with a message per field, named by position: `0.scope.ground`.
    """
    errors = {} if asked else {"rights": "Say at least one right."}
    for position, one in enumerate(asked):
        found = _wrong(one, regimes=regimes)
        errors |= {f"{position}.{where}": what for where, what in found.items()}
    errors |= _named_twice(asked)
    if errors:
        raise IntakeError(errors)
    return _merged(part for one in asked for part in _converted(_spelled_out(one)))


def _wrong(one: Asked, *, regimes: Iterable[str]) -> dict[str, str]:
    unknown = sorted(set(one.scope) - KEYS[one.right])
    if unknown:
        return {f"scope.{key}": "This right has no such scope." for key in unknown}
    if one.corrections and one.right is not Right.CORRECTION:
        return {"corrections": "Only a correction proposes new values."}
    return _CHECKS.get(one.right, _nothing_wrong)(one) or _unknown_to_law(one, regimes=regimes)


def _unknown_to_law(one: Asked, *, regimes: Iterable[str]) -> dict[str, str]:
    if any(one.variant in rules.latest(regime).rights for regime in regimes):
        return {}
    return {"right": "None of the laws that apply here knows this right."}


def _nothing_wrong(_: Asked) -> dict[str, str]:
    return {}


def _wrong_correction(one: Asked) -> dict[str, str]:
    if not one.corrections:
        return {"corrections": "Say which field is wrong and what it should be."}
    if one.scope.get(MEANWHILE, True) not in {True, False}:
        return {f"scope.{MEANWHILE}": "Say true or false."}
    return {
        f"corrections.{position}": what
        for position, proposal in enumerate(one.corrections)
        if (what := _wrong_field(proposal))
    }


def _named_twice(asked: Sequence[Asked]) -> dict[str, str]:
    """A field for which a submission proposes two values; without a record it is named in every record."""
    errors: dict[str, str] = {}
    seen: dict[tuple[str, str], set[str]] = {}
    for position, one in enumerate(asked):
        for number, proposal in enumerate(one.corrections):
            row = _row_spelt(proposal)
            rows = seen.setdefault((proposal.declaration, proposal.field), set())
            if row in rows or (rows and "" in {row, *rows}):
                errors[f"{position}.corrections.{number}"] = _TWICE
            rows.add(row)
    return errors


_TWICE = "This field is named twice in what you sent. Say once what it should be, and leave the other one out."


def _row_spelt(proposal: Proposal) -> str:
    """A record's key in the one spelling that it is kept in: `7` for `07`."""
    try:
        key = registry.current().get(proposal.declaration).model._meta.pk
        return str(key.to_python(proposal.row)) if proposal.row else ""
    except (KeyError, ValidationError):
        return proposal.row


def _wrong_field(proposal: Proposal) -> str:
    try:
        declaration = registry.current().get(proposal.declaration)
    except KeyError:
        return "There is no such record."
    if not getattr(declaration.fields.get(proposal.field), "correctable", False):
        return "This field cannot be corrected by a request."
    if proposal.new is None:
        return "Say what it should be."
    return ""


def _wrong_deletion(one: Asked) -> dict[str, str]:
    known = {declaration.label for declaration in registry.current().all()}
    given = one.scope.get("declarations", [])
    if (
        isinstance(given, list)
        and set(given) <= known
        and ("declarations" not in one.scope or given)
    ):
        return {}
    return {
        "scope.declarations": "Name records that we hold, or leave it out to have everything deleted."
    }


def _wrong_portability(one: Asked) -> dict[str, str]:
    wanted = one.scope.get(SEND_TO, UNLISTED)
    if wanted == UNLISTED or (isinstance(wanted, str) and destinations.find(wanted)):
        return {}
    known = ", ".join([*(each.recipient_id for each in destinations.standing()), UNLISTED])
    return {
        f"scope.{SEND_TO}": f"We send copies to approved services only. Choose one of: {known}."
    }


def _wrong_restriction(one: Asked) -> dict[str, str]:
    if one.scope.get("ground") not in Restriction.Ground.values:
        return {"scope.ground": f"Choose one of: {', '.join(Restriction.Ground.values)}."}
    return _wrong_purposes(one, required=False)


def _wrong_objection(one: Asked) -> dict[str, str]:
    scope = one.scope.get("objection")
    if scope not in list(ObjectionScope):
        return {"scope.objection": f"Choose one of: {', '.join(ObjectionScope)}."}
    if scope == ObjectionScope.MARKETING:
        return _wrong_channels(one) or _wrong_marketing(one)
    if CHANNELS in one.scope:
        return {f"scope.{CHANNELS}": "Only advertising is stopped by channel."}
    return _wrong_purposes(one, required=True)


def channels(scope: Mapping[str, Any]) -> frozenset[Channel]:
    """Where advertising stops: in every channel unless some are named (Art. 21(3), R113)."""
    return frozenset(Channel(one) for one in scope.get(CHANNELS, Channel))


def stops_calls(one: Asked) -> bool:
    """Whether advertising by telephone is objected to: alone, or with every other channel."""
    is_marketing = one.scope.get("objection") == ObjectionScope.MARKETING
    return is_marketing and Channel.PHONE in channels(one.scope)


def _wrong_channels(one: Asked) -> dict[str, str]:
    given = one.scope.get(CHANNELS, list(Channel))
    if isinstance(given, list) and given and all(each in list(Channel) for each in given):
        return {}
    return {f"scope.{CHANNELS}": f"Name channels, or leave it out for all: {', '.join(Channel)}."}


def _wrong_marketing(one: Asked) -> dict[str, str]:
    purposes = registry.current().purposes
    given = one.scope.get("purposes", [])
    if wrong := _wrong_purposes(one, required=False):
        return wrong
    if all(purposes[code].marketing for code in given):
        return {}
    return {"scope.purposes": "Not all of these are marketing; object to the others apart."}


def _wrong_withdrawal(one: Asked) -> dict[str, str]:
    if wrong := _wrong_purposes(one, required=True):
        return wrong
    known = registry.current().purposes
    fixed = [
        code
        for code in one.scope["purposes"]
        if known[code].basis not in _INTERESTS | {LegalBasis.CONSENT}
    ]
    if not fixed:
        return {}
    return {"scope.purposes": f"Not processed on your consent: {', '.join(sorted(fixed))}."}


def _wrong_purposes(one: Asked, *, required: bool) -> dict[str, str]:
    given = one.scope.get("purposes", [])
    known = registry.current().purposes
    if not isinstance(given, list) or not set(map(str, given)) <= set(known):
        return {"scope.purposes": "Name purposes of the register."}
    if required and not given:
        return {"scope.purposes": "Say which purpose."}
    return {}


_CHECKS: dict[Right, Callable[[Asked], dict[str, str]]] = {
    Right.CORRECTION: _wrong_correction,
    Right.DELETION: _wrong_deletion,
    Right.PORTABILITY: _wrong_portability,
    Right.RESTRICTION: _wrong_restriction,
    Right.OBJECTION: _wrong_objection,
    Right.CONSENT_WITHDRAWAL: _wrong_withdrawal,
}


def _spelled_out(one: Asked) -> Asked:
    """Sorted purposes, so that the same thing asked twice looks the same; marketing names all it stops."""
    scope = {
        key: sorted(set(value)) if isinstance(value, list) else value
        for key, value in one.scope.items()
        if value is not False
    }
    if scope.get("objection") == ObjectionScope.MARKETING and not scope.get("purposes"):
        scope["purposes"] = sorted(
            code
            for code, purpose in registry.current().purposes.items()
            if purpose.marketing and channels(scope) & {*purpose.channels}
        )
    return replace(one, scope=scope)


def _converted(one: Asked) -> list[Asked]:
    """Route what rests on another basis to the right that fits it (R125); the rest stays as asked."""
    known = registry.current().purposes
    codes = one.scope.get("purposes", [])
    if one.variant == "objection_other":
        consented = [code for code in codes if known[code].basis == LegalBasis.CONSENT]
        others = [code for code in codes if code not in consented]
        return _withdrawal(consented, converted=True) + _objection(others, known=known)
    if one.right is Right.CONSENT_WITHDRAWAL:
        consented = [code for code in codes if known[code].basis == LegalBasis.CONSENT]
        others = [code for code in codes if code not in consented]
        return _withdrawal(consented) + _objection(others, known=known, converted=True)
    return [one]


def _withdrawal(codes: list[str], *, converted: bool = False) -> list[Asked]:
    return _of_purposes(Right.CONSENT_WITHDRAWAL, codes, converted=converted)


def _objection(
    codes: list[str], *, known: Mapping[str, Purpose], converted: bool = False
) -> list[Asked]:
    """An objection, and another to the purposes on which it cannot work, with the ground that each meets (R196).

    They are two, so that one can be granted and the other refused.
    """
    met = {
        code: _NO_OBJECTION[known[code].basis]
        for code in codes
        if known[code].basis in _NO_OBJECTION
    }
    other = {"objection": ObjectionScope.OTHER.value}
    possible = [code for code in codes if code not in met]
    return [
        *_of_purposes(Right.OBJECTION, possible, converted=converted, **other),
        *_of_purposes(Right.OBJECTION, list(met), converted=converted, grounds=met, **other),
    ]


def _of_purposes(right: Right, codes: list[str], *, converted: bool, **more: Any) -> list[Asked]:
    """A right to some purposes; nothing where there are none."""
    scope = more | {"purposes": codes} | ({"converted": codes} if converted else {})
    return [Asked(right=right, scope=scope)] if codes else []


def _merged(asked: Iterable[Asked]) -> list[Asked]:
    """Each right once: purposes of one variant together, the same thing asked twice as one."""
    merged: dict[tuple[Right, str, str, bool], Asked] = {}
    for one in asked:
        apart = str(one.scope.get("ground", one.scope.get(SEND_TO, "")))
        key = one.right, one.variant, apart, "grounds" in one.scope
        merged[key] = _joined(merged[key], one) if key in merged else one
    return list(merged.values())


def _joined(first: Asked, second: Asked) -> Asked:
    scopes = first.scope, second.scope
    scope = {key: _union(key, *scopes) for key in {**first.scope, **second.scope}}
    for limit in _LIMITS & set(scope):
        # Without a limit everything was asked for, and everything includes the part.
        if not all(limit in one for one in scopes):
            del scope[limit]
    proposals = {
        (one.declaration, one.row, one.field): one for one in first.corrections + second.corrections
    }
    return replace(first, scope=scope, corrections=tuple(proposals.values()))


def _union(key: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> Any:
    value = first.get(key, second.get(key))
    if isinstance(value, list):
        return sorted({*first.get(key, []), *second.get(key, [])})
    if isinstance(value, dict):
        return {**first.get(key, {}), **second.get(key, {})}
    return value
