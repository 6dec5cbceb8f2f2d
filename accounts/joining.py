"""Opening an account: how old somebody is, what they agree to beside it, which privacy policy they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import SignupForm
from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dsar import processing

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from accounts.models import User

_OF_AGE = "adult"
_UNDER_AGE = "minor"


class JoiningForm(SignupForm):  # type: ignore[misc]  # allauth brings no types.
    """The sign-up form; every question beside address and password starts without an answer."""

    age = forms.ChoiceField(
        label=_("How old are you?"),
        choices=[(_OF_AGE, _("18 or older")), (_UNDER_AGE, _("Under 18"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you are 18 or older.")},
    )
    policy = forms.BooleanField(error_messages={"required": _("Read the privacy policy first.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {f"agree_{one.code}": one for one in processing.questions()}
        for name, question in self.questions.items():
            self.fields[name] = forms.BooleanField(
                label=question.wording, help_text=_cost(question.consequence), required=False
            )
        self.version = processing.policy_version()
        """The privacy policy in force, which the page names and sends back."""
        self._ask_for_policy(self.version)
        self.fields["age"].help_text = _of_children()

    def _ask_for_policy(self, version: str) -> None:
        """Name the version in force; where none is published there is nothing to read."""
        if not version:
            del self.fields["policy"]
            return
        self.fields["policy"].label = format_html(
            gettext('I have read the <a href="{}">privacy policy</a>, version {}'),
            reverse("dsar_portal:policy_version", kwargs={"version": version}),
            version,
        )
        self.fields["policy"].help_text = _("You agree to nothing by this.")

    def needed(self) -> list[forms.BoundField]:
        """What an account cannot be without."""
        return [self[name] for name in ("age", "email", "password1", "password2")]

    def last(self) -> list[forms.BoundField]:
        """The privacy policy, beside the button."""
        return [self[name] for name in ("policy",) if name in self.fields]

    def optional(self) -> list[forms.BoundField]:
        """The questions that may all stay unanswered."""
        return [self[name] for name in self.questions]

    def clean_age(self) -> str:
        """Nobody under 18 has an account; nothing of what they typed is kept."""
        age = str(self.cleaned_data["age"])
        if age == _UNDER_AGE:
            raise forms.ValidationError(
                _("We open no account for anybody under 18. A parent or guardian can ask us.")
            )
        return age

    def clean_policy(self) -> bool:
        """Whoever read a version that is no longer in force is shown the new one, with the box empty again."""
        if self.data.get("policy_version") != self.version:
            self.data: Any = self.data.copy()
            del self.data["policy"]
            raise forms.ValidationError(
                _("The privacy policy has changed meanwhile. Please read the new version.")
            )
        return True

    def save(self, request: HttpRequest) -> User:
        """Make the account and keep what was said, both or neither."""
        with transaction.atomic():
            user: User = super().save(request)
            user.of_age_declared_at = timezone.now()
            user.save(update_fields=["of_age_declared_at"])
            processing.join(
                user,
                agreed=self._agreed(),
                policy_version=self.version,
                language=get_language() or "",
                signal=processing.sent(request.headers),
            )
        return user

    def _agreed(self) -> dict[str, str]:
        return {
            question.code: question.wording
            for name, question in self.questions.items()
            if self.cleaned_data[name]
        }


def _cost(consequence: str) -> str:
    return _("If you turn it off later: %(cost)s") % {"cost": consequence} if consequence else ""


def _of_children() -> SafeString:
    return format_html(
        gettext(
            "Our services are for people of 18 and older. For a child,"
            ' <a href="{}">a parent or guardian can ask us</a>.'
        ),
        reverse("dsar_portal:open"),
    )
