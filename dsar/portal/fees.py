"""What an answer would cost: agree to it or drop the request; the same page by log-in and by link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from dsar.cases import fees
from dsar.cases.lifecycle import MoveError
from dsar.portal import answer, opened, words
from dsar.portal.filing import posted

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from dsar.cases.models import Request
    from dsar.portal.opened import Opened

_AGREE, _DROP = "agree", "drop"


class ChoiceForm(forms.Form):
    """Yes or no; nothing is chosen beforehand."""

    choice = forms.ChoiceField(
        label=gettext_lazy("What would you like?"),
        widget=forms.RadioSelect,
        choices=[
            (_AGREE, gettext_lazy("I agree to pay")),
            (_DROP, gettext_lazy("I do not want to pay; drop my request")),
        ],
        error_messages={"required": gettext_lazy("Say whether you agree to pay.")},
    )


@never_cache
@login_required
def choose(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Say yes or no to what the answer to a request of one's own would cost."""
    return _choose(request, *opened.own_request(request, reference=reference, pk=pk))


@never_cache
def choose_by_link(request: HttpRequest, pk: Any) -> HttpResponse:
    """The same by link and code."""
    return _choose(request, *answer.request_by_link(request, pk))


def _choose(request: HttpRequest, about: Request, found: Opened) -> HttpResponse:
    fee = fees.standing(about)
    if fee is None:
        messages.error(request, _("There is nothing to pay for this request."))
        return redirect(found.to("case"))
    form = ChoiceForm(posted(request))
    if form.is_valid():
        return _done(request, found, about, choice=form.cleaned_data["choice"])
    context = {
        "form": form,
        "fee": fee,
        "title": words.title(about.right),
        "reference": found.case.reference,
        "back": found.to("case"),
        "letter": found.to("letter", pk=fee.pause.letter_id),
    }
    return render(request, "dsar/portal/fee.html", context)


def _done(request: HttpRequest, found: Opened, about: Request, *, choice: str) -> HttpResponse:
    try:
        if choice == _AGREE:
            fees.accept(about, actor=found.actor)
            messages.success(request, _("Thank you. We begin when you have paid."))
        else:
            fees.drop(about, actor=found.actor)
            messages.success(request, _("You have withdrawn this request."))
    except MoveError:
        messages.error(request, _("There is nothing to pay for this request."))
    return redirect(found.to("case"))
