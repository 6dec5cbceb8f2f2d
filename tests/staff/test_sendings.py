"""Copies for other services, at the desk: what goes where, what is late, and nothing about the person but the case."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dsar.cases.sending_models import Sending
from dsar.duties import sending
from tests import sending as made
from tests import webhooks

LIST = reverse("admin:dsar_sending_changelist")


@pytest.fixture
def server(cast, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        made.approved(found.url, by=cast.carol.user)
        yield found


def test_what_was_tried_and_not_taken_is_found_until_it_is(server, cast, dora):
    request, other = made.confirmed(cast.alice), made.waiting(cast.bob)
    late = f"{LIST}?needs=late"
    assert request.case.reference not in dora.get(late).content.decode()
    server.answer = webhooks.answering(503)
    sending.send(str(made.of(request).pk))
    shown = dora.get(late).content.decode()
    assert request.case.reference in shown
    assert "not taken yet (status 503), tried again" in shown
    assert other.case.reference not in shown
    everything = dora.get(LIST).content.decode()
    assert "Waits for the person to confirm it" in everything
    assert "The Other (hooks.example)" in everything
    for secret in (cast.alice.email, cast.bob.email, server.url):
        assert secret not in everything
    server.answer = webhooks.answering(200)
    Sending.objects.update(next_try_at=None)
    assert sending.send(str(made.of(request).pk))
    assert request.case.reference not in dora.get(late).content.decode()
    page = dora.get(reverse("admin:dsar_sending_change", args=[made.of(request).pk]))
    assert made.of(request).digest in page.content.decode()
    unlisted = made.waiting(cast.bob, to="unlisted")
    assert "No approved service was wanted" in dora.get(LIST).content.decode()
    assert made.of(unlisted).destination is None
