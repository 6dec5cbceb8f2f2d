"""What a correction leaves noted beside a record, and how that is told (PDPA s 22(5); GDPR Art. 14(2)(f), 16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsar.cases import corrections, subjects
from dsar.cases.correction_models import Correction
from dsar.cases.models import Decision
from dsar.cases.states import Outcome, Right, State
from dsar.contract import compiler, reach, registry, terms
from dsar.contract.people import Guest
from dsar.engine.rights import own
from dsar.registers import disputes
from dsar.registers.annotation_models import Annotation
from dsar.registers.disputes import Place, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from dsar.cases.models import Case, Request
    from dsar.contract.declarations import Declaration

LABEL = "dsar.Annotation"


def refused(request: Request) -> None:
    """Note every field of a correction that was refused as a whole; the caller holds the transaction.

    A row that a person without account named and that is not theirs stays untouched: nothing is noted beside it.
    """
    if not _is_refused_correction(request):
        return
    decision = Decision.objects.get(request=request)
    ground = next(iter(decision.grounds.values()), "")
    waiting = request.corrections.exclude(result=Correction.Result.CORRECTED)
    for one in waiting.select_related("request__case__key").order_by("pk"):
        if one.result != Correction.Result.REFUSED:
            one.result, one.ground = Correction.Result.REFUSED, ground
            one.save(update_fields=["result", "ground"])
        beside(one)


def _is_refused_correction(request: Request) -> bool:
    refused = request.state == State.CLOSED and request.outcome == Outcome.REFUSED
    return refused and request.right == Right.CORRECTION


def beside(one: Correction) -> None:
    """Note beside a field what became of its correction; where it was made, what was noted before ends.

    What came from a register stays disputed after our copy was corrected: the register still says otherwise (R82).
    """
    case = one.request.case
    if not own.holds(subjects.of(case), one.declaration, one.row):
        return
    place = Place(declaration=one.declaration, row=one.row, field=one.field)
    source = source_of(one.declaration, one.field)
    corrected = one.result == Correction.Result.CORRECTED
    if corrected and not source:
        disputes.settle(place, whose=_whose(case), request=one.request_id)
        return
    disputes.note(
        place,
        whose=_whose(case),
        kind=Annotation.Kind.DISPUTED if corrected else Annotation.Kind.REFUSED,
        wanted=_text(corrections.read(one).new),
        source=source,
        request=one.request_id,
    )


def source_of(label: str, field: str) -> str:
    """The other source that a declared field comes from, by name; empty where it has none."""
    try:
        treatment = registry.current().get(label).fields.get(field)
    except KeyError:
        return ""
    return str(getattr(treatment, "source", "") or "")


def _whose(case: Case) -> Whose:
    person = subjects.of(case)
    if isinstance(person, Guest):
        return Whose(address=person.addresses[0], name=next(iter(person.names), ""))
    return Whose(subject=case.subject_id)


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


@dataclass(frozen=True, kw_only=True)
class Noted:
    """An annotation in words, beside the record that it is about."""

    annotation: Annotation
    record: str
    name: str

    @property
    def said(self) -> dict[str, Any]:
        """The same as bare values."""
        one = self.annotation
        return {
            "id": one.pk,
            "row": one.row,
            "field": one.field,
            "kind": one.kind,
            "wanted": one.wanted,
            "source": one.source,
            "statement": one.statement,
            "noted_at": one.noted_at,
        }


def of(person: object) -> dict[str, list[Noted]]:
    """What a person has noted, by the declaration of the records; with or without account."""
    declaration = reach.get(person, LABEL)
    sql, params = compiler.condition(declaration).bind(person)
    found = Annotation.objects.extra(where=[sql], params=params)
    return by_declaration(found.order_by("declaration", "row", "field", "pk"))


def by_declaration(found: QuerySet[Annotation]) -> dict[str, list[Noted]]:
    """Annotations in words, by the declaration of their records."""
    sorted_by: dict[str, list[Noted]] = {}
    for one in found:
        sorted_by.setdefault(one.declaration, []).append(in_words(one))
    return sorted_by


def in_words(one: Annotation) -> Noted:
    """One of them with the names of its record and field; codes where the app no longer has them."""
    record, name = terms.record_and_field(one.declaration, one.field)
    return Noted(annotation=one, record=record, name=name)


def sentence(noted: Noted) -> str:
    """One of them for the page of a package, which is English."""
    one = noted.annotation
    came = f" It came from: {one.source}." if one.source else ""
    done = {
        Annotation.Kind.REFUSED: f"It was not changed.{came}",
        Annotation.Kind.DISPUTED: f"Our copy was corrected.{came} Its own record may still differ.",
    }[Annotation.Kind(one.kind)]
    said = f" In your words: {one.statement}" if one.statement else ""
    return (
        f"{noted.record} {one.row}, {noted.name}: disputed since {one.noted_at:%Y-%m-%d}. "
        f"You say that it should be “{one.wanted}”. {done}{said}"
    )


def shown(
    noted: Mapping[str, Iterable[Noted]], declaration: Declaration, columns: Iterable[str]
) -> list[Noted]:
    """Those beside the columns that are shown of one declaration."""
    names = set(columns)
    return [one for one in noted.get(declaration.label, ()) if one.annotation.field in names]
