"""A worker dies at each point of an export; the sweep takes it up, and one export is ready in the end, told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import F

from dsar import crashpoints
from dsar.audit import exporting
from dsar.audit.models import Export
from dsar.audit.verify_export import verify
from dsar.ledger.models import Entry
from dsar.packages import vault
from dsar.packages.models import Package
from tests import faces

if TYPE_CHECKING:
    from pathlib import Path

    from dsar.cases.actors import Actor
    from tests.testapp.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = [
    f"{name}:{side}"
    for name in ("export.claim", "export.begin", "package.write", "export.end", "export.finish")
    for side in ("before", "after")
]


class DiedError(BaseException):
    """The worker is gone."""


@pytest.mark.parametrize("point", POINTS)
def test_an_export_survives(
    point: str, cast: Cast, auditor: Actor, keys: list[str], tmp_path: Path
) -> None:
    faces.file(cast.alice, "access")
    export = exporting.ask(actor=auditor)
    died: list[str] = []

    def die(here: str) -> None:
        if here == point and not died:
            died.append(here)
            raise DiedError

    with crashpoints.watched(die), pytest.raises(DiedError):
        exporting.run(export.pk)
    assert died == [point]
    Export.objects.filter(beat_at__isnull=False).update(beat_at=F("beat_at") - timedelta(minutes=9))
    Export.objects.update(asked_at=F("asked_at") - timedelta(minutes=9))
    exporting.sweep()
    exporting.run(export.pk)
    assert Export.objects.get().state == Export.State.READY
    assert Entry.objects.filter(tag="data.exported").count() == 1
    (package,) = Package.objects.filter(state=Package.State.READY)
    path = tmp_path / "fetched.zip"
    path.write_bytes(b"".join(vault.open_(package)))
    assert verify(path, keys)[1] == 1
