"""Cases in the admin: who asked, what became of each request, the letters, and notes for the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html

from dsar.cases import claims, letters, notes, permissions, posted, pseudonyms, revealing
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case, Letter, Note
from dsar.duties import misdelivery
from dsar.engine import review
from dsar.keys import box
from dsar.keys.box import KeyDestroyedError
from dsar.law import deceased
from dsar.ledger import log
from dsar.registers import holds
from dsar.registers import minors as register
from dsar.staff import casefile, clearance, intake, lonely, minors, said
from dsar.staff.asking import ask, of_case
from dsar.staff.filters import LettersToPost
from dsar.staff.forms import HoldForm, NoteForm, PostedForm, RevealForm
from dsar.staff.incident_forms import FactsForm
from dsar.staff.reading import ReadingAdmin, acting, demand, login_name, page_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


class CaseAdmin(ReadingAdmin[Case]):
    """Submissions, newest first."""

    needs = "view_case"
    list_display = ("named", "channel", "received_at", "rights", "is_verified")
    list_filter = ("channel", LettersToPost)
    # Any other order would have to read every case there is.
    sortable_by = ("named", "received_at")
    ordering = ("-received_at",)
    search_fields = ("reference__exact",)
    search_help_text = "The whole reference."
    change_list_template = "admin/dsar/case/list.html"
    change_form_template = "admin/dsar/case/page.html"
    fields = (
        "reference",
        "person",
        "answers_to",
        "relation",
        "channel",
        "laws",
        "writes_in",
        "received_at",
        "policy_version",
        "affirmed",
        "verified_at",
        "proved_by",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the requests, for the list."""
        return super().get_queryset(request).select_related("key").prefetch_related("requests")

    @admin.display(description="Reference", ordering="reference")
    def named(self, case: Case) -> str:
        """The case's public name, on one line."""
        return format_html('<span class="desk-reference">{}</span>', case.reference)

    @admin.display(description="Rights")
    def rights(self, case: Case) -> str:
        """What was asked."""
        return ", ".join(one.right.replace("_", " ") for one in case.requests.all())

    @admin.display(description="Identity", boolean=True)
    def is_verified(self, case: Case) -> bool:
        """Whether it is established who asks."""
        return case.verified_at is not None

    @admin.display(description="Person")
    def person(self, case: Case) -> str:
        """The account, as long as it is there."""
        if not getattr(case, "in_clear", False):
            return pseudonyms.of(case)
        return login_name(case, "subject")

    @admin.display(description="Language")
    def writes_in(self, case: Case) -> str:
        """The language of our letters, by its name."""
        return str(dict(settings.LANGUAGES).get(case.language, case.language))

    @admin.display(description="Answers go to")
    def answers_to(self, case: Case) -> str:
        """The sealed address."""
        if not getattr(case, "in_clear", False):
            return clearance.HIDDEN
        try:
            return box.unseal(case.key, bytes(case.contact)).decode()
        except KeyDestroyedError:
            return casefile.GONE

    @admin.display(description="Proved by")
    def proved_by(self, case: Case) -> str:
        """How it was established who asks, in words."""
        return case.verification_method.replace("_", " ") or "-"

    @admin.display(description="Asks as")
    def relation(self, case: Case) -> str:
        """What the person is to the house, as they say; of the dead, with what the laws say of them."""
        told = (
            deceased.told(case.regimes) if case.subject_relation == Claim.Relation.DECEASED else []
        )
        return " ".join([f"{Claim.Relation(case.subject_relation).label}.", *told])

    @admin.display(description="May give their data")
    def affirmed(self, case: Case) -> str:
        """What somebody who asks for another affirmed, in the words that were ticked (R174)."""
        return claims.affirmed(case) or "-"

    @admin.display(description="Laws")
    def laws(self, case: Case) -> str:
        """The laws that apply."""
        return ", ".join(case.regimes)

    def get_urls(self) -> list[Any]:
        """Add the letters, the notes and the holds."""
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/letter/<uuid:letter>/", wrap(self.letter), name="dsar_case_letter"),
            path("<uuid:pk>/letter/<uuid:letter>/pdf/", wrap(self.pdf), name="dsar_case_pdf"),
            path(
                "<uuid:pk>/letter/<uuid:letter>/posted/", wrap(self.posted), name="dsar_case_posted"
            ),
            path("<uuid:pk>/note/", wrap(self.note), name="dsar_case_note"),
            path("<uuid:pk>/reveal/", wrap(self.reveal), name="dsar_case_reveal"),
            path("<uuid:pk>/hold/", wrap(self.hold), name="dsar_case_hold"),
            path("<uuid:pk>/minor/", wrap(self.minor), name="dsar_case_minor"),
            path("<uuid:pk>/astray/", wrap(self.astray), name="dsar_case_astray"),
            path("<uuid:pk>/file/<uuid:upload>/", wrap(self.file), name="dsar_case_file"),
            *intake.urls(self),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, case: Case) -> dict[str, Any]:
        """The whole case; that somebody looked is recorded with each of its requests."""
        _looked(request, case)
        actor, in_clear = acting(request), clearance.sees(request, case)
        report = register.of(case.pk) if minors.may_be_one(case) else None
        return {
            "title": f"Case {case.reference}",
            "subtitle": None,
            **casefile.of(case, actor=actor, in_clear=in_clear),
            **(said.of(case) if in_clear else {}),
            "in_clear": in_clear,
            "lonely": lonely.of_case(case),
            "may_reveal": clearance.may_reveal(request, case),
            "may_note": actor.may(permissions.HANDLE),
            "minor": report if report and report.ended_at is None else None,
            "may_decide": actor.may(permissions.DECIDE),
            "may_report": actor.may(permissions.HANDLE),
            "may_hold": actor.may(permissions.DECIDE) and case.subject_id is not None,
            "is_held": case.subject_id is not None and holds.is_open(case.subject_id),
        }

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Case | None:
        """With whether whoever looks may see who it is about."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.in_clear = clearance.sees(request, found)  # type: ignore[attr-defined]  # for the columns below
        return found

    def reveal(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask an auditor why they want to see who it is."""
        case, actor = self._case(request, pk, needs=permissions.AUDIT), acting(request)
        form = RevealForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            revealing.reveal(case, reason=form.cleaned_data["reason"], actor=actor)
            clearance.open_for(request, case)
            messages.success(request, "Shown for half an hour, in this session.")
            return redirect(page_of(case))
        return self._form(request, case, form, title="Reveal", says=_REVEAL_SAYS)

    def letter(self, request: HttpRequest, pk: UUID, letter: UUID) -> HttpResponse:
        """Show a letter as its person reads it."""
        found = self._letter(request, pk, letter)
        try:
            text = letters.render(found).text
        except KeyDestroyedError:
            text = casefile.GONE
        context = {
            **self.admin_site.each_context(request),
            "title": f"Letter: {found.kind} of {found.case.reference}",
            "opts": self.model._meta,
            "case": found.case,
            "letter": found,
            "text": text,
            "to_post": posted.waits(found) and acting(request).may(permissions.HANDLE),
        }
        return TemplateResponse(request, "admin/dsar/case/letter.html", context)

    def pdf(self, request: HttpRequest, pk: UUID, letter: UUID) -> HttpResponse:
        """Hand a letter out as PDF."""
        found = self._letter(request, pk, letter)
        try:
            made = letters.as_pdf(found)
        except KeyDestroyedError as error:
            raise Http404 from error
        name = f"{found.case.reference}-{found.kind}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(made, content_type="application/pdf", headers=headers)

    def posted(self, request: HttpRequest, pk: UUID, letter: UUID) -> HttpResponse:
        """Ask on which day a letter was posted."""
        case, actor = self._case(request, pk, needs=permissions.HANDLE), acting(request)
        found = get_object_or_404(Letter.objects.select_related("case__key"), pk=letter, case=case)
        form = PostedForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                posted.note(found, on=form.cleaned_data["on"], actor=actor)
            except posted.PostedError as error:
                form.add_error("on", str(error))
            else:
                messages.success(request, "Noted: the letter is on its way.")
                return redirect(page_of(case))
        return self._form(request, case, form, title="Mark a letter as posted", says=_POSTED_SAYS)

    def _letter(self, request: HttpRequest, pk: UUID, letter: UUID) -> Letter:
        """A letter of the case, which whoever sees it has then looked at."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        own = Letter.objects.select_related("case__key", "request")
        found = get_object_or_404(own, pk=letter, case=pk)
        if not clearance.sees(request, found.case):
            raise PermissionDenied
        _looked(request, found.case)
        return found

    def file(self, request: HttpRequest, pk: UUID, upload: UUID) -> HttpResponse:
        """Hand out a file that came with the case, to whoever sees the person."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        case = get_object_or_404(Case.objects.select_related("key"), pk=pk)
        if not clearance.sees(request, case):
            raise PermissionDenied
        response = said.file(case, upload)
        _looked(request, case)
        return response

    def note(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Keep a note, sealed."""
        case, actor = self._case(request, pk, needs=permissions.HANDLE), acting(request)
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            kind = Note.Kind(form.cleaned_data["kind"])
            notes.write(case, text=form.cleaned_data["text"], actor=actor, kind=kind)
            messages.success(request, "The note is kept.")
            return redirect(page_of(case))
        return self._form(request, case, form, title="Write a note", says=_NOTE_SAYS)

    def hold(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Place a hold on the person's data."""
        case = self._case(request, pk, needs=permissions.DECIDE)
        if case.subject_id is None:
            raise PermissionDenied
        form = HoldForm(request.POST or None, case=case)
        if request.method == "POST" and form.is_valid():
            given: Any = form.cleaned_data
            hold = holds.place(case.subject_id, by=request.user, **given)  # type: ignore[arg-type]  # staff
            messages.success(request, f"The hold stands; what it covers stays: {hold.covers}.")
            return redirect(page_of(case))
        return self._form(request, case, form, title="Place a hold", says=_HOLD_SAYS)

    def minor(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Look at a report about a minor, or lift the lock."""
        return minors.page(request, self._case(request, pk, needs=permissions.DECIDE), admin=self)

    def astray(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Report that an answer went to somebody else: it opens an incident."""
        case, actor = self._case(request, pk, needs=permissions.HANDLE), acting(request)
        form = FactsForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            text = form.cleaned_data["text"]
            incident = misdelivery.report(case, facts=text, actor=actor)
            messages.success(request, f"{incident} is in the register; its clocks run.")
            may_see = request.user.has_perm(f"dsar.{permissions.AUDIT}")
            return redirect(page_of(incident) if may_see else page_of(case))
        return self._form(request, case, form, title="Report a misdelivery", says=_ASTRAY_SAYS)

    def _case(self, request: HttpRequest, pk: UUID, *, needs: str) -> Case:
        demand(request, needs)
        return get_object_or_404(Case.objects.select_related("key"), pk=pk)

    def _form(
        self, request: HttpRequest, case: Case, form: Any, *, title: str, says: str
    ) -> HttpResponse:
        return ask(request, of_case(case, title=title, says=says, form=form), admin=self)


_POSTED_SAYS = (
    "Print the letter from its PDF, post it, and say here when. The ledger keeps the day."
)
_NOTE_SAYS = (
    "The note is sealed under the case's key. Legal advice is privileged and never released; any other note "
    "is looked at before the person gets a copy of it."
)
_ASTRAY_SAYS = (
    "An answer, a letter or a copy of this case went to somebody else. That is an incident: it is entered in the "
    "register at once, and a data protection officer assesses it."
)
_REVEAL_SAYS = (
    "You see the person's name and address, messages, notes and letters of this case for half an hour. Your reason is "
    "kept, sealed, and that you looked is recorded with each request."
)
_HOLD_SAYS = (
    "While it stands, nothing that it covers is deleted or overwritten, by a request or when its time is over. A "
    "deletion that would touch it waits; one that leaves these records goes on. A hidden one is never told."
)


def _looked(request: HttpRequest, case: Case) -> None:
    actor = acting(request)
    with log.together():
        for one in case.requests.select_related("case__key"):
            review.look(one, actor=actor)
