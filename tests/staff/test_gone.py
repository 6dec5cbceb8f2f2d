"""Staff see on the first page, in the list and on the pages of request and case that records went, and what to do."""

from __future__ import annotations

from django.urls import reverse

from dsar.engine import vanished
from tests.testapp.models import Message


def _pile(client):
    piles = client.get(reverse("admin:index")).context["desk"]["piles"]
    return next(pile for pile in piles if pile["name"] == "gone")


def test_what_went_while_a_copy_was_owed_stands_where_staff_look(cast, ask, dora):
    Message.objects.bulk_create(
        Message(sender=cast.alice.user, recipient=cast.alice.user, text=f"{number}")
        for number in range(3)
    )
    request = ask(cast.alice, "access").requests.get()
    neighbours = ask(cast.bob, "access").requests.get()
    assert _pile(dora)["count"] == 0
    Message.objects.filter(sender=cast.alice.user, text="0").delete()
    vanished.sweep()
    assert _pile(dora)["count"] == 1
    listed = dora.get(_pile(dora)["url"]).context["cl"].result_list
    assert [one.pk for one in listed] == [request.pk]
    pages = (
        reverse("admin:dsar_request_change", args=[request.pk]),
        reverse("admin:dsar_case_change", args=[request.case_id]),
    )
    for page in pages:
        said = dora.get(page).content.decode()
        assert "Records went since this copy was asked for" in said
        assert "messages (1)" in said
        assert "put back from a backup" in said
    of_bob = reverse("admin:dsar_request_change", args=[neighbours.pk])
    assert "Records went" not in dora.get(of_bob).content.decode()
