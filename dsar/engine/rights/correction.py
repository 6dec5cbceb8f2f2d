"""Correction (GDPR Art. 16, PDPA s 22): proposed values pass the model's own rules and are applied field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import override

from dsar import conf
from dsar.cases import contents, corrections, subjects, wording
from dsar.cases.asked import Proposal
from dsar.cases.correction_models import Correction
from dsar.cases.decisions import DecisionError
from dsar.cases.states import Outcome, Right
from dsar.contract import compiler, reach, terms
from dsar.crashpoints import effect
from dsar.engine import annotating, answering, leases, telling
from dsar.engine.rights import own
from dsar.law import grounds
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration
    from dsar.engine.leases import Lease

_Result = Correction.Result


class NothingCorrectedError(RuntimeError):
    """No field could be corrected: the rows changed since. Somebody has to look at them again."""


class NotCorrectableError(ValueError):
    """A proposed correction cannot be taken in; `errors` says why, by `declaration/row/field`."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("not correctable")
        self.errors = errors


def propose(person: object, wanted: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Check what a person wants corrected and put the value of today beside it, both in the field's text form.

    The row must be the person's, the field declared correctable, and the value pass the model's own validation.
    Raises NotCorrectableError with a message for every one that does not.
    """
    proposals, errors = [], {}
    for one in wanted:
        try:
            proposals.append(_proposal(person, one))
        except ValidationError as error:
            errors[f"{one.declaration}/{one.row}/{one.field}"] = list(error.messages)
    if errors:
        raise NotCorrectableError(errors)
    return tuple(proposals)


def _proposal(person: object, one: Proposal) -> Proposal:
    declaration = own.declaration(person, one.declaration)
    field = _correctable(declaration, one.field)
    row = own.row(declaration, person, one.row)
    value = _checked(row, field, one.new)
    old, new = field.value_to_string(row), _as_text(row, field, value)
    if old == new:
        raise ValidationError("This is the value that we hold already.")
    return Proposal(
        declaration=declaration.label, row=str(row.pk), field=field.name, old=old, new=new
    )


def correctable(person: object, labels: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The records with fields that the person may correct, and the values held now, by declaration.

    One query a declaration that has such fields, and no more records of it than `DSAR["PREVIEW_ROWS"]`.
    """
    found = {}
    for label in labels:
        declaration = reach.get(person, label)
        fields = [
            one
            for one, how in compiler.fields_of(declaration)
            if getattr(how, "correctable", False)
        ]
        if fields:
            found[label] = [_held(row, fields) for row in _shown_rows(declaration, person)]
    return found


def _shown_rows(declaration: Declaration, person: object) -> models.QuerySet[Any]:
    sql, params = compiler.shown_condition(declaration).bind(person)
    found = declaration.model._base_manager.extra(where=[sql], params=params)
    return found.order_by("pk")[: conf.get("PREVIEW_ROWS")]


def _held(row: models.Model, fields: Sequence[models.Field[Any, Any]]) -> dict[str, Any]:
    return {
        "row": str(row.pk),
        "fields": [
            {
                "name": field.name,
                "label": str(field.verbose_name),
                "value": field.value_to_string(row),
            }
            for field in fields
        ],
    }


def _correctable(declaration: Declaration, name: str) -> models.Field[Any, Any]:
    for field, treatment in compiler.fields_of(declaration):
        if field.name == name and getattr(treatment, "correctable", False):
            return field
    raise ValidationError("This field cannot be corrected here; write to us and say what is wrong.")


def _checked(row: models.Model, field: models.Field[Any, Any], value: object) -> object:
    """The value cleaned by the field and by the model as a whole."""
    cleaned = field.clean(value, row)
    setattr(row, field.attname, cleaned)
    others = {other.name for other in row._meta.fields if other.name != field.name}
    row.full_clean(exclude=others)
    row.refresh_from_db(fields=[field.name])
    return cleaned


def _as_text(row: models.Model, field: models.Field[Any, Any], value: object) -> str:
    before = getattr(row, field.attname)
    setattr(row, field.attname, value)
    text = field.value_to_string(row)
    setattr(row, field.attname, before)
    return text


def shown(request: Request, *, in_clear: bool = True) -> list[dict[str, str]]:
    """Old → new of every field of a request; for whoever may not see the values, which fields they are."""
    if request.right != Right.CORRECTION:
        return []
    found = [_opened(one) for one in _corrections(request)]
    return found if in_clear else [one | {"old": "", "new": ""} for one in found]


def _opened(one: Correction) -> dict[str, str]:
    change = corrections.read(one)
    return {
        "id": str(one.pk),
        "declaration": one.declaration,
        "row": one.row,
        "field": one.field,
        "old": change.old,
        "new": change.new,
        "result": one.result,
        "ground": one.ground,
    }


def _corrections(request: Request) -> QuerySet[Correction]:
    return request.corrections.select_related("request__case__key").order_by("pk")


def refuse(request: Request, refusals: Mapping[str, str]) -> int:
    """Refuse single fields, each with a ground, before the rest is granted; returns how many.

    `refusals` goes from a correction's id to the code of its ground. The caller holds the request's row.
    Raises DecisionError for a ground that no law that applies knows.
    """
    refused = 0
    if wrong := sorted(set(refusals.values()) - _grounds(request)):
        raise DecisionError(f"Not a ground for refusing a correction here: {', '.join(wrong)}.")
    for key, ground in sorted(refusals.items()):
        waiting = request.corrections.filter(pk=key, result=_Result.PROPOSED)
        for one in waiting.select_for_update():
            one.result, one.ground = _Result.REFUSED, ground
            one.save(update_fields=["result", "ground"])
            log.append(
                Tag.CORRECTION_REFUSED,
                request=request.pk,
                declaration=one.declaration,
                field=one.field,
                ground=ground,
            )
            refused += 1
    return refused


def _grounds(request: Request) -> set[str]:
    return {
        ground.code
        for regime in request.case.regimes
        for ground in grounds.applicable(request.right, regime=regime)
    }


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a field; values stay sealed and are not part of the plan."""
    return [
        {
            "action": "correct",
            "declaration": one.declaration,
            "expected": 1,
            "fields": {one.field: "corrected"},
            "reason": f"Correct {one.field} of {one.declaration}.",
        }
        for one in _corrections(request)
    ]


def run(lease: Lease) -> None:
    """Apply every field that was not refused and did not change meanwhile; answer in the same transaction."""
    with effect("fields.correct"), transaction.atomic():
        request = leases.fence(lease)
        for one in _corrections(request).filter(result=_Result.PROPOSED):
            _apply(request, one)
        _close(request)


def _apply(request: Request, one: Correction) -> None:
    one.result, one.ground = _attempt(request, one)
    one.save(update_fields=["result", "ground"])
    tag = Tag.FIELD_CORRECTED if one.result == _Result.CORRECTED else Tag.CORRECTION_REFUSED
    log.append(tag, request=request.pk, declaration=one.declaration, field=one.field)


def _attempt(request: Request, one: Correction) -> tuple[str, str]:
    """What became of one field, and the ground if nothing did."""
    change = corrections.read(one)
    try:
        person = subjects.of(request.case)
        declaration = own.declaration(person, one.declaration)
        row = own.row(declaration, person, one.row, locked=True)
        field = _correctable(declaration, one.field)
        if field.value_to_string(row) != change.old:
            return _Result.CHANGED_MEANWHILE, ""
        setattr(row, field.attname, _checked(row, field, field.to_python(change.new)))
    except ValidationError:
        return _Result.REFUSED, contents.NO_LONGER_VALID
    row.save(update_fields=[field.name])
    return _Result.CORRECTED, ""


def _close(request: Request) -> None:
    results = shown(request)
    corrected = [one for one in results if one["result"] == _Result.CORRECTED]
    if not corrected:
        raise NothingCorrectedError
    for one in _corrections(request).exclude(result=_Result.CHANGED_MEANWHILE):
        annotating.beside(one)
    telling.open_tasks(request)
    request.result = {"corrected": len(corrected), "asked": len(results)}
    answering.close(
        request,
        content={
            "fields": _lines(results, request),
            "recipients": telling.names((one["declaration"] for one in corrected), request),
            **_noted(results, language=request.case.language),
        },
        outcome=_outcome(len(corrected), len(results)),
    )


def _noted(results: Sequence[Mapping[str, Any]], *, language: str) -> dict[str, Any]:
    """What the letter says of the notes beside the record: of fields refused, and of sources that say otherwise."""
    said: dict[str, Any] = {}
    if any(one["result"] == _Result.REFUSED for one in results):
        said["annotation"] = wording.sentence("annotation", language=language)
    corrected = [one for one in results if one["result"] == _Result.CORRECTED]
    sources = {annotating.source_of(one["declaration"], one["field"]) for one in corrected} - {""}
    if sources:
        named = ", ".join(sorted(sources))
        said["sources"] = wording.sentence("source_disputed", language=language, sources=named)
    return said


def _lines(results: Sequence[Mapping[str, Any]], request: Request) -> list[dict[str, Any]]:
    """Each field as the letter tells it: named in the person's language, with the reason where it was not corrected."""
    with override(request.case.language):
        return [_line(one, request) for one in results]


def _line(one: Mapping[str, Any], request: Request) -> dict[str, Any]:
    record, field = terms.record_and_field(one["declaration"], one["field"])
    return {
        "declaration": record,
        "field": field,
        **{name: one[name] for name in ("old", "new", "result")},
        "why": contents.reason_for(one["ground"], decision=request.decision),
    }


def _outcome(corrected: int, asked: int) -> Outcome:
    return Outcome.FULFILLED if corrected == asked else Outcome.PARTIALLY_FULFILLED
