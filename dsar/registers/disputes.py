"""Annotations: what a person disputes is noted beside the record and shown wherever the value is (PDPA s 22(5))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.annotation_models import Annotation
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import Model, QuerySet

    from dsar.registers.people import Person

LONGEST = 2_000
"""Characters of a person's own words: enough for a statement, and still readable beside a value."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One field of one row."""

    declaration: str
    row: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose annotation it is: an account's, or somebody's without one, by verified address and name."""

    subject: Any = None
    address: str = ""
    name: str = ""


def note(  # noqa: PLR0913 - each is a fact of the annotation.
    place: Place,
    *,
    whose: Whose,
    kind: Annotation.Kind,
    wanted: str,
    request: UUID | None = None,
    source: str = "",
) -> Annotation:
    """Note what somebody wanted a field to say; the words that they wrote about it before stay."""
    with effect("annotation.note"), transaction.atomic():
        noted, _ = Annotation.objects.update_or_create(
            declaration=place.declaration,
            row=place.row,
            field=place.field,
            subject_id=whose.subject,
            address=whose.address,
            defaults={
                "name": whose.name,
                "kind": kind,
                "wanted": wanted,
                "source": source,
                "request_reference": request,
                "noted_at": Now(),
            },
        )
        _witness(Tag.ANNOTATION_NOTED, noted, request=request, kind=str(kind))
    return noted


def state(annotation: Annotation, statement: str) -> None:
    """Keep the person's own words in place of those before; empty ones take them away."""
    with effect("annotation.state"), transaction.atomic():
        words = statement.strip()[:LONGEST]
        Annotation.objects.filter(pk=annotation.pk).update(statement=words, stated_at=Now())
        _witness(Tag.ANNOTATION_STATED, annotation, request=annotation.request_reference)
    annotation.refresh_from_db()


def remove(annotation: Annotation) -> None:
    """Take an annotation away, because its person no longer wants it."""
    with effect("annotation.remove"), transaction.atomic():
        _witness(Tag.ANNOTATION_REMOVED, annotation, request=annotation.request_reference)
        annotation.delete()


def settle(place: Place, *, whose: Whose, request: UUID) -> None:
    """End what is noted at a place: the value was changed as its person wanted."""
    at = Annotation.objects.filter(
        declaration=place.declaration,
        row=place.row,
        field=place.field,
        subject_id=whose.subject,
        address=whose.address,
    ).first()
    if at is None:
        return
    with effect("annotation.settle"), transaction.atomic():
        _witness(Tag.ANNOTATION_REMOVED, at, request=request)
        at.delete()


def of(person: Person) -> QuerySet[Annotation]:
    """An account's annotations, the latest first."""
    return Annotation.objects.filter(subject_id=key_of(person)).order_by("-noted_at", "pk")


def beside(model: type[Model], rows: Iterable[object]) -> QuerySet[Annotation]:
    """Whatever is noted beside these rows of a model, whoever noted it: for whoever shows or hands out the values."""
    labels = [one.label for one in registry.current().all() if one.model is model]
    at = Q(declaration__in=labels, row__in=[str(row) for row in rows])
    return Annotation.objects.filter(at).order_by("row", "field", "noted_at")


def _witness(tag: Tag, one: Annotation, *, request: UUID | None, **detail: Any) -> None:
    """What happened to which field; whose it is and what it says stands nowhere in the ledger."""
    log.append(
        tag,
        request=request,
        annotation=str(one.pk),
        declaration=one.declaration,
        field=one.field,
        **detail,
    )
