"""The texts that a copy will hold, and the pages on which passages of them are marked to be left out."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from dsar.cases import permissions, redacting
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Request
from dsar.cases.redacting import Why
from dsar.engine import texts
from dsar.law import grounds as law
from dsar.staff.asking import Question, ask
from dsar.staff.forms import long_text
from dsar.staff.reading import demand, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest, HttpResponse

    from dsar.cases.actors import Actor
    from dsar.cases.redacting import Span, Text
    from dsar.cases.redaction_models import Redaction
    from dsar.engine.sources import Source

_CLOSED = "Texts are looked at while a copy is under review."
_SAYS = (
    "These texts will be in the copy. That you looked is recorded. What you mark is missing from the copy, in every "
    "format, and a mark with the ground's code stands in its place; the records themselves stay as they are."
)
_SPARED = (
    "PDPA s 21(3A): another person's data in what the requester gave us or did is not withheld in Singapore. Some "
    "grounds fit here only where the passage is somebody else's."
)


class GroundsForm(forms.Form):
    """On which ground under each law something is left out, and why."""

    def __init__(self, *args: Any, about: Request, text: Text, **options: Any) -> None:
        super().__init__(*args, **options)
        self.text = text
        fitting = redacting.choices(about, own=text.own)
        for regime, known in redacting.choices(about, own=False).items():
            self.fields[f"ground_{regime}"] = forms.ChoiceField(
                label=f"Ground under the law of {regime}",
                choices=[("", "---------"), *_grounds(known, fitting[regime], regime)],
            )
        if text.own:
            self.fields["not_own"] = forms.BooleanField(
                required=False,
                label="I have checked: the requester neither wrote nor did what this tells",
            )
        self.fields["reason"] = long_text(
            required=False,
            help_text="Why it holds here, for the file, sealed; do not repeat the words.",
        )

    @property
    def why(self) -> Why:
        """The grounds, the reason, and whose words they are."""
        said = self.cleaned_data
        chosen = {
            name.removeprefix("ground_"): value
            for name, value in said.items()
            if name.startswith("ground_")
        }
        return Why(grounds=chosen, reason=said["reason"], not_own=said.get("not_own", False))


class MarkForm(GroundsForm):
    """Which passage, on which ground under each law, and why."""

    words = forms.CharField(
        label="Exact words",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="As they stand in the text; every place where they stand is marked.",
    )
    start = forms.IntegerField(
        label="Or from character", required=False, min_value=1, help_text="The first one is 1."
    )
    end = forms.IntegerField(label="To character", required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        """Find the passages."""
        said = super().clean() or {}
        by_place = said.get("start") is not None and said.get("end") is not None
        said["spans"] = [(said["start"] - 1, said["end"])] if by_place else self._found(said)
        if not said["spans"]:
            message = "Give words that stand in this text, or from which character to which."
            raise forms.ValidationError(message)
        return said

    def _found(self, said: dict[str, Any]) -> list[Span]:
        """Browsers send line breaks in a form of their own."""
        words = said.get("words") or ""
        found = texts.occurrences(self.text.words, words)
        return found or texts.occurrences(self.text.words, words.replace("\r\n", "\n"))


def _grounds(
    known: list[law.Ground], fitting: list[law.Ground], regime: str
) -> Iterator[tuple[str, str]]:
    for one in known:
        spared = "" if one in fitting else " - only if it is not the requester's"
        officer = " - needs the officer" if law.Need.OFFICER in one.needs else ""
        yield one.code, f"{one.in_words('en')} ({one.source(regime)}; {one.code}){spared}{officer}"


def urls(admin: ModelAdmin[Any]) -> list[Any]:
    """The addresses of these pages."""
    wrap = admin.admin_site.admin_view

    def page(request: HttpRequest, pk: UUID) -> HttpResponse:
        return show(request, pk, admin=admin)

    def mark(request: HttpRequest, pk: UUID) -> HttpResponse:
        return mark_in(request, pk, admin=admin)

    return [
        path("<uuid:pk>/texts/", wrap(page), name="dsar_request_texts"),
        path("<uuid:pk>/texts/mark/", wrap(mark), name="dsar_request_mark"),
        path(
            "<uuid:pk>/texts/unmark/<uuid:redaction>/",
            wrap(require_POST(unmark)),
            name="dsar_request_unmark",
        ),
        path("<uuid:pk>/texts/seen/", wrap(require_POST(seen)), name="dsar_request_seen"),
    ]


def show(request: HttpRequest, pk: UUID, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Show the free texts of the copy, one kind of record at a time."""
    actor, about = reviewing(request, pk)
    if not redacting.is_open(about):
        return too_late(request, about)
    kinds = texts.kinds(about)
    source = chosen(request, kinds)
    found = _page(request, about, source, actor) if source else {}
    context = frame(request, about, kinds, source, actor=actor, admin=admin)
    words = {"title": f"Texts in the copy {about.case.reference}", "says": _SAYS}
    return TemplateResponse(request, "admin/dsar/request/texts.html", context | words | found)


def chosen(request: HttpRequest, kinds: list[Source]) -> Source | None:
    """The kind of record that is to be shown: the first one where none is named; raises Http404 for a guessed one."""
    label = request.GET.get("kind") or (kinds[0].label if kinds else "")
    source = next((one for one in kinds if one.label == label), None)
    if source is None and label:
        raise Http404
    return source


def frame(  # noqa: PLR0913 - all that stands around what is shown.
    request: HttpRequest,
    about: Request,
    kinds: list[Source],
    source: Source | None,
    *,
    actor: Actor,
    admin: ModelAdmin[Any],
) -> dict[str, Any]:
    """What stands around the texts, or the files, of one kind of record."""
    waiting = redacting.waiting(about)
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.model._meta,
        "about": about,
        "back": page_of(about),
        "kind": source.label if source else "",
        "kinds": [_kind(one, chosen=one is source) for one in kinds],
        "waiting": len(waiting),
        "to_see": [one for one in waiting if redacting.may_see(one, actor=actor)],
    }


def mark_in(request: HttpRequest, pk: UUID, *, admin: ModelAdmin[Any]) -> HttpResponse:
    """Ask which passage of one text is left out and why, and mark it."""
    actor, about = reviewing(request, pk)
    if not redacting.is_open(about):
        return too_late(request, about)
    text = asked_for(request, about, texts.find)
    form = MarkForm(request.POST if request.method == "POST" else None, about=about, text=text)
    if request.method == "POST" and form.is_valid() and _marked(about, text, form, actor):
        messages.success(request, "Marked. The copy will lack it.")
        return redirect(list_of(about, text.declaration, of="texts"))
    question = Question(
        title=f"Leave a passage out of {about.case.reference}",
        step="Leave a passage out",
        says="Only the passage is left out; all the rest of the text is in the copy.",
        way=way(about, text, of="texts"),
        form=form,
        button="Mark",
        template="admin/dsar/request/mark.html",
    )
    return ask(
        request,
        question,
        admin=admin,
        lines=_lines(text.words),
        spared=spared(about, text),
    )


def spared(about: Request, text: Text) -> str:
    """What is said where the law spares the requester's own words (R65)."""
    return _SPARED if text.own and "SG" in about.case.regimes else ""


def _marked(about: Request, text: Text, form: MarkForm, actor: Actor) -> bool:
    """Mark it; False where that is refused, which the form then says."""
    try:
        redacting.mark(about, text, spans=form.cleaned_data["spans"], why=form.why, actor=actor)
    except MoveError as error:
        form.add_error(None, str(error))
        return False
    return True


def unmark(request: HttpRequest, pk: UUID, redaction: UUID) -> HttpResponse:
    """Take a mark back."""
    actor, about = reviewing(request, pk)
    try:
        found = redacting.undo(about, redaction, actor=actor)
    except MoveError as error:
        messages.error(request, str(error))
        return redirect(page_of(about))
    if not found:
        raise Http404
    messages.success(request, "The mark is taken back; the copy will hold the words.")
    return redirect(_back(request, about))


def seen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the second look."""
    actor, about = reviewing(request, pk)
    try:
        count = redacting.see(about, marks=_posted(request), actor=actor)
    except MoveError as error:
        messages.error(request, str(error))
        return redirect(page_of(about))
    messages.success(request, f"Your second look is recorded. Marks: {count}.")
    return redirect(_back(request, about))


def _posted(request: HttpRequest) -> set[UUID]:
    """The marks that stood on the page when the button was pressed; what is no mark's number is none."""
    found = set()
    for said in request.POST.getlist("mark"):
        with suppress(ValueError):
            found.add(UUID(said))
    return found


def reviewing(request: HttpRequest, pk: UUID) -> tuple[Actor, Request]:
    """Whoever decides requests, and the request; raises PermissionDenied and Http404."""
    actor = demand(request, permissions.DECIDE)
    return actor, get_object_or_404(Request.objects.select_related("case__key"), pk=pk)


def too_late(request: HttpRequest, about: Request) -> HttpResponse:
    """Say that nothing is under review, on the request's page."""
    messages.error(request, _CLOSED)
    return redirect(page_of(about))


def _back(request: HttpRequest, about: Request) -> str:
    """The list from which a button was pressed."""
    files = request.POST.get("of") == "files"
    return list_of(about, request.POST.get("kind", ""), of="files" if files else "texts")


def list_of(about: Request, label: str, *, of: str) -> str:
    """The page of the texts, or the files, of one kind of record."""
    address = reverse(f"admin:dsar_request_{of}", args=[about.pk])
    return f"{address}?{urlencode({'kind': label})}" if label else address


def way(about: Request, text: Text, *, of: str) -> list[tuple[str, str]]:
    """The pages above a question about one text, or one file."""
    return [
        ("Requests", reverse("admin:dsar_request_changelist")),
        (about.case.reference, page_of(about)),
        (of.capitalize(), list_of(about, text.declaration, of=of)),
    ]


def asked_for(request: HttpRequest, about: Request, find: Callable[..., Text | None]) -> Text:
    """The text, or the file, that an address names; raises Http404 where the copy holds none such."""
    names = ("label", "row", "field")
    text = find(about, **{name: request.GET.get(name, "") for name in names})
    if text is None:
        raise Http404
    return text


def _kind(source: Any, *, chosen: bool) -> dict[str, Any]:
    title, role = str(source.declaration.model._meta.verbose_name_plural), source.declaration.role
    return {
        "label": source.label,
        "title": f"{title} as {role}" if role else title,
        "rows": source.count,
        "chosen": chosen,
        "query": urlencode({"kind": source.label}),
    }


def _page(request: HttpRequest, about: Request, source: Any, actor: Actor) -> dict[str, Any]:
    try:
        found = texts.page(about, source, after=request.GET.get("after", ""), actor=actor)
    except ValueError:
        raise Http404 from None
    more = urlencode({"kind": source.label, "after": found.after}) if found.after else ""
    return {
        "kind": source.label,
        "texts": [_shown(about, one) for one in found.shown],
        "more": more,
    }


def _shown(about: Request, one: texts.Shown) -> dict[str, Any]:
    text = one.text
    where = {"label": text.declaration, "row": text.row, "field": text.field}
    return {
        "row": text.row,
        "field": text.field.replace("_", " "),
        "query": urlencode(where),
        "pieces": [(text.words, None)] if one.stale else list(_pieces(text.words, one.marks)),
        "marks": [said(about, mark) for mark in one.marks],
        "stale": one.stale,
    }


def _pieces(words: str, marks: list[Redaction]) -> Iterator[tuple[str, Redaction | None]]:
    """The text in order, each piece with its mark where it has one."""
    reached = 0
    for one in marks:
        yield words[reached : one.start], None
        yield words[one.start : one.end], one
        reached = one.end
    yield words[reached:], None


def said(about: Request, mark: Redaction) -> dict[str, Any]:
    """A mark in words, for the page it is on."""
    return {
        "reason": redacting.read_reason(about, mark),
        "pk": mark.pk,
        "replaced": bool(mark.instead_digest),
        "place": f"characters {mark.start + 1} to {mark.end}",
        "grounds": ", ".join(f"{code} ({regime})" for regime, code in mark.grounds.items()),
        "by": mark.made_by.get_username() if mark.made_by else "an account that is gone",
        "seen": mark.seen_by.get_username() if mark.seen_by else "",
        "at": mark.made_at,
    }


def _lines(words: str) -> list[tuple[int, str]]:
    """The text's lines, each with the number of its first character."""
    found, reached = [], 1
    for line in words.splitlines(keepends=True):
        found.append((reached, line.rstrip("\r\n")))
        reached += len(line)
    return found


def may_review(about: Request, actor: Actor) -> bool:
    """Whether they may review the texts of this request now."""
    return redacting.is_open(about) and actor.may(permissions.DECIDE)
