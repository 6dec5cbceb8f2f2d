"""Something that a person disputes: their nickname, refused as they wanted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.registers import disputes
from dsar.registers.annotation_models import Annotation
from dsar.registers.disputes import Place, Whose
from tests.testapp.models import Member

if TYPE_CHECKING:
    from tests.testapp.factories import Person


def nickname(person: Person, *, wanted: str) -> Annotation:
    """Note that the person's nickname should be another one."""
    row = Member.objects.get(user_id=person.pk).pk
    return disputes.note(
        Place(declaration="testapp.Member", row=str(row), field="nickname"),
        whose=Whose(subject=person.pk),
        kind=Annotation.Kind.REFUSED,
        wanted=wanted,
    )
