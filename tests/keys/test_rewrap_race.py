"""A key that is destroyed while all are rewrapped stays destroyed."""

from __future__ import annotations

import threading

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import override_settings

from dsar.keys import box
from dsar.keys.models import Key

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_rewrap_does_not_bring_back_what_is_destroyed_meanwhile(monkeypatch):
    with override_settings(DSAR={"MASTER_KEYS": [OLD]}):
        doomed, kept = (box.create(Key.Kind.CASE) for _ in range(2))
    begun = threading.Event()

    def destroy() -> None:
        try:
            begun.set()
            box.destroy(doomed)
        finally:
            connection.close()

    destroyer = threading.Thread(target=destroy)
    write = box._write_wrapped  # noqa: SLF001 - the moment between reading and writing.

    def write_while_destroying(keys: list[Key], wrapped: list[bytes]) -> None:
        # The batch holds its rows' locks here: the other connection's UPDATE waits for them.
        destroyer.start()
        assert begun.wait(timeout=10)
        write(keys, wrapped)

    monkeypatch.setattr(box, "_write_wrapped", write_while_destroying)
    with override_settings(DSAR={"MASTER_KEYS": [NEW, OLD]}):
        assert box.rewrap() == 2
    destroyer.join(timeout=10)
    assert Key.objects.get(pk=doomed.pk).wrapped is None
    with override_settings(DSAR={"MASTER_KEYS": [NEW]}):
        assert len(box.material(Key.objects.get(pk=kept.pk))) == box.MATERIAL_BYTES
