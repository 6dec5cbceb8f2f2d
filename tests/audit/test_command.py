"""`manage.py export_history` writes a whole export into a file, and says what is wrong with what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from dsar.audit.models import Export
from dsar.audit.verify_export import verify
from dsar.packages.models import Package
from tests import faces

if TYPE_CHECKING:
    from pathlib import Path

    from tests.testapp.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_file_verifies_and_is_its_owners_alone(
    cast: Cast, keys: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faces.file(cast.alice, "access", "portability")
    path = tmp_path / "history.zip"
    call_command("export_history", path, "--sample", "1", "--seed", "x")
    assert verify(path, keys)[1] == 2
    assert path.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr().out
    assert "2 requests" in said
    assert keys[0] in said
    assert Package.objects.get(request_reference=Export.objects.get().pk).state == "revoked"


def test_what_is_wrong_is_said_and_nothing_is_written_over(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "there.zip"
    path.write_text("mine")
    for arguments, said in (
        ([path], "cannot be written"),
        ([tmp_path / "new", "--sample", "3"], "--seed"),
        ([tmp_path / "new", "--first-day", "2026-02-02", "--last-day", "2026-02-01"], "first day"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("export_history", *arguments)
    assert path.read_text() == "mine"
    assert not (tmp_path / "new").exists()
