"""docs/checks.md lists exactly the errors that the gate can raise, and each is raised by a test."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_CALL = re.compile(r"refuse\(\s*(\d+)(?: if \w+ else (\d+))?,|^    \((\d), \(", re.MULTILINE)


def _raised() -> set[int]:
    source = "\n".join(path.read_text() for path in (_ROOT / "dsar/contract/checking").glob("*.py"))
    return {int(number) for found in _CALL.findall(source) for number in found if number} | {3}


def test_every_error_is_documented_and_nothing_else():
    text = (_ROOT / "docs/checks.md").read_text()
    assert {int(number) for number in re.findall(r"`dsar\.E(\d{3})`", text)} == _raised()


def test_every_error_is_raised_by_a_test():
    text = (_ROOT / "tests/contract/test_gate.py").read_text()
    proven = {
        int(number)
        for number in re.findall(r"only\((\d+)[,)]|param\(\s*(\d)|dsar\.E(\d{3})", text)
        for number in number
        if number
    }
    assert _raised() <= proven
