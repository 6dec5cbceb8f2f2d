"""The site's settings for a process that a test makes trouble for, said in variables of the test's own."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import time_machine
from django.utils import timezone

from config.settings import *  # noqa: F403 - every name of a settings module is a setting.
from config.settings import DSAR as _SITE
from dsar import crashpoints
from tests.crash.dying import once

# Work in small batches, so that there is a middle to die in.
DSAR = {**_SITE, "BATCH_ROWS": int(os.environ.get("TEST_BATCH_ROWS", "2"))}

if _point := os.environ.get("TEST_DIE_AT"):
    # Held for good: a watcher goes with the block it was brought in by.
    _watching = crashpoints.watched(once(_point, note=Path(os.environ["TEST_DIED"])))
    _watching.__enter__()

if _ahead := os.environ.get("TEST_CLOCK_AHEAD"):
    # A clock that is wrong, and goes on from there.
    time_machine.travel(timezone.now() + timedelta(seconds=int(_ahead)), tick=True).start()
