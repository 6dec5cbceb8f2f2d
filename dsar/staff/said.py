"""What came with a case: who somebody said they are, in their words, and the files that lay beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from dsar.cases import claims, uploads
from dsar.cases.identity_models import Upload
from dsar.keys import box
from dsar.keys.box import KeyDestroyedError
from dsar.staff import casefile
from dsar.staff.reading import opaque

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from dsar.cases.claims import Said
    from dsar.cases.models import Case


def of(case: Case) -> dict[str, Any]:
    """For the page of somebody who sees the person: two statements."""
    return {"told": _told(case), "files": list(_files(case))}


def file(case: Case, upload: UUID) -> HttpResponse:
    """A file as it came, to be kept by the browser and never opened as a page of ours."""
    found = get_object_or_404(Upload.objects.select_related("case__key"), case=case, pk=upload)
    try:
        name = box.unseal(case.key, found.name).decode()
        content = uploads.read(found)
    except KeyDestroyedError as error:
        raise Http404 from error
    return HttpResponse(content, content_type="application/octet-stream", headers=opaque(name))


def _told(case: Case) -> list[tuple[str, str]]:
    """Each thing that was said, by name; what was left out is not shown."""
    try:
        found = claims.read(case)
    except KeyDestroyedError:
        return [("Said", casefile.GONE)]
    return [] if found is None else [one for one in _lines(found) if one[1]]


def _lines(said: Said) -> Iterator[tuple[str, str]]:
    yield "Name", said.name
    yield "E-mail", said.address
    yield "Asks for", said.for_name
    yield "At", said.for_address
    for fact, value in said.facts.items():
        yield fact.replace("_", " ").capitalize(), value
    yield "Signed permission", said.permission
    yield "Says", said.text


def _files(case: Case) -> Iterator[dict[str, Any]]:
    for upload in case.uploads.order_by("kept_at", "pk"):
        try:
            name = box.unseal(case.key, upload.name).decode()
        except KeyDestroyedError:
            name = ""
        yield {"upload": upload, "name": name}
