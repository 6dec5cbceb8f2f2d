"""What people dispute in a row, on the row's own page of the admin, whatever app it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.admin.utils import unquote

from dsar.engine import annotating
from dsar.registers import disputes

if TYPE_CHECKING:
    from django.http import HttpRequest

    from dsar.engine.annotating import Noted

_PAGE = "_change"


def beside(request: HttpRequest) -> list[Noted]:
    """What is noted beside the row whose page this is; who may see the page was asked before it is made."""
    match = request.resolver_match
    key = match.kwargs.get("object_id") if match else None
    name = (match.url_name or "") if match else ""
    if key is None or not name.endswith(_PAGE):
        return []
    app, _, model = name.removesuffix(_PAGE).rpartition("_")
    # Records of requests are nobody's to correct; their pages ask nothing more.
    if app == "dsar":
        return []
    found = disputes.beside(apps.get_model(app, model), [unquote(key)])
    return [annotating.in_words(one) for one in found]
