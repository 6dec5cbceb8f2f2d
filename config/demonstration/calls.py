"""Call the API as any program would: JSON over HTTP, a token, nothing of Django."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any


class CallError(Exception):
    """The API refused; `status` and `problem` say how."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls the API at an address, with a token once logged in."""

    address: str
    token: str = field(default="", repr=False)

    def logged_in(self, *, email: str, password: str) -> Caller:
        """The same with a fresh token."""
        given = self.post("auth/token", {"email": email, "password": password})
        return Caller(address=self.address, token=given["token"])

    def get(self, path: str, **headers: str) -> Any:
        """Fetch JSON."""
        return json.loads(self.fetch(path, headers=headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON and read what comes back."""
        answer = self.fetch(path, body=json.dumps(body or {}).encode(), headers=headers)
        return json.loads(answer) if answer else None

    def fetch(
        self, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        """The bytes of an answer; raises CallError for a refusal."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        call = urllib.request.Request(  # noqa: S310 - the address is the demonstration's own server.
            f"{self.address}api/v1/{path}", data=body, headers=self._headers() | named
        )
        try:
            with urllib.request.urlopen(call, timeout=30) as answer:  # noqa: S310 - as above.
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise CallError(error.code, _problem(error.read())) from None

    def _headers(self) -> dict[str, str]:
        plain = {"Content-Type": "application/json", "Accept": "*/*"}
        return plain | ({"Authorization": f"Token {self.token}"} if self.token else {})


def _problem(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
