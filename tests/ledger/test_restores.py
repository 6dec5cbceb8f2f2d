"""A restored backup: the ledger says what it lost, and nothing else can be explained that way."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from dsar.ledger import elsewhere, log, places, restores, signing
from dsar.ledger.findings import Kind
from dsar.ledger.models import Checkpoint, Entry, Leaf
from dsar.ledger.tags import Tag
from tests.ledger import forging
from tests.ledger.forging import forge
from tests.ledger.test_verifying import first

pytestmark = pytest.mark.django_db(transaction=True)


def restore(to: int) -> None:
    """What a backup holds that was taken when so many entries were sealed."""
    entries = forging.order()
    forge("DELETE FROM dsar_ledger_entry WHERE id = ANY(%s)", entries[to:])
    forge("DELETE FROM dsar_ledger_leaf WHERE index >= %s", to)
    forge("DELETE FROM dsar_ledger_checkpoint WHERE size > %s", to)
    forge("DELETE FROM dsar_ledger_placement WHERE size > %s", to)


def test_a_restored_backup_verifies_once_it_is_recorded(ledger, verify, sealed, write):
    size = Checkpoint.objects.order_by("size")[2].size
    restore(size)
    assert first(verify()) == (Kind.TRUNCATED, size, None)
    assert len(restores.record()) == 1
    assert restores.record() == []
    for step in range(3):
        found = verify()
        assert found.is_good, found.findings
        (told,) = found.findings
        assert (told.kind, told.index) == (Kind.RESTORED, size)
        assert f"index {len(ledger) - 1}" in told.says
        sealed(step + 1)
    assert Leaf.objects.count() > size


def test_replaying_the_journal_records_the_restore(ledger, verify, settings, tmp_path):
    settings.DSAR = settings.DSAR | {"ERASURE_JOURNAL": str(tmp_path / "journal")}
    restore(Checkpoint.objects.order_by("size")[2].size)
    assert not verify().is_good
    for _ in range(2):
        call_command("replay_erasures", stdout=StringIO())
        found = verify()
        assert found.is_good
        assert [one.kind for one in found.findings] == [Kind.RESTORED]


def test_a_second_restore_is_told_beside_the_first(ledger, verify, sealed):
    size = Checkpoint.objects.order_by("size")[1].size
    for _ in range(2):
        restore(size)
        restores.record()
        sealed(3, 4)
    found = verify()
    assert found.is_good, found.findings
    assert [one.kind for one in found.findings] == [Kind.RESTORED, Kind.RESTORED]


def test_without_a_restore_nothing_is_recorded(ledger):
    assert restores.record() == []
    assert not Entry.objects.filter(tag=Tag.ERASURES_REPLAYED).exists()


def root_elsewhere(size: int) -> str:
    """The root that the second place has for a size."""
    (history,) = elsewhere.histories(places.current(), signing.verifiers())
    return history.root_at(size).hex()


def test_a_rewritten_ledger_cannot_be_explained_as_a_restore(ledger, verify, signer):
    size = Checkpoint.objects.order_by("size")[2].size
    forging.change(ledger[3])
    forging.make_anew(ledger, signers=[signer], origin=signer.name)
    restore(size)
    assert restores.record() == []
    # Somebody writes the record by hand, and another that says nothing.
    lost = root_elsewhere(len(ledger))
    log.append(Tag.ERASURES_REPLAYED, sealed=size, lost_size=len(ledger), lost_root=lost)
    log.append(Tag.ERASURES_REPLAYED)
    assert first(verify()) == (Kind.CHANGED, 3, ledger[3])
