"""The data map and the record of processing in the admin: from the declarations alone, as table, picture and file."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from dsar import conf
from dsar.cases import permissions
from dsar.contract import datamap, record, registry
from dsar.packages import cells
from dsar.registers import security
from dsar.staff import mapdrawing
from dsar.staff.reading import has_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest

NEEDS = ("view_request", permissions.WATCH)
"""Either opens it: it says nothing about anybody."""


def page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Show everything on one page."""
    _check(request)
    built = datamap.build(registry.current())
    purposes = {one["code"]: one for one in built["purposes"]}
    context = {
        **site.each_context(request),
        "title": "Data map",
        "subtitle": None,
        "purposes": record.by_purpose(built),
        "measures": security.current(),
        "may_describe": request.user.has_perm(f"dsar.{permissions.APPROVE}"),
        "apps": [_app(app, purposes) for app in built["apps"]],
        "empty": [
            (model["model"], model["holds_nothing_because"])
            for app in built["apps"]
            for model in app["models"]
            if not model["declarations"]
        ],
    }
    return TemplateResponse(request, "admin/dsar/datamap.html", context)


def download(request: HttpRequest, name: str) -> HttpResponse:
    """Hand one of the files out: `fields.csv`, `purposes.csv` or `datamap.json`."""
    _check(request)
    built = datamap.build(registry.current())
    if name == "fields.csv":
        return _file(name, "text/csv", _csv(record.FIELDS, record.by_field(built)))
    if name == "purposes.csv":
        columns = (*record.PURPOSES, "security_measures")
        rows = (
            one | {"security_measures": _measures()["text"]} for one in record.by_purpose(built)
        )
        return _file(name, "text/csv", _csv(columns, rows))
    if name != "datamap.json":
        raise Http404
    said = {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "controller": conf.get("ORGANISATION"),
        "security_measures": _measures(),
        "record_of_processing": record.by_purpose(built),
        **built,
    }
    return _file(name, "application/json", json.dumps(said, indent=2, ensure_ascii=False))


def _measures() -> dict[str, str]:
    """How data is protected, and since when it is said so (GDPR Art. 30(1)(g))."""
    found = security.current()
    if found is None:
        return {"text": "", "written_at": ""}
    return {"text": found.text, "written_at": found.written_at.isoformat(timespec="seconds")}


def _check(request: HttpRequest) -> None:
    if not has_any(request.user, NEEDS):
        raise PermissionDenied


def _app(app: Mapping[str, Any], purposes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kinds = [
        {
            **said,
            "until": record.kept(said["retention"]),
            "categories": sorted({one["category"] for one in said["fields"] if "category" in one}),
            "receives": [record.receives(one) for one in purposes[said["purpose"]]["recipients"]],
        }
        for model in app["models"]
        for said in model["declarations"]
    ]
    return {"name": app["app"], "kinds": kinds, "picture": mapdrawing.draw(app, purposes)}


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV in which no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cells.guard(_cell(row.get(name, ""))) for name in columns])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else str(value)


def _file(name: str, media_type: str, content: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=f"{media_type}; charset=utf-8", headers=headers)
