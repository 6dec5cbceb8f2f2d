#!/usr/bin/env python3
"""The one door to every command; makes its own environment where Django is missing."""

from __future__ import annotations

import os
import sys

from config import bootstrap

# A worker a core, each with a database of its own; `-n 0` after `test` runs all in one process.
SPREAD = ("-n", "auto", "--maxprocesses", "8", "--dist", "worksteal")


def main() -> None:
    """Run the command line."""
    try:
        bootstrap.enter(sys.argv)
    except bootstrap.BootstrapError as error:
        sys.exit(str(error))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["test"]:
        # pytest starts before Django is imported, so that coverage and plugins see all of it.
        os.chdir(bootstrap.ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *SPREAD, *sys.argv[2:]])
    from config import commandline  # noqa: PLC0415  Its imports exist from here on only.

    commandline.run(sys.argv)


if __name__ == "__main__":
    main()
