"""The privacy policy in the admin: written, read against the version before it, published by a second person."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.registers import differences, policies
from dsar.registers.policies import Item, PolicyError
from dsar.registers.policy_models import PrivacyPolicy
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_LONGEST = 8_000
"""Of one item in one language: what can be compared word by word while somebody waits."""


class PolicyForm(forms.Form):
    """A version: its day, and a text for each item in each language."""

    effective_on = forms.DateField(
        widget=AdminDateWidget, help_text="A day that has come means: as soon as it is published."
    )
    significant = forms.BooleanField(
        required=False,
        help_text="People are told by mail and on every page before it takes effect.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code, name in settings.LANGUAGES:
            self.fields[f"new:{code}"] = _text(f"What is new ({name})")
        for item in Item:
            for code, name in settings.LANGUAGES:
                needed = " *" if item in policies.MANDATORY else ""
                self.fields[f"{item}:{code}"] = _text(f"{item.capitalize()} ({name}){needed}")

    def said(self) -> dict[str, Any]:
        """The version as `policies.write` takes it."""
        given = self.cleaned_data
        midnight = datetime.combine(given["effective_on"], time(), timezone.get_default_timezone())
        return {
            "effective_at": midnight,
            "significant": given["significant"],
            "changes": {code: given[f"new:{code}"] for code in policies.languages()},
            "texts": {
                code: {item.value: given[f"{item}:{code}"] for item in Item}
                for code in policies.languages()
            },
        }


def _text(label: str) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, widget=area, required=False, max_length=_LONGEST)


def _initial(policy: PrivacyPolicy) -> dict[str, Any]:
    """A version as the form shows it."""
    said = {f"new:{code}": text for code, text in policy.changes.items()}
    for code, items in policy.texts.items():
        said |= {f"{item}:{code}": text for item, text in items.items()}
    return said


class PolicyAdmin(ReadingAdmin[PrivacyPolicy]):
    """Every version. A draft is written by who decides, and published by who approves."""

    needs = permissions.HANDLE
    list_display = ("version", "effective_at", "significant", "published_at", "told", "waiting")
    ordering = ("-effective_at",)
    change_list_template = "admin/dsar/privacypolicy/list.html"
    change_form_template = "admin/dsar/privacypolicy/page.html"
    fields = ("version", "effective_at", "significant", "written_at", "published_at", "digest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivacyPolicy]:
        """With how many people were told, and how many wait."""
        waiting = Q(notices__mailed_at__isnull=True, notices__acknowledged_at__isnull=True)
        return (
            super()
            .get_queryset(request)
            .annotate(
                told_people=Count("notices", filter=~waiting & Q(notices__isnull=False)),
                waiting_people=Count("notices", filter=waiting & Q(notices__isnull=False)),
                perhaps_twice=Count("notices", filter=Q(notices__attempts__gt=1)),
            )
        )

    @admin.display(description="people told (tried more than once)")
    def told(self, policy: Any) -> str:
        """How many were mailed or have seen it; of how many a mail may have come twice."""
        return f"{policy.told_people} ({policy.perhaps_twice})"

    @admin.display(description="people who wait", ordering="waiting_people")
    def waiting(self, policy: Any) -> int:
        """How many are still to be told."""
        return int(policy.waiting_people)

    def get_urls(self) -> list[Any]:
        """Add writing and publishing."""
        view = self.admin_site.admin_view
        return [
            path("write/", view(self.write), name="dsar_privacypolicy_write"),
            path("<int:pk>/write/", view(self.write), name="dsar_privacypolicy_rewrite"),
            path(
                "<int:pk>/publish/",
                view(require_POST(self.publish)),
                name="dsar_privacypolicy_publish",
            ),
            *super().get_urls(),
        ]

    def write(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Write a version, beginning with the text of the last one, or write a draft anew."""
        demand(request, permissions.DECIDE)
        draft = None if pk is None else get_object_or_404(PrivacyPolicy, pk=pk)
        if draft is not None and draft.published_at is not None:
            raise Http404
        form = PolicyForm(
            request.POST if request.method == "POST" else None, initial=_beginning(draft)
        )
        if request.method == "POST" and form.is_valid():
            by = cast("AbstractBaseUser", request.user)
            written = policies.write(draft, by=by, **form.said())
            messages.success(request, f"Version {written.version} is written, and not published.")
            return redirect(page_of(written))
        title = f"Version {draft.version}" if draft else "Write a version"
        question = Question(
            title=title,
            step=title,
            says=(
                "Paragraphs are parted by an empty line. What is marked * must be there in every language "
                "before the version can be published."
            ),
            way=[("Privacy policies", reverse("admin:dsar_privacypolicy_changelist"))],
            form=form,
            button="Save the draft",
        )
        return ask(request, question, admin=self)

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish a draft that somebody else wrote."""
        demand(request, permissions.APPROVE)
        draft = get_object_or_404(PrivacyPolicy, pk=pk)
        try:
            policies.publish(draft, by=cast("AbstractBaseUser", request.user))
        except PolicyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Version {draft.version} is published.")
        return redirect(page_of(draft))

    def shown(self, request: HttpRequest, policy: PrivacyPolicy) -> dict[str, Any]:
        """The text as it will stand, what is missing, and what differs from the version before."""
        return _shown(policy, request=request)


def _beginning(draft: PrivacyPolicy | None) -> dict[str, Any]:
    if draft is not None:
        return _initial(draft) | {
            "effective_on": timezone.localdate(draft.effective_at),
            "significant": draft.significant,
        }
    last = policies.published().first()
    return {} if last is None else _initial(last) | {f"new:{one}": "" for one in last.changes}


def _shown(policy: PrivacyPolicy, *, request: HttpRequest) -> dict[str, Any]:
    actor = acting(request)
    is_draft = policy.published_at is None
    before = policies.published().first() if is_draft else policies.before(policy)
    return {
        "languages": [_in(code, name, policy, before) for code, name in settings.LANGUAGES],
        "before": before,
        "lacking": policies.lacking(policy),
        "may_write": is_draft and actor.may(permissions.DECIDE),
        "may_publish": is_draft and actor.may(permissions.APPROVE),
        "is_writer": policy.written_by_id == request.user.pk,
    }


def _in(
    code: str, name: str, policy: PrivacyPolicy, before: PrivacyPolicy | None
) -> dict[str, Any]:
    """The version in one language: each item as text, or where there was a version before, as what differs."""
    new = policy.texts.get(code, {})
    old = new if before is None else before.texts.get(code, {})
    items = [
        {
            "name": item.capitalize(),
            "pieces": differences.between(old.get(item, ""), new.get(item, "")),
        }
        for item in Item
        if old.get(item) or new.get(item)
    ]
    return {"code": code, "name": name, "news": policy.changes.get(code, ""), "sections": items}
