"""The command: what it prints, what it takes from outside, how it exits."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dsar.ledger import notes
from tests.ledger import forging
from tests.ledger.test_verifying import AT

pytestmark = pytest.mark.django_db(transaction=True)


def run(**options) -> str:
    out = StringIO()
    call_command("verify_ledger", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_the_command_says_what_it_found_and_its_exit_says_it_too(ledger, second_place, signer):
    assert f"{len(ledger):,} entries hashed" in run()
    assert json.loads(run(json=True))["verified"] is True
    forging.change(ledger[AT])
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("verify_ledger", json=True, stdout=out, stderr=StringIO())
    assert failed.value.returncode == 1
    (finding,) = json.loads(out.getvalue())["findings"]
    assert (finding["kind"], finding["index"], finding["entry"]) == ("changed", AT, ledger[AT])


def test_the_command_takes_keys_and_checkpoints_from_outside(
    ledger, second_place, signer, tmp_path, settings
):
    files = sorted(second_place.glob("*.checkpoint"))
    settings.DSAR = settings.DSAR | {"LEDGER_SIGNING_KEYS": []}
    given = {"key": [str(signer.verifier)], "second_place": second_place.as_uri()}
    assert "entries hashed" in run(**given)
    assert f"{len(ledger):,} entries hashed" in run(**given, checkpoint=files)
    since = notes.parse(files[1].read_text()).checkpoint.size
    assert f"{len(ledger) - since:,} entries hashed" in run(**given, since=files[1])
    (tmp_path / "forged").write_bytes(files[1].read_bytes()[:-2])
    wrongs: list[dict[str, Any]] = [
        {"key": []},
        {"key": ["nonsense"]},
        {"second_place": "nowhere"},
        {"since": tmp_path / "missing"},
        {"since": tmp_path / "forged"},
        {"checkpoint": [tmp_path / "forged"]},
    ]
    for wrong in wrongs:
        with pytest.raises(CommandError) as failed:
            run(**given | wrong)
        assert failed.value.returncode == 2


def test_a_mailbox_is_told_of_and_its_files_can_be_named(ledger, settings, second_place):
    settings.DSAR = settings.DSAR | {"LEDGER_SECOND_PLACE": "mailto:witness@example.com"}
    errors = StringIO()
    call_command("verify_ledger", stdout=StringIO(), stderr=errors)
    assert "mailbox" in errors.getvalue()
    assert "entries hashed" in run(second_place=second_place.as_uri())
