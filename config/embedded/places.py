"""Where the embedded servers keep things, and under which account they run."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SERVICE_ACCOUNTS = ("postgres", "nobody")
# The kernel allows 107 bytes for a socket's path; PostgreSQL appends its own file name.
LONGEST_SOCKET_FOLDER = 80


class PlaceError(Exception):
    """A folder is not safe to use."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The user a server runs as when the command itself runs as root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Places:
    """Every path of one local installation."""

    home: Path
    sockets: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data."""
        return self.home / "postgresql"

    @property
    def broker(self) -> Path:
        """Valkey's data."""
        return self.home / "valkey"

    @property
    def secrets(self) -> Path:
        """Keys that were generated for this machine only."""
        return self.home / "secrets"

    @property
    def gate(self) -> Path:
        """Locked by whoever starts, stops or migrates."""
        return self.home / "gate"

    @property
    def users(self) -> Path:
        """Locked, shared, by every process that needs the servers."""
        return self.home / "users"

    @property
    def valkey_socket(self) -> Path:
        """Where Valkey listens."""
        return self.sockets / "valkey.sock"


def local() -> Places:
    """Compute the places of this checkout; nothing is made on disk."""
    home = home_folder()
    return Places(home=home, sockets=_socket_folder(home), account=service_account())


def home_folder() -> Path:
    """Root keeps data where PostgreSQL's account can reach it, everybody else in the checkout."""
    if named := os.environ.get("DSAR_LOCAL_FOLDER"):
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib") / f"dsar-{_digest(CHECKOUT)}"
    return CHECKOUT / ".local"


def service_account() -> Account | None:
    """PostgreSQL refuses to run as root; find an account with an entry in the password file."""
    if os.geteuid() != 0:
        return None
    for name in SERVICE_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise PlaceError("Neither postgres nor nobody is an account here; run as an ordinary user.")


def make(places: Places) -> None:
    """Make the folders, closed to everybody but the account that needs each."""
    places.home.mkdir(parents=True, exist_ok=True)
    # The servers' account passes through here and sees nothing.
    places.home.chmod(0o711 if places.account else 0o700)
    _private(places.secrets, account=None)
    for folder in (places.broker, places.sockets):
        _private(folder, account=places.account)


def _private(folder: Path, *, account: Account | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    ours = {os.geteuid(), account.uid if account else os.geteuid()}
    # The temporary folder is everybody's: a stranger may have put a link or a folder there first.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise PlaceError(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def _socket_folder(home: Path) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    name = f"dsar-{os.geteuid()}-{_digest(home)}"
    temporary = Path(tempfile.gettempdir()) / name
    # A temporary folder set by the user may itself be too deep.
    fits = len(os.fsencode(temporary)) <= LONGEST_SOCKET_FOLDER
    return temporary if fits else Path("/tmp") / name  # noqa: S108  _private checks the owner.


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
