"""Read from a CSV file what Singapore's Do Not Call Register said about numbers, and when it was asked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from dsar.registers import number_checks

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable


class Command(BaseCommand):
    """`manage.py import_number_checks FILE`."""

    help = "Note when the Do Not Call Register was asked about numbers and what it said; all lines or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the file is."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Note them; whoever reads the output learns numbers of lines and no number of a telephone."""
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                answers = _read(lines)
        except UnicodeError:
            raise CommandError("The file is not UTF-8.") from None
        except csv.Error:
            raise CommandError("The file is not CSV.") from None
        except (OSError, number_checks.LineError) as error:
            raise CommandError(str(error)) from None
        newer = number_checks.note(answers)
        self.stdout.write(
            f"{len(answers)} lines: of {newer} numbers there was no newer answer yet."
        )


def _read(lines: Iterable[str]) -> list[number_checks.Answer]:
    """Every line's answer; raises CommandError with all lines that are none."""
    reader = csv.DictReader(lines, strict=True)
    if sorted(reader.fieldnames or ()) != sorted(number_checks.COLUMNS):
        message = f"The first line must name the columns: {', '.join(number_checks.COLUMNS)}."
        raise CommandError(message)
    answers, wrong = [], []
    for row in reader:
        try:
            answers.append(number_checks.read(row, line=reader.line_num))
        except number_checks.LineError as error:
            wrong.append(str(error))
    if wrong:
        raise CommandError("\n".join([*wrong[:20], "Nothing was noted."]))
    return answers
