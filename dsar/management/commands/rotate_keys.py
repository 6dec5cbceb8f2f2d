"""Wrap every key under the newest master key, so that the older ones can be retired."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag


class Command(BaseCommand):
    """Rewrap in batches and say how far it got."""

    help = (
        'Wrap every key under the first key of DSAR["MASTER_KEYS"]. Put the new key in front, restart every'
        " process, run this, then take the older keys away. It can be interrupted and run again."
    )

    def handle(self, **_: Any) -> None:
        """Rewrap; a key that no master key opens stops it with that key's id."""
        total = Key.objects.filter(wrapped__isnull=False).count()
        seen = changed = 0
        try:
            for batch in box.rewrapping():
                seen, changed = seen + batch.seen, changed + batch.changed
                self.stdout.write(f"{seen} of {total} keys looked at, {changed} rewrapped")
        except box.MasterKeyMissingError as missing:
            raise CommandError(str(missing)) from missing
        log.append(Tag.KEYS_REWRAPPED, keys=changed)
        self.stdout.write(f"Done: {changed} keys rewrapped under the newest master key.")
