"""The work list: what is open, what is due first at the top, and what is done to several requests at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.cases.models import Request
from dsar.staff import bulk, filters, finding, waiting
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from dsar.staff.acts import Act


class Worklist(ReadingAdmin[Request]):
    """The queue, what is due first at the top."""

    list_display = (
        "reference",
        "right_asked",
        "standing",
        "due",
        "laws",
        "channel",
        "looked_after",
        "received",
        "is_verified",
    )
    list_display_links = ("reference",)
    list_filter = (
        filters.Standing,
        filters.Due,
        filters.Owner,
        filters.Signature,
        filters.OnHold,
        filters.Gone,
        "right",
        "state",
        filters.Law,
        filters.Kind,
        "case__channel",
        filters.Language,
    )
    list_select_related = ("case", "owner")
    # Any other order would have to read every request that was ever filed.
    sortable_by = ("due",)
    ordering = ("due_at", "id")
    search_fields = ("case__reference__exact",)
    search_help_text = "The whole reference of a case; closed ones are found too."
    change_list_template = "admin/dsar/request/list.html"

    @admin.display(description="Case", ordering="case__reference")
    def reference(self, request: Request) -> str:
        """The case's public name."""
        return format_html('<span class="desk-reference">{}</span>', request.case.reference)

    @admin.display(description="Right", ordering="right")
    def right_asked(self, request: Request) -> str:
        """The right, in words."""
        return request.right.replace("_", " ")

    @admin.display(description="State", ordering="state")
    def standing(self, request: Request) -> str:
        """Where it stands, and how it ended."""
        said = f"{request.state}: {request.outcome}" if request.outcome else request.state
        return said.replace("_", " ")

    @admin.display(description="Due", ordering="due_at")
    def due(self, request: Request) -> str:
        """The day it is due, and how near that is."""
        day = date_format(timezone.localtime(request.due_at))
        near = waiting.nearness(request, now=timezone.now())
        if near is None:
            return day
        return format_html(
            '{} <span class="desk-due desk-{}">{}</span>', day, near.looks, near.says
        )

    @admin.display(description="Channel")
    def channel(self, request: Request) -> str:
        """The way it came in."""
        return request.case.get_channel_display()

    @admin.display(description="Owner")
    def looked_after(self, request: Request) -> str:
        """The member of staff who looks after it."""
        return request.owner.get_username() if request.owner else "-"

    @admin.display(description="Received", ordering="case__received_at")
    def received(self, request: Request) -> str:
        """The day on which the case came in."""
        return date_format(timezone.localtime(request.case.received_at))

    @admin.display(description="Identity", boolean=True)
    def is_verified(self, request: Request) -> bool:
        """Whether it is established who asks."""
        return request.case.verified_at is not None

    @admin.display(description="Laws")
    def laws(self, request: Request) -> str:
        """The laws that apply."""
        return ", ".join(request.case.regimes)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Without holds for those who must not know of them."""
        if acting(request).may(permissions.DECIDE):
            return list(self.list_filter)
        return [one for one in self.list_filter if one is not filters.OnHold]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Request], search_term: str
    ) -> tuple[QuerySet[Request], bool]:
        """Find a reference in whatever case it was typed."""
        return super().get_search_results(request, queryset, search_term.strip().upper())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the way to the search by address, for whoever handles requests."""
        may_find = acting(request).may(permissions.HANDLE)
        return super().changelist_view(request, {"may_find": may_find} | (extra_context or {}))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The acts that may be done to several requests at once, for whoever may do them."""
        return {
            act.name: (_asks(act.name), act.name, act.label)
            for act in bulk.open_to(acting(request))
        }

    def get_urls(self) -> list[Any]:
        """Add the pages for several requests."""
        wrap = self.admin_site.admin_view
        return [
            path("find/", wrap(self.find), name="dsar_request_find"),
            path("bulk/<str:name>/", wrap(require_POST(self.bulk)), name="dsar_request_bulk"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Find a person's requests by an address."""
        return finding.page(request, admin=self)

    def bulk(self, request: HttpRequest, name: str) -> HttpResponse:
        """Do an act to the requests that were chosen and shown, and say what came of each."""
        act, requests = self.chosen(request, name, keys=request.POST.getlist("chosen"))
        form = act.form(request.POST, about=requests[0])
        if not form.is_valid():
            return self.ask_for_several(request, act, requests, form=form)
        rows = bulk.carry_out(act, requests, form, actor=acting(request))
        done = [row for row in rows if not row.obstacle]
        if done:
            messages.success(request, f"{act.label}: done for {len(done)}.")
        for row in rows:
            if row.obstacle:
                messages.warning(request, f"{row.request.case.reference}: {row.obstacle}")
        return redirect(reverse("admin:dsar_request_changelist"))

    def chosen(
        self, request: HttpRequest, name: str, *, keys: list[str]
    ) -> tuple[Act, list[Request]]:
        """The act and the requests; refused where the act is not theirs, missing where nothing was chosen."""
        act = next((one for one in bulk.open_to(acting(request)) if one.name == name), None)
        if act is None:
            raise PermissionDenied
        try:
            found = bulk.chosen(keys)
        except ValueError as error:
            raise Http404 from error
        if not found:
            raise Http404
        return act, found

    def ask_for_several(
        self, request: HttpRequest, act: Act, requests: list[Request], *, form: Any = None
    ) -> HttpResponse:
        """Show what would happen to each before it does."""
        actor = acting(request)
        rows = bulk.preview(act, requests, actor=actor)
        fitting = [row for row in rows if not row.obstacle]
        question = Question(
            title=f"{act.label}: {len(fitting)} of {len(rows)} chosen",
            step=act.label,
            says=act.says(requests[0]),
            way=[("Requests", reverse("admin:dsar_request_changelist"))],
            form=(form or act.form(about=requests[0])) if fitting else None,
            button=f"{act.label}: {len(fitting)}",
            hidden=[("chosen", str(row.request.pk)) for row in fitting],
            target=reverse("admin:dsar_request_bulk", args=[act.name]),
            template="admin/dsar/request/bulk.html",
        )
        return ask(request, question, admin=self, rows=rows, act=act)


def _asks(name: str) -> Callable[..., HttpResponse]:
    """What the list does when an act is chosen for several: it only asks."""

    def asked(admin: Worklist, request: HttpRequest, _: QuerySet[Request]) -> HttpResponse:
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        act, requests = admin.chosen(request, name, keys=keys)
        return admin.ask_for_several(request, act, requests)

    return asked
