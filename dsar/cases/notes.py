"""What staff write about a case, sealed under its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases.models import Note
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Case


def write(case: Case, *, text: str, actor: Actor, kind: Note.Kind = Note.Kind.NOTE) -> Note:
    """Keep a note; legal advice is privileged and never leaves the house."""
    with effect("note.write"), transaction.atomic():
        note = Note.objects.create(
            case=case, kind=kind, written_by=actor.user, text=box.seal(case.key, text.encode())
        )
        log.append(
            Tag.NOTE_WRITTEN,
            request=None,
            case=str(case.pk),
            note=str(note.pk),
            kind=str(kind),
            content=box.digest(case.key, text),
            **actor.witnessed(case),
        )
    return note


def read(note: Note) -> str:
    """The text of a note."""
    return box.unseal(note.case.key, note.text).decode()
