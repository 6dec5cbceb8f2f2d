"""The page on cookies: which there are, what each is for, and a way to delete them (R171, R172)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dsar.registers import cookies

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from dsar.registers.cookies import Cookie

_DAY = 24 * 3600


@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every cookie with its purpose, life and effect, and whether this browser has it now."""
    shown = [_shown(one, request) for one in cookies.of_visitors()]
    of_staff = [_shown(one, request) for one in cookies.declared() if one.for_staff]
    return render(request, "dsar/portal/cookies.html", {"cookies": shown, "of_staff": of_staff})


@never_cache
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Delete one cookie, or all of them."""
    name = request.POST.get("name", "")
    return _delete_one(request, name) if name else _delete_all(request)


def _delete_one(request: HttpRequest, name: str) -> HttpResponse:
    cookie = cookies.find(name)
    if cookie is None or not cookie.can_be_deleted:
        raise Http404
    _end_session(request, (cookie,))
    messages.success(request, _("Deleted: %(name)s.") % {"name": name})
    answer = redirect("dsar_portal:cookies")
    _forget(answer, cookie)
    return answer


def _delete_all(request: HttpRequest) -> HttpResponse:
    """Answer with a page that has no form: a form would bring a cookie back."""
    found = cookies.declared()
    _end_session(request, found)
    answer = render(request, "dsar/portal/cookies_deleted.html", {"without_forms": True})
    for cookie in found:
        _forget(answer, cookie)
    answer["Clear-Site-Data"] = '"storage"'
    return answer


def _end_session(request: HttpRequest, deleted: tuple[Cookie, ...]) -> None:
    """A deleted log-in is ended here as well: its number is worth nothing any more, wherever it went."""
    if any(one.name == settings.SESSION_COOKIE_NAME for one in deleted):
        logout(request)


def _forget(answer: HttpResponse, cookie: Cookie) -> None:
    if cookie.place is cookies.Place.COOKIE:
        answer.delete_cookie(
            cookie.name,
            path=cookie.path,
            domain=cookie.domain,
            samesite="Lax",
        )


def _shown(cookie: Cookie, request: HttpRequest) -> dict[str, Any]:
    return {
        "cookie": cookie,
        "life": _life(cookie),
        "is_here": cookie.name in request.COOKIES,
    }


def _life(cookie: Cookie) -> str:
    if cookie.place is cookies.Place.DEVICE:
        return _("Until you delete it in your browser")
    if cookie.place is cookies.Place.TAB:
        return _("Until you close the tab")
    if cookie.life is None:
        return _("At most until you close your browser")
    days = max(1, cookie.life // _DAY)
    return ngettext("At most %(days)s day", "At most %(days)s days", days) % {"days": days}
