"""The information of GDPR Art. 15(1)(a)-(h) and 15(2), from the declarations that touch one person (R57, R58)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext, override

from dsar import conf
from dsar.contract import terms
from dsar.contract.declarations import Personal, Secret
from dsar.contract.vocabulary import Origin, Whose
from dsar.law import bases, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dsar.contract.declarations import Declaration, Purpose, Recipient

HEADINGS: Final = (
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
"""The nine headings; an empty list under one of them says that there is none."""

_NO_TRANSFER: Final = rules.latest("EU").residences | {"SG"}


def information(
    declarations: Iterable[Declaration],
    language: str = "en",
    *,
    received: Iterable[tuple[str, Mapping[str, str]]] = (),
) -> dict[str, Any]:
    """What a person is told beside the copy: the nine headings, who answers for it, and what is never handed out.

    Give only the declarations under which something of the person is held: a whole privacy notice is no
    answer. `received` says who received single rows, each with the label of the kind. Names and sentences come as
    they were declared; what surrounds them is in `language`.
    """
    found = sorted(declarations, key=lambda one: one.label)
    purposes = _purposes(found)
    with override(language):
        return {
            "language": language,
            "organisation": dict(conf.get("ORGANISATION")),
            "purposes": [terms.purpose(purpose) for purpose in purposes],
            "categories": _categories(found),
            "recipients": _recipients(purposes) + _received(found, received),
            "retention": [_kept(declaration) for declaration in found],
            "rights": _rights(purposes),
            "complaint": _complaint(),
            "source": _sources(found),
            "automated_decisions": _automated(purposes),
            "transfers": _transfers(purposes),
            "secrets_held": _secrets(found),
            "withheld": _withheld(found),
        }


def _purposes(declarations: Iterable[Declaration]) -> list[Purpose]:
    found = {declaration.purpose.code: declaration.purpose for declaration in declarations}
    return [found[code] for code in sorted(found)]


def _own(declarations: Iterable[Declaration]) -> Iterator[tuple[Declaration, str, Personal]]:
    """The fields that say something about the person; what they say about others is no business of this answer."""
    for declaration in declarations:
        for name, treatment in declaration.fields.items():
            if isinstance(treatment, Personal) and treatment.whose is Whose.SUBJECT:
                yield declaration, name, treatment


def _categories(declarations: list[Declaration]) -> list[dict[str, Any]]:
    """One entry a category (Art. 15(1)(b)), with where it stands and why it is held."""
    found: dict[str, dict[str, Any]] = {}
    for declaration, _name, treatment in _own(declarations):
        category = treatment.category
        entry = found.setdefault(
            category.value,
            {
                "code": category.value,
                "label": category.label,
                "term": category.iri,
                "held_as": [],
                "purposes": [],
            },
        )
        _once(entry["held_as"], terms.describe(declaration))
        _once(entry["purposes"], declaration.purpose.label)
    return [found[code] for code in sorted(found)]


def _once(listed: list[str], said: str) -> None:
    if said not in listed:
        listed.append(said)


def _recipients(purposes: Iterable[Purpose]) -> list[dict[str, Any]]:
    """Each recipient by name, with the purposes for which it receives data (Art. 15(1)(c); R59)."""
    found: dict[str, dict[str, Any]] = {}
    for purpose in purposes:
        for recipient in purpose.recipients:
            entry = found.setdefault(recipient.code, {**terms.recipient(recipient), "purposes": []})
            _once(entry["purposes"], purpose.label)
    return [found[code] for code in sorted(found)]


def _received(
    declarations: Iterable[Declaration], received: Iterable[tuple[str, Mapping[str, str]]]
) -> list[dict[str, Any]]:
    """Whoever received single rows, in the words of the declared recipients."""
    purposes = {one.label: one.purpose.label for one in declarations}
    told = ("code", "name", "role", "country", "contact")
    return [
        {**{name: facts[name] for name in told}, "purposes": [purposes[label]]}
        for label, facts in received
    ]


def _kept(declaration: Declaration) -> dict[str, Any]:
    return {
        "code": declaration.label,
        "what": terms.describe(declaration),
        **terms.retention(declaration),
    }


def _rights(purposes: list[Purpose]) -> list[dict[str, Any]]:
    """Each right that any purpose's basis gives, with the purposes it can be used against (R196)."""
    given = {
        right: [
            one for one in purposes if bases.gives(one.basis, right=right, marketing=one.marketing)
        ]
        for right in bases.ARTICLES
    }
    return [
        {
            "code": right,
            "label": gettext(right.replace("_", " ").capitalize()),
            "article": bases.ARTICLES[right],
            "purposes": [purpose.label for purpose in against],
        }
        for right, against in given.items()
        if against
    ]


def _complaint() -> list[dict[str, Any]]:
    """To whom a person can complain, whatever regime attaches (Art. 15(1)(f), PDPA s 48)."""
    return [
        {
            "code": regime.code,
            "name": regime.authority,
            "law": regime.law,
            "remedy": regime.remedy,
        }
        for regime in rules.enabled()
    ]


def _sources(declarations: list[Declaration]) -> list[dict[str, Any]]:
    """Where data that did not come from the person came from (Art. 15(1)(g))."""
    return [
        {
            "code": f"{declaration.label}.{name}",
            "what": f"{terms.describe(declaration)} {terms.field_title(declaration.model, name)}",
            "source": treatment.source,
        }
        for declaration, name, treatment in _own(declarations)
        if treatment.origin is Origin.OTHER_SOURCE
    ]


def _automated(purposes: Iterable[Purpose]) -> list[dict[str, Any]]:
    """The logic and the consequences of decisions that no human takes (Art. 15(1)(h), CJEU C-203/22)."""
    return [
        {"code": purpose.code, "label": purpose.label, "explanation": purpose.automated_decision}
        for purpose in purposes
        if purpose.automated_decision
    ]


def _transfers(purposes: Iterable[Purpose]) -> list[dict[str, Any]]:
    """What leaves Singapore and the EEA, where to, and what protects it there (Art. 15(2), 46; PDPA s 26)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for purpose in purposes:
        for country in set(purpose.locations) - _NO_TRANSFER:
            found["", country] = _stored_abroad(country)
        for recipient in purpose.recipients:
            if recipient.country not in _NO_TRANSFER:
                found[recipient.code, recipient.country] = _sent_abroad(recipient)
    return [found[key] for key in sorted(found)]


def _sent_abroad(recipient: Recipient) -> dict[str, Any]:
    return {
        "name": recipient.name,
        "country": recipient.country,
        "safeguard": recipient.safeguard or gettext("Adequate protection by that country's law"),
    }


def _stored_abroad(country: str) -> dict[str, Any]:
    return {
        "name": gettext("Our own systems"),
        "country": country,
        "safeguard": gettext("The same measures as at home; our contracts bind whoever runs them"),
    }


def _secrets(declarations: list[Declaration]) -> list[dict[str, Any]]:
    """Secrets are never exported, but that they are held is said (R67)."""
    return [
        {
            "code": f"{declaration.label}.{name}",
            "what": f"{terms.describe(declaration)} {terms.field_title(declaration.model, name)}",
            "category": treatment.category.label,
        }
        for declaration, name, treatment in _own(declarations)
        if isinstance(treatment, Secret)
    ]


def _withheld(declarations: list[Declaration]) -> list[dict[str, Any]]:
    """Rows that are held and not handed out; that they are held is said."""
    return [
        {"code": declaration.label, "what": terms.describe(declaration)}
        for declaration in declarations
        if not declaration.released
    ]
