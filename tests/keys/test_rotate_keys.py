"""The rotation command: after it, the older master key is not needed any more."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import override_settings

from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger.models import Entry

pytestmark = pytest.mark.django_db

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def sealed() -> list[tuple[Key, bytes]]:
    with override_settings(DSAR={"MASTER_KEYS": [OLD]}):
        keys = [box.create(Key.Kind.CASE) for _ in range(5)]
        return [(key, box.seal(key, b"canary")) for key in keys]


def test_it_says_how_far_it_got_and_leaves_an_entry(sealed, monkeypatch):
    monkeypatch.setattr(box, "REWRAP_BATCH", 2)
    said = StringIO()
    with override_settings(DSAR={"MASTER_KEYS": [NEW, OLD]}):
        call_command("rotate_keys", stdout=said)
    assert "4 of 5 keys looked at, 4 rewrapped" in said.getvalue()
    assert "Done: 5 keys" in said.getvalue()
    assert Entry.objects.latest("pk").tag == "keys.rewrapped"
    with override_settings(DSAR={"MASTER_KEYS": [NEW]}):
        for key, content in sealed:
            assert box.unseal(Key.objects.get(pk=key.pk), content) == b"canary"


def test_it_stops_at_a_key_that_no_master_key_opens(sealed):
    with (
        override_settings(DSAR={"MASTER_KEYS": [NEW]}),
        pytest.raises(CommandError, match="older master keys"),
    ):
        call_command("rotate_keys", stdout=StringIO())
    with override_settings(DSAR={"MASTER_KEYS": [OLD]}):
        assert all(box.unseal(Key.objects.get(pk=key.pk), content) for key, content in sealed)
