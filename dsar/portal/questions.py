"""Asking us something that is no right, or saying what is wrong in the policy; with account or without."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from allauth.core import ratelimit
from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsar.cases import claims, enquiries
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.models import Case
from dsar.portal.filing import posted

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LIMIT = "dsar_open_filing"
"""As often as anybody may file without account: both write a letter and a mail."""
_KINDS = (
    (Enquiry.Kind.QUESTION, _("I have a question")),
    (Enquiry.Kind.DISCLOSURE_ERROR, _("Something in your privacy policy is wrong or missing")),
)


class QuestionForm(forms.Form):
    """What it is about, in the person's words, and where the answer should go."""

    kind = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        choices=_KINDS,
        error_messages={"required": _("Say what it is about.")},
    )
    text = forms.CharField(
        label=_("Your question, or what is wrong"),
        max_length=enquiries.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write what you want to know or to tell us.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send you a link to our answer there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter your e-mail address.")},
    )

    def __init__(self, *args: Any, known: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if known:
            del self.fields["email"]


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask, or say what is wrong."""
    known = request.user.is_authenticated
    form = QuestionForm(posted(request), known=known, initial={"kind": request.GET.get("about")})
    if form.is_valid():
        contact = _contact(request, form)
        if not ratelimit.consume(request, action=_LIMIT, key=claims.digest(contact)):
            page = "dsar/portal/too_often.html"
            return render(request, page, status=HTTPStatus.TOO_MANY_REQUESTS)
        _file(request, form, contact=contact)
        return redirect("dsar_portal:question_sent")
    return render(request, "dsar/portal/question.html", {"form": form})


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next."""
    return render(request, "dsar/portal/question_sent.html", {"days": enquiries.ANSWER_DAYS})


def _contact(request: HttpRequest, form: QuestionForm) -> str:
    user: Any = request.user
    if user.is_authenticated:
        return str(getattr(user, user.get_email_field_name()))
    return str(form.cleaned_data["email"])


def _file(request: HttpRequest, form: QuestionForm, *, contact: str) -> None:
    """Whose address it is that a stranger typed is not looked up: nothing tells whether it is known (R16)."""
    user: Any = request.user if request.user.is_authenticated else None
    enquiries.file(
        kind=Enquiry.Kind(form.cleaned_data["kind"]),
        text=form.cleaned_data["text"],
        contact=contact,
        subject=user,
        actor=Actor(kind=ActorKind.REQUESTER, user=user),
        channel=Case.Channel.PORTAL,
        language=get_language() or "en",
    )
