"""Work in the caller's transaction, or in one of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from django.db import transaction


def transaction_of_caller() -> AbstractContextManager[None]:
    """Join the transaction that is open, without a savepoint, or open one.

    For work that checks everything before it writes anything: a savepoint would undo nothing, and costs
    two statements each time.
    """
    if transaction.get_connection().in_atomic_block:
        return nullcontext()
    return transaction.atomic()
