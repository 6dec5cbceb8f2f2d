"""The site's settings for a worker that is going to die: work in small batches, so that there is a middle to die in."""

from __future__ import annotations

import os

from config.settings import *  # noqa: F403 - every name of a settings module is a setting.
from config.settings import DSAR as _SITE

DSAR = {**_SITE, "BATCH_ROWS": int(os.environ["TEST_BATCH_ROWS"])}
