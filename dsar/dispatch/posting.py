"""Post to an address on the internet that somebody outside named: over TLS, once, and to nobody inside.

The name is resolved once. Where any of its addresses is not a public one nothing is sent, and what is sent goes to the
address that was looked at, so that a name that changes meanwhile leads nowhere else. A redirection is an answer like
any other and is not followed.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv6Address, ip_address, ip_network
from socket import getaddrinfo
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dsar.crashpoints import effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PATIENCE = 10
"""Seconds for each step, and three times that for the whole: a server that dribbles holds nobody up."""
_TO_ANSWER = 60
"""Seconds in which whoever was sent something long has to say that they have it."""
_HTTPS = 443
_READ = 4096
_WRAPS_IPV4 = (ip_network("64:ff9b::/96"), ip_network("2002::/16"))
"""Addresses of the sixth version that lead to one of the fourth, which may be an inner one."""


class RefusedAddressError(ValueError):
    """This is no address on the public internet that speaks https."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class NotTakenError(Exception):
    """The other side cannot have taken it: nothing of it was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


class UnsureError(Exception):
    """It was sent at least in part, and no answer says whether it was taken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other side answered."""

    status: int
    digest: str
    """SHA-256 over the beginning of the answer's content."""

    @property
    def is_taken(self) -> bool:
        """Whether the other side says that it took it."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3.


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post a body; raises RefusedAddressError, NotTakenError or UnsureError, none of which repeats the address."""
    with _opened(url, seconds=3 * PATIENCE) as (link, path), effect("webhook.post"):
        try:
            link.request("POST", path, body=body, headers=dict(headers))
            return _answer(link)
        except (OSError, HTTPException, ValueError) as error:
            raise UnsureError(type(error).__name__) from None


def stream(
    url: str, *, chunks: Iterable[bytes], length: int, headers: Mapping[str, str], seconds: int
) -> Answer:
    """Post a body that comes in chunks and is `length` bytes long, of which no more than a chunk is held at a time.

    It is over within so many seconds. Raises what `post` raises, and whatever the chunks raise.
    """
    said = dict(headers) | {"Content-Length": str(length)}
    with _opened(url, seconds=seconds) as (link, path), effect("stream.post"):
        try:
            _send(link, path, chunks=chunks, headers=said)
            link.sock.settimeout(_TO_ANSWER)
            return _answer(link)
        except (OSError, HTTPException, ValueError) as error:
            raise UnsureError(type(error).__name__) from None


def check(url: str) -> None:
    """Refuse what could never be posted to; raises RefusedAddressError. Looks no name up."""
    _parts(url)


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet: no inner network, no machine's own, no group's."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _WRAPS_IPV4):
            return False
    return found.is_global and not found.is_multicast


def _send(
    link: HTTPSConnection, path: str, *, chunks: Iterable[bytes], headers: Mapping[str, str]
) -> None:
    """Send all of it, or as much as the other side takes before it answers that it will not have it."""
    with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        link.request("POST", path, body=chunks, headers=dict(headers))


def _answer(link: HTTPSConnection) -> Answer:
    answer = link.getresponse()
    digest = hashlib.sha256(answer.read1(_READ)).hexdigest()
    return Answer(status=answer.status, digest=digest)


def _parts(url: str) -> tuple[str, int, str]:
    try:
        said = urlsplit(url)
        host, port = said.hostname, said.port or _HTTPS
    except ValueError:
        raise RefusedAddressError from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if said.scheme != "https" or not host or said.username is not None or not plain:
        raise RefusedAddressError
    query = f"?{said.query}" if said.query else ""
    return host, port, f"{said.path or '/'}{query}"


def _resolved(host: str, port: int) -> str:
    """One address of a name of which every address is public."""
    try:
        found = getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotTakenError(type(error).__name__) from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(map(is_public, addresses)):
        raise RefusedAddressError
    return addresses[0]


@contextmanager
def _opened(url: str, *, seconds: int) -> Iterator[tuple[HTTPSConnection, str]]:
    """A connection for one post, which is cut after so many seconds, and the path to post to."""
    host, port, path = _parts(url)
    link = HTTPSConnection(host, port, timeout=PATIENCE)
    with _connected(host, port) as safe, _cut_after(safe, seconds=seconds):
        link.sock = safe
        yield link, path


@contextmanager
def _connected(host: str, port: int) -> Iterator[ssl.SSLSocket]:
    """A connection to the address that was looked at, whose certificate is the name's."""
    address = _resolved(host, port)
    try:
        raw = socket.create_connection((address, port), timeout=PATIENCE)
        safe = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    except OSError as error:
        raise NotTakenError(type(error).__name__) from None
    with safe:
        yield safe


@contextmanager
def _cut_after(link: ssl.SSLSocket, *, seconds: int) -> Iterator[None]:
    def cut() -> None:
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
