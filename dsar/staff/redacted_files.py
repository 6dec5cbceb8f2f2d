"""The files that a copy will hold, and the page on which one is left out or replaced by a redacted one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from dsar.cases import files, redacting
from dsar.cases.files import File, FileRefusedError
from dsar.cases.lifecycle import MoveError
from dsar.engine import copied_files, stored
from dsar.engine.redacted import ENDINGS
from dsar.staff import redactions
from dsar.staff.asking import Question, ask
from dsar.staff.reading import opaque

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.cases.redacting import Text

_SAYS = (
    "These files will be in the copy as they are stored. That you looked is recorded. A file that you leave out or "
    "replace is missing from the copy, with its name; the stored file itself stays as it is."
)


class FileForm(redactions.GroundsForm):
    """Whether a file is left out or replaced, on which ground, and why."""

    instead = forms.FileField(
        label="Redacted file",
        required=False,
        help_text=(
            "PDF, PNG, JPEG or plain text, at most 5 MB. Black out so that nothing lies beneath: export the page as a "
            "picture. Without a file, the stored one is left out."
        ),
    )

    def clean_instead(self) -> File | None:
        """The file as it came, read no further than it may be long; its bytes say what it is."""
        given = self.cleaned_data["instead"]
        if given is None:
            return None
        found = File(name=given.name or "", content=given.read(files.MOST_BYTES + 1))
        try:
            files.sniffed([found])
        except FileRefusedError as error:
            raise forms.ValidationError(str(error)) from None
        return found


def urls(admin: ModelAdmin[Any]) -> list[Any]:
    """The addresses of these pages."""
    wrap = admin.admin_site.admin_view

    def page(request: HttpRequest, pk: UUID) -> HttpResponse:
        return show(request, pk, admin=admin)

    def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
        return leave_out(request, pk, admin=admin)

    return [
        path("<uuid:pk>/files/", wrap(page), name="dsar_request_files"),
        path("<uuid:pk>/files/leave/", wrap(leave), name="dsar_request_leave_file"),
        path("<uuid:pk>/files/fetch/", wrap(fetch), name="dsar_request_file"),
        path(
            "<uuid:pk>/files/fetch/<uuid:redaction>/",
            wrap(fetch_instead),
            name="dsar_request_replacement",
        ),
    ]


def show(request: HttpRequest, pk: UUID, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Show the files of the copy, one kind of record at a time."""
    actor, about = redactions.reviewing(request, pk)
    if not redacting.is_open(about):
        return redactions.too_late(request, about)
    kinds = copied_files.kinds(about)
    source = redactions.chosen(request, kinds)
    found = _page(request, about, source, actor) if source else {}
    context = redactions.frame(request, about, kinds, source, actor=actor, admin=admin)
    said = {"title": f"Files in the copy {about.case.reference}", "says": _SAYS, "of": "files"}
    return TemplateResponse(request, "admin/dsar/request/files.html", context | said | found)


def leave_out(request: HttpRequest, pk: UUID, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Ask why a file is left out, and what is given instead."""
    actor, about = redactions.reviewing(request, pk)
    if not redacting.is_open(about):
        return redactions.too_late(request, about)
    text = redactions.asked_for(request, about, copied_files.find)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = FileForm(*given, about=about, text=text)
    if request.method == "POST" and form.is_valid() and _left_out(about, text, form, actor):
        messages.success(request, "The copy will lack the file.")
        return redirect(redactions.list_of(about, text.declaration, of="files"))
    question = Question(
        title=f"Leave a file out of {about.case.reference}",
        step="Leave a file out",
        says="The stored file is left out of the copy. Where you add a redacted one, that is given in its place.",
        way=redactions.way(about, text, of="files"),
        form=form,
        button="Leave out",
        template="admin/dsar/request/mark.html",
    )
    return ask(
        request,
        question,
        admin=admin,
        file=stored.base(text.words),
        spared=redactions.spared(about, text),
    )


def fetch(request: HttpRequest, pk: UUID) -> HttpResponse | StreamingHttpResponse:
    """Hand a stored file to the reviewer, to be kept and looked at elsewhere."""
    actor, about = redactions.reviewing(request, pk)
    if not redacting.is_open(about):
        return redactions.too_late(request, about)
    text = redactions.asked_for(request, about, copied_files.find)
    content = copied_files.read(about, text, actor=actor)
    if content is None:
        raise Http404
    return StreamingHttpResponse(
        content, content_type="application/octet-stream", headers=opaque(stored.base(text.words))
    )


def fetch_instead(request: HttpRequest, pk: UUID, redaction: UUID) -> HttpResponse:
    """Hand the redacted file to whoever gives the second look."""
    _, about = redactions.reviewing(request, pk)
    mark = about.redactions.filter(pk=redaction).exclude(instead_digest="").first()
    if mark is None:
        raise Http404
    media_type, content = redacting.replacement(about, mark)
    headers = opaque(f"redacted{ENDINGS[media_type]}")
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


def _left_out(about: Request, text: Text, form: FileForm, actor: Actor) -> bool:
    """Leave it out; False where that is refused, which the form then says."""
    instead = form.cleaned_data["instead"]
    try:
        redacting.leave_out_file(about, text, why=form.why, actor=actor, instead=instead)
    except MoveError as error:
        form.add_error(None, str(error))
        return False
    return True


def _page(request: HttpRequest, about: Request, source: Any, actor: Actor) -> dict[str, Any]:
    try:
        found = copied_files.page(about, source, after=request.GET.get("after", ""), actor=actor)
    except ValueError:
        raise Http404 from None
    more = urlencode({"kind": source.label, "after": found.after}) if found.after else ""
    return {"kept": [_shown(about, one) for one in found.kept], "more": more}


def _shown(about: Request, one: copied_files.Kept) -> dict[str, Any]:
    text = one.text
    where = {"label": text.declaration, "row": text.row, "field": text.field}
    return {
        "row": text.row,
        "name": stored.base(text.words),
        "size": one.size,
        "query": urlencode(where),
        "mark": redactions.said(about, one.mark) if one.mark else None,
    }
