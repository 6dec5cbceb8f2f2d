"""The letters that an act would send, before it is done: the act itself, in a transaction that is always undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import letters
from dsar.cases.models import Letter

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.staff.acts import Act


def letters_of(act: Act, request: Request, form: Any, *, actor: Actor) -> list[dict[str, str]]:
    """Kind and text of every letter; what wakes a worker or sends a mail waits for a commit that never comes.

    Raises whatever the act raises.
    """
    with transaction.atomic():
        before = set(request.case.letters.values_list("pk", flat=True))
        act.do(request, form, actor)
        written = Letter.objects.filter(case=request.case).exclude(pk__in=before)
        found = written.select_related("case__key", "request").order_by("written_at")
        said = [{"kind": one.get_kind_display(), "text": letters.render(one).text} for one in found]
        transaction.set_rollback(True)
    request.refresh_from_db()
    return said
