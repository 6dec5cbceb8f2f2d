"""Who decides, in the admin: the table as it stands, every word ever said of it, and the page to say another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse

from dsar.cases import handling, permissions, policy
from dsar.cases.handling_models import HandlingRule
from dsar.cases.policy import Handling
from dsar.staff.asking import Question, ask
from dsar.staff.forms import long_text
from dsar.staff.reading import ReadingAdmin, demand, login_name

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LIST = "admin:dsar_handlingrule_changelist"
_RIGHTS = {
    "access": "Access",
    "portability": "Portability",
    "correction": "Correction",
    "deletion": "Deletion",
    "restriction": "Restriction",
    "objection_other": "Objection to a use that is weighed",
    "objection_automated_decision": "Objection to a decision by machine",
}
_WHO = {
    Handling.AUTOMATIC: "The system, once it is known who asks",
    Handling.STAFF: "One of the staff",
    Handling.TWO_PEOPLE: "Two people",
}
_SAYS = (
    "Open and not decided: {waiting}. From now on these, and whatever comes, are decided as you say. What is decided "
    "already stays decided, and what waits for staff keeps waiting for them. Withdrawals of consent and objections to "
    "advertising take effect at once, whatever stands here."
)


class HandlingForm(forms.Form):
    """Who decides, and why."""

    handling = forms.ChoiceField(label="Who decides", widget=forms.RadioSelect)
    reason = long_text(help_text="For the record; auditors read it. Name nobody.")

    def __init__(self, *args: Any, variant: str, **options: Any) -> None:
        super().__init__(*args, **options)
        choices: Any = [(one.value, _WHO[one]) for one in policy.CHOICES[variant]]
        self.fields["handling"].choices = choices  # type: ignore[attr-defined]  # of the field above

    def clean_handling(self) -> Handling:
        """As the table knows it."""
        return Handling(self.cleaned_data["handling"])


class HandlingRuleAdmin(ReadingAdmin[HandlingRule]):
    """Every word on who decides, the last one first; staff who see requests read it, the officer has the say."""

    accounts = ("entered_by",)
    list_display = ("right", "who", "entered_at", "ended_at", "by")
    ordering = ("-id",)
    change_list_template = "admin/dsar/handlingrule/list.html"
    fields = ("right", "who", "reason", "by", "entered_at", "ended_at")
    readonly_fields = fields

    @admin.display(description="Right")
    def right(self, rule: HandlingRule) -> str:
        """In words."""
        return _RIGHTS[rule.variant]

    @admin.display(description="Who decides")
    def who(self, rule: HandlingRule) -> str:
        """In words."""
        return _WHO[Handling(rule.handling)]

    @admin.display(description="Entered by")
    def by(self, rule: HandlingRule) -> str:
        """By the name they log in with."""
        return login_name(rule, "entered_by")

    def get_urls(self) -> list[Any]:
        """Add the page on which another word is said."""
        enter = self.admin_site.admin_view(self.enter)
        return [
            path("enter/<str:variant>/", enter, name="dsar_handlingrule_enter"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the table as it stands above."""
        may = request.user.has_perm(f"dsar.{permissions.APPROVE}")
        more = {"lines": _lines(may_change=may), "title": "Who decides"}
        return super().changelist_view(request, more | (extra_context or {}))

    def enter(self, request: HttpRequest, variant: str) -> HttpResponse:
        """Say who decides a right from now on."""
        actor = demand(request, permissions.APPROVE)
        if len(policy.CHOICES.get(variant, ())) <= 1:
            raise Http404
        form = HandlingForm(request.POST if request.method == "POST" else None, variant=variant)
        if request.method == "POST" and form.is_valid():
            try:
                rule = handling.change(variant=variant, actor=actor, **form.cleaned_data)
            except handling.HandlingError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{self.right(rule)}: {self.who(rule)}.")
                return redirect(_LIST)
        question = Question(
            title=f"Who decides: {_RIGHTS[variant]}",
            step=_RIGHTS[variant],
            says=_SAYS.format(waiting=handling.waiting(variant).count()),
            way=[("Who decides", reverse(_LIST))],
            form=form,
        )
        return ask(request, question, admin=self)


def _lines(*, may_change: bool) -> list[dict[str, Any]]:
    """The table, a line a right: who decides, since when and why, and where that is changed."""
    return [
        {
            "right": _RIGHTS[variant],
            "who": _WHO[one],
            "rule": said,
            "change": reverse("admin:dsar_handlingrule_enter", args=[variant])
            if may_change and len(policy.CHOICES[variant]) > 1
            else "",
        }
        for variant, (one, said) in policy.lines().items()
    ]
