"""Where a bench works: files, journal, evidence, mail and wakes of its own, in every process that takes part."""

from __future__ import annotations

import logging
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.core.files.storage import storages
from django.test.utils import override_settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def made() -> Iterator[Path]:
    """A new folder on the disk that the project's packages lie on, used by this process, and gone afterwards."""
    parent = Path(settings.MEDIA_ROOT)
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=parent) as folder, used(Path(folder)):
        yield Path(folder)


@contextmanager
def used(folder: Path, *, sweep_hour: int | None = None) -> Iterator[None]:
    """Let this process work in that folder, as another one does: nothing waits but for that hour, no mail leaves."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    own = {
        name: where | {"OPTIONS": {"location": str(folder / name)}} for name in storages.backends
    }
    dsar = settings.DSAR | {
        "ERASURE_JOURNAL": str(folder / "journal"),
        "LEDGER_SECOND_PLACE": (folder / "second-place").as_uri(),
        "WAITING_PERIOD_SECONDS": 0,
        "SWEEP_HOUR": sweep_hour,
    }
    # People of a scratch database may bear the addresses of real ones.
    mail = "django.core.mail.backends.dummy.EmailBackend"
    with ExitStack() as entered:
        entered.enter_context(override_settings(STORAGES=own, DSAR=dsar, EMAIL_BACKEND=mail))
        entered.enter_context(_own_queue(folder.name))
        entered.enter_context(_quiet())
        yield


@contextmanager
def _quiet() -> Iterator[None]:
    """What is written to a terminal takes as long as the terminal likes."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _own_queue(name: str) -> Iterator[None]:
    """Publish and listen apart, at the same broker: what is woken speaks of a database that will be gone."""
    options = current_app.conf.broker_transport_options
    before = dict(options)
    options["global_keyprefix"] = f"{name}:"
    try:
        yield
    finally:
        options.clear()
        options.update(before)
