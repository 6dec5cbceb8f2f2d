"""What a person disputes in a record of theirs: their own words beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from dsar.engine import annotating
from dsar.portal.filing import posted
from dsar.registers import disputes

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


class WordsForm(forms.Form):
    """The person's own words."""

    statement = forms.CharField(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("We show this wherever we show the value, also in copies."),
        max_length=disputes.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@never_cache
@login_required
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write, change or take away what stands beside one value."""
    person: Any = request.user.pk
    found = get_object_or_404(disputes.of(person), pk=pk)
    if request.method == "POST" and "remove" in request.POST:
        disputes.remove(found)
        messages.success(request, _("The note is gone."))
        return redirect("dsar_portal:held")
    form = WordsForm(posted(request), initial={"statement": found.statement})
    if form.is_valid():
        disputes.state(found, form.cleaned_data["statement"])
        messages.success(request, _("Your words now stand beside the value."))
        return redirect("dsar_portal:held")
    shown = {"form": form, "noted": annotating.in_words(found)}
    return render(request, "dsar/portal/note.html", shown)
