"""Annotations: what people dispute in the records that are held of them."""

from __future__ import annotations

from dsar.declarations import Category, Held, PersonalData, Retention
from dsar.privacy.terms import ACCOUNT, PROCEDURE, REQUEST_HANDLING, TECHNICAL
from dsar.registers.annotation_models import Annotation
from dsar.registry import declare


@declare(Annotation)
class AnnotationPersonalData(PersonalData):
    """What you dispute in data that we hold of you, noted beside it."""

    subject, purpose = "subject", REQUEST_HANDLING
    identifiers, told_apart_by = ("address",), ("name",)
    # Longer than any record beside which it stands; it goes with the person before that.
    retention = Retention(after="noted_at", years=6, law="PDPA s 22(5); Limitation Act 1959 s 6")
    born = "noted_at"
    fields = {
        ("id", "request_reference"): TECHNICAL,
        "subject": ACCOUNT,
        "address": Held(category=Category.EMAIL_ADDRESS),
        "name": Held(category=Category.NAME),
        ("declaration", "row", "field", "kind", "source", "noted_at", "stated_at"): PROCEDURE,
        ("wanted", "statement"): Held(category=Category.COMMUNICATION),
    }
