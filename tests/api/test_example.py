"""The client in the documentation does what it says, as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress

from dsar.cases.models import Request
from dsar.cases.states import Right
from dsar.registers import consents
from tests.testapp.factories import PASSWORD

CLIENT = Path(__file__).resolve().parents[2] / "docs/examples/seven_rights.py"

pytestmark = pytest.mark.slow


def test_the_example_walks_all_seven_rights(cast, worked, live_server, tmp_path):
    EmailAddress.objects.update_or_create(
        user=cast.alice.user, email=cast.alice.email, defaults={"verified": True, "primary": True}
    )
    consents.give(cast.alice.user, "test_newsletter", method="api", wording="Yes.")

    def run(*words, password=PASSWORD):
        who = {"SITE": live_server.url, "EMAIL": cast.alice.email, "PASSWORD": password}
        wrong = {"FIELD": "nickname", "VALUE": "Allie", "PATH": os.environ["PATH"]}
        return subprocess.run(
            [sys.executable, "-I", str(CLIENT), *words],
            env=who | wrong,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    asked = run("ask")
    assert asked.returncode == 0, asked.stderr
    assert {line.split()[1] for line in asked.stdout.splitlines()} == set(Right)
    assert Request.objects.count() == len(Right)
    worked()
    fetched = run("fetch", str(tmp_path / "copies"))
    assert fetched.returncode == 0, fetched.stderr
    assert len(fetched.stdout.splitlines()) == len(Right)
    copies = list((tmp_path / "copies").iterdir())
    assert len(copies) == 2
    for copy in copies:
        assert zipfile.ZipFile(copy).testzip() is None
    for answered in ("access closed", "portability closed", "consent_withdrawal closed"):
        assert answered in fetched.stdout
    refused = run("fetch", str(tmp_path / "none"), password="wrong")
    assert refused.returncode == 1
    assert "do not fit" in refused.stderr
