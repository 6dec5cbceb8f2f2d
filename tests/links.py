"""This process's connections to the broker: how a test gives them up, and how it has the server close them."""

from __future__ import annotations

from typing import Any

from kombu import pools

from config.celery import app


def give_up() -> None:
    """Close the connections that are kept for later; whoever asks next gets new ones."""
    pools.reset()
    app.close()
    # Both keep the pool that has just been closed.
    for keeper in ("amqp", "control"):
        app.__dict__.pop(keeper, None)


def close_others(client: Any) -> int:
    """Have the server close every connection to this client's database but the client's own; returns how many.

    Other processes of the tests, and whatever else uses the same server, work on databases of their own.
    """
    number, own = str(client.connection_pool.connection_kwargs["db"]), str(client.client_id())
    found = [one["id"] for one in client.client_list(_type="normal") if one["db"] == number]
    return sum(client.client_kill_filter(_id=one) for one in found if one != own)
