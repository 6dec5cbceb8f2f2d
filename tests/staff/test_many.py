"""The desk's pages take the same statements among twenty requests and among twenty thousand."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dsar.cases.models import Case, Request
from dsar.management.bench import crowd, ledger
from dsar.staff.reading import ReadingAdmin

LISTING = reverse("admin:dsar_request_changelist")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_statements_do_not_grow_with_what_there_is(cast, ask, dora, monkeypatch):
    # A list that fits on its page is counted by looking at it: with five rows a page twenty requests do not.
    monkeypatch.setattr(ReadingAdmin, "list_per_page", 5)
    own = ask(cast.alice, "access")
    pages = {
        "home": lambda: dora.get(reverse("admin:index")),
        "list": lambda: dora.get(LISTING),
        "deletions": lambda: dora.get(LISTING, {"right__exact": "deletion", "standing": "all"}),
        "all, backwards": lambda: dora.get(LISTING, {"standing": "all", "o": "-4"}),
        "reference": lambda: dora.get(LISTING, {"q": own.reference}),
        "address": lambda: dora.post(
            reverse("admin:dsar_request_find"), {"address": cast.alice.email}
        ),
        "case": lambda: dora.get(reverse("admin:dsar_case_change", args=[own.pk])),
        "cases": lambda: dora.get(reverse("admin:dsar_case_changelist")),
    }
    counted = []
    for first, last in ((1, 20), (21, 20_000)):
        crowd.fill(last, first=first, owner=cast.carol.user.pk)
        ledger.fill(last - first + 1)
        crowd.settle()
        assert Request.objects.count() == Case.objects.count() == last + 1
        counted.append({name: _statements(look) for name, look in pages.items()})
    assert counted[0] == counted[1]
    assert max(counted[1].values()) < 30


def _statements(look):
    look()
    with CaptureQueriesContext(connection) as queries:
        response = look()
    assert response.status_code == 200
    return len(queries)
