"""Asking for one's rights: one question a page, everything shown again before it is filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dsar.cases import identity, sessions
from dsar.cases.asked import MEANWHILE, SEND_TO, UNLISTED
from dsar.cases.intake import IntakeError
from dsar.cases.models import Case
from dsar.cases.states import Right
from dsar.contract import registry, terms
from dsar.contract.vocabulary import LegalBasis
from dsar.engine import foresight
from dsar.engine.rights import correction
from dsar.engine.rights.correction import NotCorrectableError
from dsar.portal import drafts, filing, forms, proving, words
from dsar.portal.filing import posted
from dsar.processing import standing
from dsar.registers import destinations, disputes

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from dsar.portal.drafts import Draft

_FILED_SECONDS = 3600
"""How long a draft that was filed cannot be filed again by a second click."""

_INTERESTS = {LegalBasis.LEGITIMATE_INTEREST, LegalBasis.PUBLIC_INTEREST}


@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Ask what somebody wants; whoever is not logged in is told the ways there are."""
    if not request.user.is_authenticated:
        return render(request, "dsar/portal/ask_without_account.html")
    draft = drafts.load(request.session)
    form = forms.ChooseForm(posted(request), initial={"rights": draft.rights})
    if form.is_valid():
        draft.choose(form.cleaned_data["rights"])
        drafts.keep(request.session, draft)
        return _onward(draft)
    chosen = set(form["rights"].value() or ())
    return render(
        request,
        "dsar/portal/ask.html",
        {"form": form, "wishes": words.WISHES, "chosen": chosen},
    )


@never_cache
@login_required
def detail(request: HttpRequest, right: str) -> HttpResponse:
    """Ask what one right needs to be told."""
    draft = drafts.load(request.session)
    if right not in drafts.STEPS or right not in draft.rights:
        return redirect("dsar_portal:ask")
    form, context = _QUESTIONS[right](request, draft)
    if form.is_valid() and _answered(request, draft, right=right, form=form):
        drafts.keep(request.session, draft)
        return _onward(draft)
    title = words.title(right)
    return render(
        request,
        f"dsar/portal/ask_{right}.html",
        {"form": form, "title": title, **context},
    )


@never_cache
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Show everything once more, and file it."""
    draft = drafts.load(request.session)
    if not draft.rights or draft.unanswered is not None:
        return _onward(draft)
    form = forms.CheckForm(
        posted(request),
        request.FILES or None,
        initial={"residence": draft.residence},
        takes_files=Right.CORRECTION in draft.rights,
    )
    if form.is_valid():
        draft.residence = form.cleaned_data["residence"]
        drafts.keep(request.session, draft)
        if not identity.fresh(sessions.authenticated_at(request)):
            if form.cleaned_data.get("attached"):
                messages.warning(request, _("Please choose your files once more."))
            return proving.first(request, then="dsar_portal:ask_check")
        case = _file_once(request, draft, form=form)
        if case is not None:
            return redirect("dsar_portal:case", reference=case.reference)
    return render(request, "dsar/portal/ask_check.html", {"form": form, "answers": _told(draft)})


def _onward(draft: Draft) -> HttpResponse:
    if not draft.rights:
        return redirect("dsar_portal:ask")
    if draft.unanswered is None:
        return redirect("dsar_portal:ask_check")
    return redirect("dsar_portal:ask_detail", right=draft.unanswered.value)


def _file_once(request: HttpRequest, draft: Draft, *, form: forms.CheckForm) -> Case | None:
    """File the draft; a second click finds what the first one filed. None where the form says what is wrong."""
    key = f"dsar:filed:{draft.token}"
    if not cache.add(key, "", _FILED_SECONDS):
        return Case.objects.filter(
            subject_id=request.user.pk, reference=cache.get(key) or ""
        ).first()
    try:
        sent = form.cleaned_data.get("attached", ())
        case = filing.file(request, draft.asked(), residence=draft.residence, attached=sent)
    except (IntakeError, NotCorrectableError) as error:
        cache.delete(key)
        form.add_error(None, _messages(error))
        return None
    except BaseException:
        cache.delete(key)
        raise
    cache.set(key, case.reference, _FILED_SECONDS)
    drafts.forget(request.session)
    return case


def _messages(error: IntakeError | NotCorrectableError) -> list[str]:
    """What is to be mended, a sentence each: the one error has one a place, the other several."""
    found: list[str] = []
    for said in error.errors.values():
        found += [said] if isinstance(said, str) else said
    return found


# --- What each right asks ------------------------------------------------------------------------
def _correction(request: HttpRequest, _draft: Draft) -> tuple[Form, dict[str, Any]]:
    form = forms.CorrectionForm(posted(request), records=_records(request.user.pk))
    return form, {}


def _records(person: object) -> list[dict[str, Any]]:
    """The person's records with fields that may be corrected, one after the other."""
    labels = [one.label for one in registry.current().all() if _is_correctable(one)]
    noted: Any = disputes.of(person).values_list("declaration", "row", "field")  # type: ignore[arg-type]  # a key
    disputed = set(noted)
    return [
        {
            "declaration": label,
            "title": registry.current().get(label).describe,
            "number": number,
            "of": len(records),
            **record,
            "fields": [
                one | {"disputed": (label, record["row"], one["name"]) in disputed}
                for one in record["fields"]
            ],
        }
        for label, records in correction.correctable(person, labels).items()
        for number, record in enumerate(records, start=1)
    ]


def _is_correctable(declaration: Any) -> bool:
    return any(getattr(one, "correctable", False) for one in declaration.fields.values())


def _deletion(request: HttpRequest, _draft: Draft) -> tuple[Form, dict[str, Any]]:
    foreseen = foresight.deletion_of(request.user.pk)
    kinds = [
        (one["declaration"], one["title"].capitalize())
        for one in foreseen
        if one["action"] != "retain"
    ]
    form = forms.DeletionForm(posted(request), kinds=kinds)
    return form, {"foreseen": foreseen}


def _portability(request: HttpRequest, draft: Draft) -> tuple[Form, dict[str, Any]]:
    said = draft.answers.get(Right.PORTABILITY, {}).get("scope", {})
    return forms.PortabilityForm(posted(request), initial={"send_to": said.get(SEND_TO, "")}), {}


def _objection(request: HttpRequest, _draft: Draft) -> tuple[Form, dict[str, Any]]:
    weighed = [
        (one.code, one.label)
        for one in registry.current().purposes.values()
        if one.basis in _INTERESTS and not one.marketing
    ]
    return forms.ObjectionForm(posted(request), purposes=weighed), {}


def _restriction(request: HttpRequest, _draft: Draft) -> tuple[Form, dict[str, Any]]:
    limited = [
        (one.code, one.label)
        for one in registry.current().purposes.values()
        if one.basis is not LegalBasis.LEGAL_OBLIGATION
    ]
    return forms.RestrictionForm(posted(request), purposes=limited), {}


def _withdrawal(request: HttpRequest, _draft: Draft) -> tuple[Form, dict[str, Any]]:
    given = [one for one in standing.of(request.user.pk) if one["consented"]]
    form = forms.WithdrawalForm(
        posted(request), purposes=[(one["code"], one["label"]) for one in given]
    )
    return form, {"given": given}


_QUESTIONS: dict[str, Callable[[HttpRequest, Draft], tuple[Any, dict[str, Any]]]] = {
    Right.CORRECTION: _correction,
    Right.DELETION: _deletion,
    Right.PORTABILITY: _portability,
    Right.OBJECTION: _objection,
    Right.RESTRICTION: _restriction,
    Right.CONSENT_WITHDRAWAL: _withdrawal,
}


def _answered(request: HttpRequest, draft: Draft, *, right: str, form: Any) -> bool:
    """Take what was answered; False where the engine found something that the form now says."""
    if right != Right.CORRECTION:
        draft.answers[right] = {"scope": form.scope()}
        return True
    (asked,) = drafts.Draft(
        rights=[right], answers={right: {"corrections": form.proposals()}}
    ).asked()
    try:
        correction.propose(request.user.pk, asked.corrections)
    except NotCorrectableError as error:
        form.refuse(error.errors)
        return False
    draft.answers[right] = {"corrections": form.proposals(), "scope": form.scope()}
    return True


# --- Everything once more ------------------------------------------------------------------------
def _told(draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "right": right,
            "title": words.title(right),
            "lines": _lines(right, draft.answers.get(right, {})),
            "changeable": right in drafts.STEPS,
        }
        for right in draft.rights
    ]


def _lines(right: str, said: dict[str, Any]) -> list[str]:
    """What was answered for a right, a line each."""
    if right == Right.CORRECTION:
        changes = [
            _("%(field)s: %(old)s → %(new)s")
            % {
                "field": _field_name(one),
                "old": one["old"] or _("nothing"),
                "new": one["new"],
            }
            for one in said["corrections"]
        ]
        wished = said.get("scope", {}).get(MEANWHILE)
        return [*changes, _("Use of my data limited meanwhile")] if wished else changes
    scope = said.get("scope", {})
    if right == Right.DELETION and "declarations" not in scope:
        return [_("Everything, and close my account")]
    if right == Right.PORTABILITY:
        return _goes_to(scope.get(SEND_TO, ""))
    grounds: dict[str, Any] = dict((*words.RESTRICTION_GROUNDS, *words.OBJECTIONS))
    named = [str(grounds[scope[key]]) for key in ("ground", "objection") if key in scope]
    return [
        *named,
        *map(_kind, scope.get("declarations", ())),
        *map(_use, scope.get("purposes", ())),
    ]


def _goes_to(code: str) -> list[str]:
    """Where the copy goes beside to the person, in a line."""
    if code == UNLISTED:
        return [_("To a service that is not listed")]
    found = destinations.find(code) if code else None
    if found is None:
        return []
    return [_("Also to %(service)s, once you have confirmed it") % {"service": found.service}]


def _field_name(one: dict[str, str]) -> str:
    return terms.record_and_field(one["declaration"], one["field"])[1].capitalize()


def _kind(label: str) -> str:
    return str(registry.current().get(label).model._meta.verbose_name_plural).capitalize()


def _use(code: str) -> str:
    return registry.current().purposes[code].label
