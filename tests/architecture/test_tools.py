"""Linters that look at the project as a whole run with the tests too."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture import reading


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=reading.ROOT, capture_output=True, text=True, check=False
    )


def test_every_import_follows_the_arrows():
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = run("-c", command, "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_every_template_is_clean():
    folders = (reading.ROOT / name for name in ("accounts", "config", "dsar", "orders"))
    found = [str(path) for folder in folders for path in folder.glob("**/templates/**/*.html")]
    assert found
    done = run("-m", "djlint", "--lint", *found)
    assert done.returncode == 0, done.stdout + done.stderr
