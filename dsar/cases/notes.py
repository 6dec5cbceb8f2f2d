"""What staff write about a case, sealed under its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.models import Note
from dsar.keys import box

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Case


def write(case: Case, *, text: str, actor: Actor, kind: Note.Kind = Note.Kind.NOTE) -> Note:
    """Keep a note; legal advice is privileged and never leaves the house."""
    return Note.objects.create(
        case=case, kind=kind, written_by=actor.user, text=box.seal(case.key, text.encode())
    )


def read(note: Note) -> str:
    """The text of a note."""
    return box.unseal(note.case.key, note.text).decode()
