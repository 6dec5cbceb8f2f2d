"""A child that worked and died leaves its parent able to go on."""

from __future__ import annotations

import pytest

from config.celery import app
from tests.crash import dying


@pytest.mark.django_db(transaction=True)
def test_the_parent_speaks_to_the_broker_afterwards() -> None:
    app.control.ping(timeout=0.01)
    dying.in_a_child(lambda: None)
    app.control.ping(timeout=0.01)
    with app.producer_pool.acquire() as producer:
        assert producer.connection is not None
        assert producer.connection.connected
