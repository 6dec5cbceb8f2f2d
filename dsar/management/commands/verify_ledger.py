"""Verify that the ledger only grew and that nothing in it was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from dsar.ledger import notes, places, signing, verifying

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from dsar.ledger.notes import Checkpoint, Verifier
    from dsar.ledger.places import Place
    from dsar.ledger.verifying import Verified

FOUND, IMPOSSIBLE = 1, 2


class Command(BaseCommand):
    """Exit 0: verified. Exit 1: something differs. Exit 2: it could not be verified."""

    help = (
        "Hash every entry anew and compare with every signed checkpoint, in the database and in the second place; name"
        " the first entry that differs, and how. Exits 0 if all is well, 1 if something differs, 2 if it cannot say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to trust, and where to begin."""
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            help="a public key that you believe; without it those of this host's settings",
        )
        parser.add_argument(
            "--since", type=Path, help="a checkpoint file, verified earlier: begin behind it"
        )
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            help="a checkpoint file from outside that the ledger must contain",
        )
        parser.add_argument(
            "--second-place",
            help="where checkpoints and leaves were carried (file:///folder, storage:ALIAS), or none",
        )
        parser.add_argument(
            "--patience",
            type=float,
            default=300.0,
            help="seconds after which an entry should be sealed",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Verify and print what was found."""
        known = _keys(options["key"])
        since = options["since"]
        asked = verifying.Asked(
            known=known,
            place=self._place(options["second_place"]),
            since=_checkpoint(since, known) if since else None,
            outside=[_checkpoint(path, known) for path in options["checkpoint"]],
            patience=options["patience"],
        )
        try:
            found = verifying.verify(asked, told=self._tell)
        except (places.PlaceError, OSError) as error:
            raise CommandError(str(error), returncode=IMPOSSIBLE) from error
        self._report(found, as_json=options["json"])
        if not found.is_good:
            raise CommandError("The ledger does not verify.", returncode=FOUND)

    def _place(self, named: str | None) -> Place | None:
        """The second place to compare with; a mailbox cannot be asked, and is told of instead."""
        if named == "none":
            return None
        try:
            place = places.named(named) if named else places.current()
        except places.PlaceError as error:
            raise CommandError(str(error), returncode=IMPOSSIBLE) from error
        if isinstance(place, places.Mailbox):
            self.stderr.write(
                "The second place is a mailbox: save its files into a folder and name that."
            )
            return None
        return place

    def _tell(self, done: int, every: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {every:,}", ending="" if done < every else "\n")

    def _report(self, found: Verified, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_json(found)))
            return
        for finding in found.findings:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"{found.entries:,} entries hashed; the tree has {found.size:,}, root {found.root.hex()}."
        )


def _keys(given: list[str]) -> list[Verifier]:
    try:
        known = [notes.verifier(text) for text in given] if given else signing.verifiers()
    except (notes.KeyTextError, signing.LedgerKeyError) as error:
        raise CommandError(str(error), returncode=IMPOSSIBLE) from error
    if not known:
        message = "No public key is known: give one with --key."
        raise CommandError(message, returncode=IMPOSSIBLE)
    return known


def _checkpoint(path: Path, known: list[Verifier]) -> Checkpoint:
    try:
        return notes.open_signed(path.read_bytes().decode(), known)
    except (OSError, ValueError) as error:
        message = f"{path}: {error}"
        raise CommandError(message, returncode=IMPOSSIBLE) from error


def _as_json(found: Verified) -> dict[str, Any]:
    return {
        "verified": found.is_good,
        "size": found.size,
        "root": found.root.hex(),
        "entries": found.entries,
        "findings": [
            {
                "kind": finding.kind,
                "index": finding.index,
                "entry": finding.entry,
                "says": finding.says,
            }
            for finding in found.findings
        ],
    }
