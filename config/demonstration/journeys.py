"""Seven journeys, one a right: what is asked, who decides, how it is followed, and what must come out."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from config.demonstration.calls import Caller, CallError

if TYPE_CHECKING:
    from config.demonstration.company import Company, Player

SECONDS = 60.0
PAUSE = 0.1
Told = Callable[[str], None]
Found = TypeVar("Found")


class UnexpectedError(Exception):
    """A journey did not end as it must."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a journey ended."""

    right: str
    person: str
    reference: str
    outcome: str
    expected: str
    seconds: float

    @property
    def is_expected(self) -> bool:
        """Whether the outcome is the one it must be."""
        return self.outcome == self.expected


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where the journeys take place."""

    address: str
    company: Company
    reviewer: Caller
    officer: Caller
    say: Told


def open_stage(address: str, company: Company, *, say: Told) -> Stage:
    """The stage with the staff at their desks: each logs in once."""
    return Stage(
        address=address,
        company=company,
        reviewer=_logged_in(address, company.reviewer),
        officer=_logged_in(address, company.officer),
        say=say,
    )


def _logged_in(address: str, player: Player) -> Caller:
    return Caller(address=address).logged_in(email=player.email, password=player.password)


EXPECTED = {
    "access": "fulfilled",
    "portability": "fulfilled",
    "correction": "fulfilled",
    "deletion": "partially_fulfilled",
    "objection": "fulfilled",
    "restriction": "fulfilled",
    "consent_withdrawal": "fulfilled",
}
"""Deletion is partial because the law keeps the accounting part of an order."""


def walk(stage: Stage, right: str) -> Ended:
    """File, decide, follow and check one right; raises UnexpectedError or CallError."""
    started = time.monotonic()
    player = stage.company.customers[right]
    caller = _logged_in(stage.address, player)
    caller.post("consents", {"purpose": "marketing_email", "wording": "Yes, send me offers."})
    case = caller.post("cases", {"rights": [_asked(caller, right)]}, Idempotency_Key=player.email)
    stage.say(f"{player.name} asks for {right.replace('_', ' ')}: {case['reference']}")
    _decide(stage, case["requests"][0]["id"])
    outcome = _LAST_STEP[right](stage, caller, player, case["reference"])
    return Ended(
        right=right,
        person=player.name,
        reference=case["reference"],
        outcome=outcome,
        expected=EXPECTED[right],
        seconds=round(time.monotonic() - started, 1),
    )


def _asked(caller: Caller, right: str) -> dict[str, Any]:
    scopes: dict[str, dict[str, Any]] = {
        "objection": {"objection": "marketing"},
        "restriction": {"ground": "accuracy_contested", "purposes": ["personalised_search"]},
        "consent_withdrawal": {"purposes": ["marketing_email"]},
    }
    if right == "correction":
        return {"right": right, "corrections": [_correction(caller)]}
    return {"right": right, "scope": scopes[right]} if right in scopes else {"right": right}


def _correction(caller: Caller) -> dict[str, Any]:
    """The company's name in the person's own profile, found by asking what can be corrected."""
    profile = next(
        one for one in caller.get("holdings") if one["declaration"] == "accounts.Profile"
    )
    row = profile["correctable"][0]["row"]
    return {"declaration": "accounts.Profile", "row": row, "field": "company", "value": NEW_COMPANY}


NEW_COMPANY = "Corrected Trading Ltd"


def _decide(stage: Stage, request: str) -> None:
    """See what would happen, decide on exactly that, and sign where a second person must."""
    reviewer, path = stage.reviewer, f"staff/requests/{request}"
    if reviewer.get(path)["state"] != "in_review":
        return
    shown = reviewer.post(f"{path}/preview")
    for sentence in shown["sentences"][:4]:
        stage.say(f"    staff see: {sentence}")
    decided = reviewer.post(f"{path}/decide", {"verdict": "granted", "shown": shown["digest"]})
    if decided["state"] == "in_review" and decided["needs_second_person"]:
        stage.officer.post(f"{path}/approve")
        stage.say("    a second person signs")


def _awaited(look: Callable[[], Found | None], *, otherwise: str) -> Found:
    """What a look brings once it brings something; `otherwise` is said where it does not in time."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(PAUSE)
    raise UnexpectedError(f"{otherwise} within {SECONDS:g} seconds.")


def _looking(stage: Stage, caller: Caller, reference: str) -> Callable[[], dict[str, Any]]:
    """Look at the request as its person sees it, and tell what is new."""
    told = 0

    def look() -> dict[str, Any]:
        nonlocal told
        request = dict(caller.get(f"cases/{reference}")["requests"][0])
        for event in request["timeline"][told:]:
            stage.say(f"    {event['what']}")
        told = len(request["timeline"])
        return request

    return look


def _follow(stage: Stage, caller: Caller, reference: str) -> dict[str, Any]:
    """Watch the request until it is closed."""
    look = _looking(stage, caller, reference)

    def closed() -> dict[str, Any] | None:
        request = look()
        return request if request["state"] == "closed" else None

    return _awaited(closed, otherwise=f"{reference} was not answered")


def _closed(stage: Stage, caller: Caller, _player: Player, reference: str) -> str:
    return str(_follow(stage, caller, reference)["outcome"])


def _fetched(stage: Stage, caller: Caller, player: Player, reference: str) -> str:
    """Download the copy, open it, and find the person in it."""
    request = _follow(stage, caller, reference)
    archive = caller.fetch(f"cases/{reference}/requests/{request['id']}/package")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        data = json.loads(opened.read("data.json"))
        names = opened.namelist()
    rows = sum(table["count"] for table in data["tables"])
    if player.name not in json.dumps(data):
        raise UnexpectedError(f"The copy of {reference} does not hold its person's name.")
    stage.say(f"    downloads {len(archive):,} bytes: {rows} records, {len(names)} files")
    return str(request["outcome"])


def _corrected(stage: Stage, caller: Caller, _player: Player, reference: str) -> str:
    outcome = _closed(stage, caller, _player, reference)
    if NEW_COMPANY not in json.dumps(caller.get("holdings")):
        raise UnexpectedError("The corrected value is not held.")
    return outcome


def _stopped(stage: Stage, caller: Caller, _player: Player, reference: str) -> str:
    """See the purpose stopped in the register that the company's programs ask."""
    outcome = _closed(stage, caller, _player, reference)
    purposes = [one["code"] for one in caller.get("purposes") if not one["permitted"]]
    stage.say(f"    no longer permitted: {', '.join(purposes)}")
    if not purposes:
        raise UnexpectedError("No purpose was stopped.")
    return outcome


def _erased(stage: Stage, caller: Caller, player: Player, reference: str) -> str:
    """Wait until the account is gone, then read the answer by the mailed link and its code."""
    _wait_until_shut_out(stage, caller, reference)
    token = _mailed(player, rf"{reference}.*to open it:\s+\S*?([\w-]{{40,}})")
    stage.say("    the account is gone; the mailed link still leads to the answer")
    stranger = Caller(address=stage.address)
    stranger.post("answer/code", {"token": token})
    code = _mailed(player, rf"Your code for case {reference}: (\S+)")
    answer = stranger.get("answer", X_Link_Token=token, X_Link_Code=code)
    for receipt in answer["requests"][0]["receipts"][:6]:
        stage.say(f"    {_told(receipt)}")
    return str(answer["requests"][0]["outcome"])


def _told(receipt: dict[str, Any]) -> str:
    counts = (f"{receipt[what]} {what}" for what in ("deleted", "overwritten", "retained"))
    return f"{receipt['title']}: {', '.join(counts)}. {receipt['reason']}".strip()


def _wait_until_shut_out(stage: Stage, caller: Caller, reference: str) -> None:
    look = _looking(stage, caller, reference)

    def shut_out() -> bool | None:
        try:
            look()
        except CallError as error:
            if error.status == 401:  # noqa: PLR2004 - HTTP's own number.
                return True
            raise
        return None

    _awaited(shut_out, otherwise=f"{reference}: the account was not closed")


def _mailed(player: Player, pattern: str) -> str:
    """What a mail to this person says, once it has come; locally mail lies in a folder."""

    def mail() -> str | None:
        found = (re.search(pattern, text, re.DOTALL) for text in _mails_to(player))
        return next((one.group(1) for one in found if one), None)

    return _awaited(mail, otherwise=f"No mail came to {player.email}")


def _mails_to(player: Player) -> list[str]:
    """The texts of the mails to this person, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda one: one.stat().st_mtime, reverse=True)
    texts = []
    for file in files[:50]:
        for raw in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            mail = message_from_bytes(raw.lstrip(), policy=policy.default)
            plain = mail.get_body(preferencelist=("plain",))
            if player.email in str(mail["to"]) and plain is not None:
                texts.append(str(plain.get_content()))
    return texts


_LAST_STEP: dict[str, Callable[[Stage, Caller, Player, str], str]] = {
    "access": _fetched,
    "portability": _fetched,
    "correction": _corrected,
    "deletion": _erased,
    "objection": _stopped,
    "restriction": _stopped,
    "consent_withdrawal": _stopped,
}
