"""Files that came with a case, sealed under its key before they reach the storage."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from dsar.cases import notes, permissions
from dsar.cases.identity_models import Upload
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from django.core.files.storage import Storage

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case

ALIAS = "uploads"
"""The name of the storage in settings.STORAGES."""
MOST_BYTES = 10 * 1024 * 1024
_BATCH = 500


class UploadRefusedError(MoveError):
    """This file is too large, or copies of papers were not allowed for this case."""


def keep(
    case: Case, *, name: str, media_type: str, content: bytes, kind: Upload.Kind = Upload.Kind.FILE
) -> Upload:
    """Seal a file and keep it. Raises UploadRefusedError.

    Copies of papers only where a data protection officer allowed them for this case (R27).
    """
    wanted_papers = kind == Upload.Kind.PAPERS
    if len(content) > MOST_BYTES or (wanted_papers and case.papers_allowed_at is None):
        raise UploadRefusedError
    path = f"{case.pk.hex[:2]}/{uuid.uuid4().hex}"
    with effect("upload.write"):
        stored = _storage().save(path, File(BytesIO(box.seal(case.key, content))))
    with effect("upload.note"), transaction.atomic():
        upload = Upload.objects.create(
            case=case,
            kind=kind,
            name=box.seal(case.key, name.encode()),
            media_type=media_type,
            size=len(content),
            stored=stored,
        )
        log.append(Tag.UPLOAD_KEPT, case=str(case.pk), kind=str(kind), bytes=len(content))
    return upload


def read(upload: Upload) -> bytes:
    """The file as it came."""
    with _storage().open(upload.stored, "rb") as sealed:
        return box.unseal(upload.case.key, sealed.read())


def allow_papers(case: Case, *, actor: Actor, reason: str) -> None:
    """Allow copies of papers for one case, by a data protection officer who says why nothing less will do."""
    if not actor.may(permissions.APPROVE) or not reason.strip():
        raise NotPermittedError
    with effect("papers.allow"), transaction.atomic():
        case.papers_allowed_at = timezone.now()
        case.save(update_fields=["papers_allowed_at"])
        notes.write(case, text=reason, actor=actor)
        log.append(
            Tag.PAPERS_ALLOWED,
            request=None,
            case=str(case.pk),
            reason=box.digest(case.key, reason),
            **actor.witnessed(case),
        )


def remove_papers() -> int:
    """Remove copies of papers once they have served: identity is established or the case is closed; returns how many.

    The sweep calls it, so they are gone within minutes; the law allows seven days.
    """
    papers = Upload.objects.filter(kind=Upload.Kind.PAPERS).select_related("case")
    served = [one for one in papers[:_BATCH] if _has_served(one)]
    for upload in served:
        _remove(upload)
    return len(served)


def _has_served(upload: Upload) -> bool:
    if upload.case.verified_at is not None:
        return True
    return not upload.case.requests.exclude(state=State.CLOSED).exists()


def _remove(upload: Upload) -> None:
    with effect("papers.remove"):
        _storage().delete(upload.stored)
    with effect("papers.strike_off"), transaction.atomic():
        log.append(Tag.PAPERS_REMOVED, case=str(upload.case_id))
        upload.delete()


def _storage() -> Storage:
    return storages[ALIAS]
