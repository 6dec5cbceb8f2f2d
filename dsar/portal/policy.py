"""The privacy policy: the version in force, every other one, and what differs between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dsar.portal import words
from dsar.registers import differences, policies
from dsar.registers.policies import Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import Promise

    from dsar.registers.policy_models import PrivacyPolicy

HEADINGS: dict[Item, Promise] = {
    Item.CONTROLLER: _("Who is responsible"),
    Item.OFFICER: _("Whom you can ask"),
    Item.PURPOSES: _("What we use data for, and on which ground"),
    Item.INTERESTS: _("Which interests of ours we rely on"),
    Item.RECIPIENTS: _("Who receives data"),
    Item.TRANSFERS: _("Where data goes abroad"),
    Item.RETENTION: _("How long we keep data"),
    Item.RIGHTS: _("Your rights"),
    Item.COMPLAINT: _("Where you can complain"),
    Item.DUTY: _("What you must tell us, and what happens if you do not"),
    Item.AUTOMATED: _("Decisions made by machines"),
    Item.COOKIES: _("Cookies"),
    Item.FURTHER: _("Further"),
}


@never_cache
@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """The version in force; who opens it finds every other one and the rights from here."""
    policy = policies.in_force()
    context = {
        "policy": policy,
        "sections": _sections(policy) if policy else [],
        "versions": list(policies.published()),
        "wishes": words.WISHES,
        "now": timezone.now(),
    }
    return render(request, "dsar/portal/policy.html", context)


@never_cache
@require_safe
def version(request: HttpRequest, version: str) -> HttpResponse:
    """One published version, with what it changed; a draft does not exist here."""
    policy = get_object_or_404(policies.published(), version=version)
    context = {
        "policy": policy,
        "sections": _sections(policy),
        "before": policies.before(policy),
        "news": said(policy.changes, policy.texts),
        "is_coming": policy.effective_at > timezone.now(),
    }
    return render(request, "dsar/portal/policy_version.html", context)


@never_cache
@require_safe
def changes(request: HttpRequest, version: str) -> HttpResponse:
    """What differs between a version and the one before it, word by word."""
    policy = get_object_or_404(policies.published(), version=version)
    before = policies.before(policy)
    if before is None:
        raise Http404
    context = {"policy": policy, "before": before, "sections": compared(before, policy)}
    return render(request, "dsar/portal/policy_changes.html", context)


@require_POST
@login_required
def seen(request: HttpRequest, version: str) -> HttpResponse:
    """Say that one has seen a version: the banner goes. Nothing is consented to."""
    policy = get_object_or_404(policies.published(), version=version)
    policies.acknowledge(policy, person=request.user.pk)
    return redirect("dsar_portal:policy_version", version=version)


def compared(before: PrivacyPolicy, policy: PrivacyPolicy) -> list[dict[str, Any]]:
    """The sections that differ, in the reader's language."""
    old, new = _texts(before), _texts(policy)
    return [
        {
            "heading": HEADINGS[item],
            "pieces": differences.between(old.get(item, ""), new.get(item, "")),
        }
        for item in Item
        if old.get(item, "") != new.get(item, "")
    ]


def said(changes: Mapping[str, str], texts: Mapping[str, Any]) -> str:
    """What is new, in the reader's language or in one that there is."""
    return changes.get(_language(texts), "")


def _sections(policy: PrivacyPolicy) -> list[dict[str, Any]]:
    texts = _texts(policy)
    return [
        {"code": item.value, "heading": HEADINGS[item], "text": texts[item]}
        for item in Item
        if texts.get(item, "").strip()
    ]


def _texts(policy: PrivacyPolicy) -> dict[str, str]:
    found: dict[str, str] = policy.texts.get(_language(policy.texts), {})
    return found


def _language(texts: Mapping[str, Any]) -> str:
    """The reader's language where the text has it, else the first that it has."""
    wanted = get_language() or ""
    return wanted if wanted in texts else next(iter(texts), "")
