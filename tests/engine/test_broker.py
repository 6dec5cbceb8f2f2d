"""What lies in the broker names requests and letters, never a person."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from celery import current_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


@pytest.fixture
def queues() -> Iterator[Callable[[], str]]:
    """Everything that waits in the queues, as text; emptied before and after."""
    names = ("requests", "notifications", "mail")
    with current_app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        client = channel.client

        def waiting() -> str:
            messages = [json.loads(raw) for name in names for raw in client.lrange(name, 0, -1)]
            bodies = [b64decode(message["body"]).decode() for message in messages]
            return json.dumps(messages) + "".join(bodies)

        client.delete(*names)
        yield waiting
        client.delete(*names)


def test_messages_carry_references_only(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    queues: Callable[[], str],
) -> None:
    """Filed and granted, a request waits for a worker: its id is in the broker, its person is not."""
    request = granted(ask(cast.alice, "access"))
    waiting = queues()
    assert "dsar.execute" in waiting
    assert "dsar.mail_notice" in waiting
    for private in (cast.alice.email, "canary", cast.alice.user.password, "alice"):
        assert private not in waiting
    assert str(request.pk) in waiting
