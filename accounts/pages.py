"""The page on which somebody changes what they told us about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import RegexValidator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from accounts import editing
from accounts.models import Profile, ProfileEdit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 20
"""Entries of the history on the page; a copy of one's data has all of them."""


class ProfileForm(forms.ModelForm[Profile]):
    """What a person tells us about themselves; all of it may stay empty but the language."""

    language = forms.ChoiceField(label=ProfileEdit.Field.LANGUAGE.label)

    class Meta:
        model = Profile
        fields = editing.FIELDS
        labels = dict(ProfileEdit.Field.choices)
        help_texts = {"country": gettext_lazy("Two letters, such as SG, DE or GB.")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "company": forms.TextInput(attrs={"autocomplete": "organization"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "country": forms.TextInput(attrs={"autocomplete": "country", "size": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(settings.LANGUAGES)
        # Whatever stands there may stay.
        known.setdefault(self.instance.language, self.instance.language)
        self.fields["language"].choices = known.items()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["country"].validators.append(
            RegexValidator(r"^[A-Za-z]{2}\Z", _("Enter the two letters of a country, such as SG."))
        )

    def clean_country(self) -> str:
        """In capital letters, as ISO 3166-1 writes them."""
        return str(self.cleaned_data["country"]).upper()


@never_cache
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show what somebody told us, and what they changed lately; change it."""
    person: Any = request.user.pk
    there = Profile.objects.filter(user=person).first() or Profile(user_id=person)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=there)
    if form.is_valid():
        count = len(editing.edit(person, form.cleaned_data))
        messages.success(request, _told(count))
        return redirect("account_profile")
    edits = ProfileEdit.objects.filter(user=person).order_by("-edited_at", "-pk")[:SHOWN]
    return render(request, "account/profile.html", {"form": form, "edits": edits})


def _told(count: int) -> str:
    if not count:
        return _("Nothing was different.")
    changed = ngettext("%(count)d entry is changed.", "%(count)d entries are changed.", count)
    return changed % {"count": count}
