"""A new holder of the person's data: who it is, from when on, and which uses the person lets go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dsar.portal import words
from dsar.registers import purposes, transfers

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from dsar.registers.transfer_models import TransferNotice


@never_cache
@require_safe
@login_required
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """One transfer that concerns the person; another's does not exist."""
    notice = get_object_or_404(transfers.told_to(request.user.pk), transfer=pk)
    transfer = notice.transfer
    context = {
        "transfer": transfer,
        "told": transfer.says.get(get_language() or "") or next(iter(transfer.says.values()), ""),
        "asked": _asked(notice),
        "is_coming": transfer.effective_at > timezone.now(),
    }
    return render(request, "dsar/portal/holder.html", context)


@require_POST
@login_required
def renew(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Let the new holder go on with one use."""
    person: Any = request.user.pk
    notice = get_object_or_404(
        transfers.told_to(person), transfer=pk, transfer__cancelled_at__isnull=True
    )
    purpose = purposes.find(code)
    if purpose is None or code not in notice.transfer.purposes:
        raise Http404
    label = purposes.in_words(purpose.label)
    if code in transfers.to_renew(notice):
        transfers.renew(person, notice, code, wording=label, language=get_language() or "")
        messages.success(request, _("May go on: %(purpose)s.") % {"purpose": label})
    return redirect("dsar_portal:holder", pk=pk)


def _asked(notice: TransferNotice) -> list[dict[str, Any]]:
    """The uses that the person is asked about, with what stopping costs; none where the holder is bound."""
    if notice.transfer.bound:
        return []
    known = [purposes.find(code) for code in notice.transfer.purposes]
    return [
        {
            "code": one.code,
            "label": one.label,
            "consequence": one.consequence,
            "basis": words.BASES[one.basis],
            "is_renewed": one.code in notice.renewed,
        }
        for one in known
        if one is not None
    ]
