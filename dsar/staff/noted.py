"""What people dispute in a row, and that it is restricted, on its own page of the admin, whatever app it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.admin.utils import unquote
from django.db.models import BooleanField, Case, When

from dsar.contract import registry
from dsar.duties.retention import due
from dsar.engine import annotating
from dsar.registers import disputes

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest

    from dsar.engine.annotating import Noted

_PAGE = "_change"


def beside(request: HttpRequest) -> list[Noted]:
    """What is noted beside the row whose page this is; who may see the page was asked before it is made."""
    row = _shown(request)
    if row is None:
        return []
    model, key = row
    return [annotating.in_words(one) for one in disputes.beside(model, [key])]


def restricted(request: HttpRequest) -> list[str]:
    """The purposes for which somebody in the row whose page this is restricted processing (GDPR recital 67)."""
    row = _shown(request)
    if row is None:
        return []
    model, key = row
    declared = registry.current().of(model)
    standing = [
        Case(When(due.restricted(one), then=True), default=False, output_field=BooleanField())
        for one in declared
    ]
    found = model._base_manager.filter(pk=key).values_list(*standing).first() or ()
    return sorted({one.purpose.label for one, is_so in zip(declared, found, strict=False) if is_so})


def _shown(request: HttpRequest) -> tuple[type[Model], str] | None:
    """The row whose page this is. Records of requests are nobody's to correct; their pages ask nothing more."""
    match = request.resolver_match
    key = match.kwargs.get("object_id") if match else None
    name = (match.url_name or "") if match else ""
    app, _, model = name.removesuffix(_PAGE).rpartition("_")
    if key is None or not name.endswith(_PAGE) or app == "dsar":
        return None
    return apps.get_model(app, model), unquote(key)
