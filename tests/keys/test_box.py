"""The key box: what is sealed opens with its key and with nothing else, and not at all once the key is destroyed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsar.keys import box
from dsar.keys.models import Key

pytestmark = pytest.mark.django_db

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _old_master_key():
    with override_settings(DSAR={"MASTER_KEYS": [OLD]}):
        yield


@pytest.fixture
def key() -> Key:
    return box.create(Key.Kind.CASE)


@given(data=st.binary(max_size=2_000))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
def test_what_was_sealed_opens_again(key, data):
    assert box.unseal(key, box.seal(key, data)) == data


def test_sealed_bytes_read_back_from_the_database_open(key):
    again = Key.objects.get(pk=key.pk)
    assert box.unseal(again, memoryview(box.seal(key, b"canary"))) == b"canary"


def test_two_seals_of_one_text_differ_and_do_not_show_it(key):
    first, second = box.seal(key, b"canary"), box.seal(key, b"canary")
    assert first != second
    assert b"canary" not in first


def test_every_flipped_byte_and_every_cut_end_is_refused(key):
    sealed = box.seal(key, b"canary")
    for position in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[position] ^= 1
        with pytest.raises(box.TamperedError):
            box.unseal(key, bytes(flipped))
        with pytest.raises(box.TamperedError):
            box.unseal(key, sealed[:position])


def test_another_key_does_not_open_it(key):
    other = box.create(Key.Kind.CASE)
    with pytest.raises(box.TamperedError):
        box.unseal(other, box.seal(key, b"canary"))


def test_the_same_material_under_another_id_does_not_open_it(key):
    twin = box.create(Key.Kind.CASE, material=box.material(key))
    with pytest.raises(box.TamperedError):
        box.unseal(twin, box.seal(key, b"canary"))


def test_a_digest_is_stable_under_its_key_and_different_under_another(key):
    other = box.create(Key.Kind.CASE)
    assert box.digest(key, "alice@example.test") == box.digest(key, "alice@example.test")
    assert box.digest(key, "alice@example.test") != box.digest(key, "bob@example.test")
    assert box.digest(key, "alice@example.test") != box.digest(other, "alice@example.test")
    assert len(bytes.fromhex(box.digest(key, "alice@example.test"))) == 32


def test_given_material_is_kept_and_never_stored_bare():
    given_material = b"m" * 32
    key = Key.objects.get(pk=box.create(Key.Kind.PACKAGE, material=given_material).pk)
    assert box.material(key) == given_material
    assert given_material not in bytes(key.wrapped or b"")


def test_short_material_is_refused():
    with pytest.raises(ValueError, match="at least 32 bytes"):
        box.create(Key.Kind.PACKAGE, material=b"short")


def test_a_destroyed_key_opens_seals_and_digests_nothing(key):
    sealed = box.seal(key, b"canary")
    bystander = box.create(Key.Kind.CASE)
    assert box.destroy(key)
    for held in (key, Key.objects.get(pk=key.pk)):
        for use in (
            lambda held=held: box.unseal(held, sealed),
            lambda held=held: box.seal(held, b"x"),
            lambda held=held: box.digest(held, "x"),
            lambda held=held: box.material(held),
        ):
            with pytest.raises(box.KeyDestroyedError):
                use()
    assert Key.objects.get(pk=key.pk).wrapped is None
    assert len(box.material(Key.objects.get(pk=bystander.pk))) == 32


def test_destroying_twice_changes_nothing(key):
    assert box.destroy(key)
    when = Key.objects.get(pk=key.pk).destroyed_at
    assert not box.destroy(key)
    assert Key.objects.get(pk=key.pk).destroyed_at == when


def test_without_a_master_key_nothing_is_made_or_opened(key):
    with override_settings(DSAR={"MASTER_KEYS": []}):
        with pytest.raises(box.MasterKeyMissingError, match="MASTER_KEYS"):
            box.create(Key.Kind.CASE)
        with pytest.raises(box.MasterKeyMissingError, match="MASTER_KEYS"):
            box.material(key)


def test_a_malformed_master_key_is_refused_without_being_repeated():
    with (
        override_settings(DSAR={"MASTER_KEYS": ["not-a-key"]}),
        pytest.raises(box.MasterKeyMissingError) as refused,
    ):
        box.create(Key.Kind.CASE)
    assert "not-a-key" not in str(refused.value)


def test_rewrap_lets_the_old_master_key_go(key, monkeypatch):
    monkeypatch.setattr(box, "REWRAP_BATCH", 2)
    sealed = box.seal(key, b"canary")
    others = [box.create(Key.Kind.CASE) for _ in range(4)]
    box.destroy(others[0])
    with override_settings(DSAR={"MASTER_KEYS": [NEW, OLD]}):
        assert box.rewrap() == 4
        assert box.rewrap() == 0
    with override_settings(DSAR={"MASTER_KEYS": [NEW]}):
        assert box.unseal(Key.objects.get(pk=key.pk), sealed) == b"canary"
    assert Key.objects.get(pk=others[0].pk).wrapped is None


def test_a_key_whose_master_key_is_gone_says_which_and_what_to_do(key):
    with (
        override_settings(DSAR={"MASTER_KEYS": [NEW]}),
        pytest.raises(box.MasterKeyMissingError, match=f"{key.pk}.*older master keys"),
    ):
        box.material(key)
