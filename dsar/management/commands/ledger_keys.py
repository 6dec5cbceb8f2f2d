"""Make a key that signs the ledger's checkpoints, and show which public keys are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from dsar.ledger import notes, signing

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`manage.py ledger_keys`, `manage.py ledger_keys --new privacy.example.com/ledger`."""

    help = (
        "Print the public keys under which checkpoints are believed, as verify_ledger --key takes them. With --new,"
        " make a signing key: put it in front of DSAR_LEDGER_SIGNING_KEYS, so that old and new both sign; later take"
        " the old one away and list its public key in DSAR_LEDGER_VERIFIER_KEYS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to make one."""
        parser.add_argument(
            "--new", metavar="NAME", help="the log's name, the same for all its keys"
        )

    def handle(self, **options: Any) -> None:
        """Print, or make."""
        try:
            if options["new"]:
                self._make(options["new"])
            else:
                self._show()
        except (notes.KeyTextError, signing.LedgerKeyError) as error:
            raise CommandError(str(error)) from error

    def _make(self, name: str) -> None:
        made = notes.generate(name)
        self.stdout.write(f"secret  {made.unsafe_text()}")
        self.stdout.write(f"public  {made.verifier}")

    def _show(self) -> None:
        signing_now = [one.verifier for one in signing.signers()]
        for one in signing.verifiers():
            self.stdout.write(f"{'signs' if one in signing_now else 'signed':6}  {one}")
