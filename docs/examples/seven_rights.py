"""Ask for all seven rights over the API, then follow them and fetch the copies. Needs Python alone.

export SITE=https://example.com EMAIL=reader@example.com PASSWORD=…
export FIELD=company VALUE="Example Pte. Ltd."   # what is wrong, and what it should be
python seven_rights.py ask             # files, and says the references
python seven_rights.py fetch copies/   # says how each stands; saves the copies that are ready
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SITE = os.environ["SITE"].rstrip("/")


class Client:
    """Calls with a token; a new token counts as a fresh log-in, which copies need."""

    def __init__(self) -> None:
        self.headers = {"Accept": "application/json", "Content-Type": "application/json"}
        who = {"email": os.environ["EMAIL"], "password": os.environ["PASSWORD"]}
        self.headers["Authorization"] = f"Token {self.post('auth/token', who)['token']}"

    def get(self, path: str) -> Any:
        """What there is at an address."""
        return json.loads(self._call("GET", path))

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """Send something, and return what is said of it."""
        return json.loads(self._call("POST", path, json.dumps(body).encode(), **headers))

    def save(self, path: str, to: Path) -> None:
        """Keep a file; nobody else may read it."""
        with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self._call("GET", path, Accept="application/zip"))

    def _call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Request(
            f"{SITE}/api/v1/{path}", data=body, method=method, headers=self.headers | sent
        )
        try:
            with urlopen(call, timeout=30) as answer:
                found: bytes = answer.read()
                return found
        except HTTPError as error:
            # An error says what is wrong and what to do about it (RFC 9457).
            problem = json.loads(error.read())
            places = [f"{one['pointer']}: {one['detail']}" for one in problem.get("errors", [])]
            raise SystemExit("\n".join((problem["title"], problem["detail"], *places))) from None


def rights(client: Client) -> list[dict[str, Any]]:
    """All seven, each with what it needs."""
    purposes = client.get("purposes")
    consented = [one["code"] for one in purposes if one["consented"]]
    return [
        {"right": "access"},
        {"right": "portability"},
        {"right": "correction", "corrections": [correction(client)]},
        {"right": "objection", "scope": {"objection": "marketing"}},
        {"right": "restriction", "scope": {"ground": "accuracy_contested"}},
        {"right": "consent_withdrawal", "scope": {"purposes": consented}},
        {"right": "deletion"},
    ]


def correction(client: Client) -> dict[str, Any]:
    """Another value for the field that is wrong, in the first record that has it."""
    wrong = os.environ["FIELD"]
    for held in client.get("holdings"):
        for record in held["correctable"]:
            if any(field["name"] == wrong for field in record["fields"]):
                where = {"declaration": held["declaration"], "row": record["row"]}
                return where | {"field": wrong, "value": os.environ["VALUE"]}
    raise SystemExit(f"Nothing called {wrong} can be corrected.")


def ask(client: Client) -> None:
    """File a case for each right. A call that broke off is sent again with its key, and is still filed once."""
    for one in rights(client):
        key = str(uuid.uuid4())
        case = client.post("cases", {"rights": [one]}, Idempotency_Key=key)
        print(case["reference"], one["right"], "due", case["requests"][0]["due_at"])


def fetch(client: Client, folder: Path) -> None:
    """Say how every request stands, and save the copies that are ready."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    page = client.get("cases")
    for case in page["results"]:
        for request in case["requests"]:
            print(case["reference"], request["right"], request["state"], request["outcome"])
            if request["package"]:
                path = f"cases/{case['reference']}/requests/{request['id']}/package"
                client.save(path, folder / request["package"]["filename"])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["ask"]:
            ask(Client())
        case ["fetch", folder]:
            fetch(Client(), Path(folder))
        case _:
            sys.exit(__doc__)
