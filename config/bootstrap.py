"""Give manage.py an environment in which Django can be imported; standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "config" / "requirements" / "development.txt"
OWN = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
PIP_WITH_PYTHON_OPTION = (22, 3)


class BootstrapError(Exception):
    """The environment could not be made."""


def enter(arguments: Sequence[str]) -> None:
    """Return in an interpreter that has the packages `arguments` need, or exec one that has.

    Raises BootstrapError when there is no way to install them.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise BootstrapError("Python 3.11 or newer is needed.")
    wanted = requirements_of(arguments)
    if in_own_environment():
        install_into_own(wanted)
    elif sys.prefix != sys.base_prefix:
        install_into_active(wanted)
    elif missing(RUNTIME) or (DEVELOPMENT in wanted and missing(DEVELOPMENT)):
        install_into_own(wanted)
        _exec_in_own(arguments)


def requirements_of(arguments: Sequence[str]) -> list[Path]:
    """Name the requirement files that a command needs."""
    return [RUNTIME, DEVELOPMENT] if arguments[1:2] == ["test"] else [RUNTIME]


def in_own_environment() -> bool:
    """Whether this interpreter belongs to the project's own .venv."""
    return OWN.is_dir() and Path(sys.prefix).resolve() == OWN.resolve()


def missing(requirements: Path) -> list[str]:
    """Name the unconditional requirements that are not installed here."""
    return [name for name in names(requirements) if not _installed(name)]


def names(requirements: Path) -> list[str]:
    """Read the packages a compiled file pins on every platform."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    pinned = (re.fullmatch(r"([A-Za-z0-9._-]+)==\S+", line.strip()) for line in lines)
    return [match.group(1) for match in pinned if match]


def install_into_active(wanted: Sequence[Path]) -> None:
    """Complete the environment somebody else made, and only where something is missing."""
    lacking = [RUNTIME] if importlib.util.find_spec("django") is None else []
    if DEVELOPMENT in wanted and missing(DEVELOPMENT):
        lacking.append(DEVELOPMENT)
    if lacking:
        with locked(ROOT):
            _install(Path(sys.executable), lacking)
        importlib.invalidate_caches()


def install_into_own(wanted: Sequence[Path]) -> None:
    """Make .venv hold what the files pin; a stamp written last says that it does."""
    if is_current(OWN, wanted):
        return
    with locked(ROOT):
        # Another command may have finished the work while this one waited.
        if is_current(OWN, wanted):
            return
        if not is_stamped(OWN):
            _create(OWN)
        _install(_python(OWN), wanted)
        stamp(OWN, wanted)


def is_stamped(environment: Path) -> bool:
    """Whether the environment was once completed and its interpreter still runs."""
    return _stamp_of(environment, RUNTIME).is_file() and os.access(_python(environment), os.X_OK)


def is_current(environment: Path, wanted: Sequence[Path]) -> bool:
    """Whether every wanted file was installed as it reads today."""
    return is_stamped(environment) and all(
        _read(_stamp_of(environment, requirements)) == _digest(requirements)
        for requirements in wanted
    )


def stamp(environment: Path, wanted: Sequence[Path]) -> None:
    """Record that these files are installed; an interrupted install never gets here."""
    for requirements in wanted:
        target = _stamp_of(environment, requirements)
        new = target.with_suffix(".new")
        new.write_text(_digest(requirements), encoding="ascii")
        new.replace(target)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one command at a time change the environment; the kernel frees the lock of a dead one."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _create(environment: Path) -> None:
    say(f"Making {environment.relative_to(ROOT)} …")
    # Debian keeps ensurepip in a package of its own; the system's pip can install from outside.
    with_pip = importlib.util.find_spec("ensurepip") is not None
    venv.EnvBuilder(clear=True, symlinks=True, with_pip=with_pip).create(environment)


def _install(python: Path, wanted: Sequence[Path]) -> None:
    files = [argument for path in wanted for argument in ("-r", str(path))]
    total = len({name for path in wanted for name in names(path)})
    say(f"Installing {total} packages (once; about a minute) …")
    # Python compiles what is imported, when it is; compiling everything takes longer than unpacking.
    options = ["--no-input", "--no-compile", "--disable-pip-version-check"]
    command = [*_pip(python), "install", *options, *files]
    quiet = {"PIP_ROOT_USER_ACTION": "ignore", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **quiet},
    ) as process:
        output = list(_shown(process.stdout or (), total=total))
    if process.returncode != 0:
        raise BootstrapError("pip failed:\n" + "".join(output[-15:]))
    say("Installed.")


def _shown(lines: Iterator[str] | Sequence[str], *, total: int) -> Iterator[str]:
    seen = 0
    for line in lines:
        if line.startswith("Collecting "):
            seen += 1
            if seen % 20 == 0:
                say(f"  {min(seen, total)} of {total} found")
        elif line.startswith("Installing collected"):
            say("  unpacking")
        yield line


def _pip(python: Path) -> list[str]:
    if _has_pip(python):
        return [str(python), "-m", "pip"]
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        version = importlib.metadata.version("pip").split(".")
        if (int(version[0]), int(version[1])) >= PIP_WITH_PYTHON_OPTION:
            return [sys.executable, "-m", "pip", "--python", str(python)]
    raise BootstrapError(
        "There is no pip to install with: install python3-venv or python3-pip and try again."
    )


def _has_pip(python: Path) -> bool:
    probe = [str(python), "-c", "import pip"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _exec_in_own(arguments: Sequence[str]) -> None:
    python = str(_python(OWN))
    os.execv(python, [python, *arguments])


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"


def _stamp_of(environment: Path, requirements: Path) -> Path:
    return environment / f".{requirements.stem}.stamp"


def _digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def say(line: str) -> None:
    """Tell the person at the terminal; standard output stays the command's own."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
