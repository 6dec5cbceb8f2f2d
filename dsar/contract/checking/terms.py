"""Every declaration says why, by which law and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import DateField

from dsar.contract.checking.inspection import refuse, walk
from dsar.contract.declarations import Personal, Retain
from dsar.contract.vocabulary import Category, LegalBasis, Origin, Row, Whose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import Error
    from django.db.models import Model

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration, Purpose

_ENDS = ("day", "financial_year")


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse purposes without a legal basis and retention without law, period or trigger."""
    for purpose, owner in _purposes(inspection):
        yield from _purpose(purpose, owner=owner)
    for code in sorted(inspection.registry.conflicting):
        yield refuse(
            25,
            inspection.user,
            f'Two different purposes share the code "{code}".',
            hint="Import the purpose from where it is made, or give the second its own code.",
        )
    for declaration in inspection.declarations():
        yield from _law(declaration)
        yield from _period(declaration)
        yield from _trigger(declaration)
        yield from _sources(declaration)
        yield from _scores(declaration)


def _purposes(inspection: Inspection) -> Iterator[tuple[Purpose, type[Model]]]:
    """Every purpose once, with the first model that names it; those no model names hang on the user model."""
    owners: dict[str, type[Model]] = {}
    for declaration in inspection.declarations():
        owners.setdefault(declaration.purpose.code, declaration.model)
    for code, purpose in sorted(inspection.registry.purposes.items()):
        yield purpose, owners.get(code, inspection.user)


def _purpose(purpose: Purpose, *, owner: type[Model]) -> Iterator[Error]:
    basis: object = purpose.basis
    if not isinstance(basis, LegalBasis):
        yield refuse(
            22,
            owner,
            f'Purpose "{purpose.code}" has no legal basis.',
            hint=f"basis must be one of LegalBasis: {', '.join(LegalBasis)} (GDPR Art. 6(1)).",
        )
    elif basis is LegalBasis.LEGITIMATE_INTEREST and not purpose.interest.strip():
        yield refuse(
            23,
            owner,
            f'Purpose "{purpose.code}" rests on a legitimate interest and does not say which.',
            hint='Write interest="..." (GDPR Art. 13(1)(d)).',
        )
    if not purpose.pdpa.strip():
        yield refuse(
            24,
            owner,
            f'Purpose "{purpose.code}" does not name its basis in Singapore.',
            hint='Write pdpa="s 15(3) deemed consent by contractual necessity" or the like.',
        )
    if not purpose.consequence.strip() and basis is LegalBasis.CONSENT:
        yield refuse(
            27,
            owner,
            f'Purpose "{purpose.code}" asks for consent and does not say what turning it off costs.',
            hint='Write consequence="..." (PDPA s 16(2)).',
        )


def _law(declaration: Declaration) -> Iterator[Error]:
    if not declaration.retention.law.strip():
        yield refuse(
            18,
            declaration.model,
            f"Declaration {declaration.label} retains without a law.",
            hint='Write Retention(law="...") with the statute, or the policy section where no statute says.',
        )
    for name, treatment in declaration.fields.items():
        if isinstance(treatment, Retain) and not treatment.law.strip():
            yield refuse(
                18,
                declaration.model,
                f'Field "{name}" is retained without a law in declaration {declaration.label}.',
                hint='Write Retain(law="...") with the statute that demands it (GDPR Art. 17(3)(b)).',
            )


def _period(declaration: Declaration) -> Iterator[Error]:
    kept = declaration.retention
    parts = (kept.years, kept.months, kept.days)
    if min(parts) < 0 or not any(parts):
        yield refuse(
            19,
            declaration.model,
            f"Declaration {declaration.label} retains without a period.",
            hint="Give Retention years, months or days, and none below zero.",
        )


def _trigger(declaration: Declaration) -> Iterator[Error]:
    kept = declaration.retention
    if not isinstance(walk(declaration.model, kept.after).field, DateField):
        yield refuse(
            20,
            declaration.model,
            f'Retention of declaration {declaration.label} runs after "{kept.after}", which is no date.',
            hint="Name a date or date-time field of the model, or a path to one.",
        )
    if kept.from_end_of not in _ENDS or kept.then is Row.RETAINED:
        yield refuse(
            21,
            declaration.model,
            f"Retention of declaration {declaration.label} does not say when or how it ends.",
            hint=f"from_end_of is one of {', '.join(_ENDS)}; then is Row.DELETED or Row.OVERWRITTEN.",
        )


def _sources(declaration: Declaration) -> Iterator[Error]:
    for name, treatment in declaration.fields.items():
        if not isinstance(treatment, Personal):
            continue
        if treatment.origin is Origin.OTHER_SOURCE and not treatment.source.strip():
            yield refuse(
                26,
                declaration.model,
                f'Field "{name}" comes from another source, which declaration {declaration.label} '
                "does not name.",
                hint='Write source="..." (GDPR Art. 15(1)(g)).',
            )


def _scores(declaration: Declaration) -> Iterator[Error]:
    """A score that we work out about a person is explained to them, whoever decides by it (CJEU C-634/21)."""
    if declaration.purpose.automated_decision.strip():
        return
    for name, treatment in declaration.fields.items():
        if not isinstance(treatment, Personal):
            continue
        is_score = (
            treatment.category is Category.CREDIT_SCORE and treatment.origin is Origin.DERIVED
        )
        if is_score and treatment.whose is Whose.SUBJECT:
            yield refuse(
                28,
                declaration.model,
                f'Field "{name}" is a score that declaration {declaration.label} does not explain.',
                hint='Write automated_decision="..." in its purpose: logic, significance, consequences '
                "(GDPR Art. 15(1)(h)).",
            )
