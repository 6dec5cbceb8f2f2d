"""One row a request, told from the ledger's entries alone, so that whoever has the entries can tell it too.

Pure: entries in, texts out. docs/auditing.md says how each column comes about; the offline verifier does the same
without this code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

COLUMNS: Final = (
    *("reference", "case_id_pseudonym", "item_no", "right", "subject_relation", "on_behalf"),
    *("regimes", "rule_version", "channel", "received_at", "ack_sent_at", "verification_method"),
    *("verification_result", "verified_at", "clock_start", "pauses", "initial_due", "extended_due"),
    *("extension_ground", "extension_notice_at", "interim_notices", "answered_at"),
    *("days_to_answer", "on_time", "outcome", "grounds", "partial", "categories_result"),
    *("recipients_notified", "recipients_open", "fee", "assignee_role", "approver_role"),
    *("complaint", "policy_version", "manifest_sha256", "event_count", "chain_head"),
    *("control_refs", "received_local", "answered_local"),
)
"""The same for every export; a column is added at the end and never renamed."""

_ANSWERS = frozenset({"answer", "refusal", "withdrawn", "forwarded", "not_verified"})
_FOR_OTHERS = frozenset({"guardian", "agent", "representative", "deceased", "company"})
_FILED = frozenset({"request.submitted", "enquiry.filed"})
_WITHOUT_ANSWER = frozenset({"spam", "duplicate"})
_TOLD = frozenset({"sent", "confirmed"})
_OVER = _TOLD | {"impossible", "disproportionate"}
_REFS: Final = {
    "access": "A.1.3.7 A.1.3.9 A.1.3.10 P5.1",
    "correction": "A.1.3.7 A.1.3.8 A.1.3.10 P5.2",
    "deletion": "A.1.3.7 A.1.3.8 A.1.3.10",
    "portability": "A.1.3.9 A.1.3.10 P5.1",
    "objection": "A.1.3.6 A.1.3.10",
    "restriction": "A.1.3.6 A.1.3.8 A.1.3.10",
    "consent_withdrawal": "A.1.3.5 A.1.3.10",
    "enquiry": "A.1.3.10",
}
"""Controls of ISO/IEC 27701:2025 and criteria of SOC 2 that a right is evidence for (R178, R179)."""


@dataclass(kw_only=True)
class Item:
    """What is known of one request so far."""

    number: int
    said: Mapping[str, Any]
    """The detail of the entry that filed it."""
    at: str
    due: str
    start: str
    verified: tuple[str, str] = ("", "")
    pauses: list[dict[str, str]] = field(default_factory=list)
    extended: str = ""
    extension: str = ""
    interim: list[str] = field(default_factory=list)
    answered: str = ""
    outcome: str = ""
    closed: str = ""
    grounds: Mapping[str, str] = field(default_factory=dict)
    results: list[Any] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    fee: str = ""
    owner: str = ""
    approver: str = ""
    manifest: str = ""
    events: int = 0
    head: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One request: its identifier, when it was received and when closed (UTC, empty while open), and its row."""

    request: str
    received: str
    closed: str
    row: dict[str, str]


class History:
    """A case, entry by entry in the tree's order; holds as much as one case has to say."""

    def __init__(self, case: str, *, policies: Sequence[tuple[str, str]], zone: ZoneInfo) -> None:
        self.case = case
        self._policies = policies
        self._zone = zone
        self._items: dict[str, Item] = {}
        self._regimes: list[str] = []
        self._receipt = ""
        self._sent: dict[str, str] = {}
        self._tried = ""
        self._complaint = ""

    def take(self, entry: Mapping[str, Any], *, hash_: str) -> None:
        """Go on by one entry."""
        said, at, tag, about = entry["detail"], entry["at"], entry["tag"], entry["request"]
        if tag in _FILED:
            self._open(about, said, at=at)
        elif tag == "request.reopened" and said.get("of") in self._items:
            self._open(about, {**self._items[said["of"]].said, **said}, at=at)
        item = self._items.get(about)
        if item is not None:
            item.events += 1
            item.head = hash_
            self._about(item, tag, said, at=at)
        self._beside(tag, said, at=at)

    def rows(self, *, now: str) -> Iterator[Told]:
        """What is told of each request, in the order of filing; open ones are late or not at the moment `now`."""
        for request, item in self._items.items():
            yield Told(
                request=request,
                received=item.said.get("received", item.at),
                closed=item.closed,
                row=self._row(item, now=now),
            )

    def _open(self, about: str, said: Mapping[str, Any], *, at: str) -> None:
        if not self._regimes:
            self._regimes = list(said["regimes"])
        self._items[about] = Item(
            number=len(self._items) + 1,
            said=said,
            at=at,
            due=said.get("strict", ""),
            start=said.get("start", ""),
        )

    def _about(self, item: Item, tag: str, said: Mapping[str, Any], *, at: str) -> None:  # noqa: C901, PLR0912 - a list of what can happen.
        if "from" in said and "to" in said:
            item.outcome = said.get("outcome", "") if said["to"] == "closed" else ""
            item.closed = at if said["to"] == "closed" else ""
        if tag == "request.verified":
            item.verified = (said["method"], at)
        elif tag == "request.paused":
            item.pauses.append({"from": at, "kind": said["kind"], "to": ""})
        elif tag == "request.resumed":
            for pause in item.pauses:
                pause["to"] = pause["to"] or at
        elif tag == "request.due_changed":
            item.due, item.start = said["strict"][1], said.get("start", item.start)
        elif tag == "request.extended":
            item.extended, item.extension = _json(said["grounds"]), said["letter"]
        elif tag == "request.decided":
            item.grounds = said["grounds"]
        elif tag == "request.owned":
            item.owner = said.get("role", said["actor"])
        elif tag == "request.approved":
            item.approver = said.get("role", said["actor"])
        elif tag in {"step.done", "deletion.verified"}:
            item.results.append(said)
        elif tag == "package.sealed":
            item.manifest = said["manifest_sha256"]
        elif tag == "recipient.tasks_opened":
            item.recipients |= dict.fromkeys(said["recipients"], "open")
        elif tag in {"recipient.told", "recipient.task_changed"}:
            item.recipients[said["recipient"]] = said.get("state", "sent")
        elif tag == "letter.written":
            self._letter(item, said, at=at)
        elif tag == "enquiry.answered":
            item.answered = at

    def _letter(self, item: Item, said: Mapping[str, Any], *, at: str) -> None:
        if said["kind"] in _ANSWERS:
            item.answered = at
        elif said["kind"] == "interim":
            item.interim.append(at)
        elif said["kind"] == "fee":
            item.fee = "asked"

    def _beside(self, tag: str, said: Mapping[str, Any], *, at: str) -> None:
        """What is said of the whole case."""
        if tag == "case.regimes_changed":
            self._regimes = list(said["regimes"])
        elif tag == "letter.written" and said["kind"] == "receipt":
            self._receipt = self._receipt or said["letter"]
        elif tag == "letter.sent":
            self._sent.setdefault(said["letter"], at)
        elif tag == "identity.tried":
            self._tried = said["result"]
        elif tag == "complaint.filed":
            self._complaint = "filed"
        elif tag == "complaint.answered":
            self._complaint = said["outcome"]

    def _row(self, item: Item, *, now: str) -> dict[str, str]:
        said, received = item.said, item.said.get("received", item.at)
        right, relation = str(said["right"]), str(said.get("relation", ""))
        told = sorted(who for who, state in item.recipients.items() if state in _TOLD)
        waiting = sorted(who for who, state in item.recipients.items() if state not in _OVER)
        values = (
            *(str(said.get("reference", "")), self.case, str(item.number), right, relation),
            "yes" if relation in _FOR_OTHERS else "no",
            *(" ".join(self._regimes), " ".join(said["rules"]), str(said["channel"])),
            *(_utc(received), self._sent.get(self._receipt, ""), item.verified[0]),
            *(self._identity(item), item.verified[1], item.start, _json(item.pauses)),
            *(str(said.get("strict", "")), item.due if item.extended else "", item.extended),
            *(self._sent.get(item.extension, ""), _json(item.interim), item.answered),
            *(self._days(received, item.answered), self._timely(item, now=now), item.outcome),
            *(_json(dict(item.grounds)), "yes" if item.outcome == "partially_fulfilled" else "no"),
            *(_json(item.results), " ".join(told), " ".join(waiting), item.fee or "none"),
            *(item.owner, item.approver, self._complaint, self._policy(received), item.manifest),
            *(str(item.events), item.head, _REFS[right]),
            *(self._local(received), self._local(item.answered)),
        )
        return dict(zip(COLUMNS, (" ".join(v.split()) for v in values), strict=True))

    def _identity(self, item: Item) -> str:
        if item.verified[1]:
            return "verified"
        if item.outcome == "identity_not_verified":
            return "not_verified"
        return self._tried or ("not_needed" if item.outcome else "open")

    def _days(self, received: str, answered: str) -> str:
        """Days of the organisation's calendar from receipt to answer."""
        return str((self._day(answered) - self._day(received)).days) if answered else ""

    def _timely(self, item: Item, *, now: str) -> str:
        if item.outcome in _WITHOUT_ANSWER:
            return "not_applicable"
        if not item.due:
            return ""
        late = self._day(item.answered or now) > date.fromisoformat(item.due)
        return "no" if late else "yes" if item.answered else ""

    def _policy(self, received: str) -> str:
        """The version of the privacy policy that was in force on the day of receipt."""
        day = self._day(received).isoformat()
        return max(((on, name) for on, name in self._policies if on <= day), default=("", ""))[1]

    def _day(self, moment: str) -> date:
        return datetime.fromisoformat(moment).astimezone(self._zone).date()

    def _local(self, moment: str) -> str:
        if not moment:
            return ""
        there = datetime.fromisoformat(moment).astimezone(self._zone)
        return there.isoformat(timespec="seconds")


def _utc(moment: str) -> str:
    return moment.replace("+00:00", "Z")


def _json(value: Any) -> str:
    """Compact, members in order, nothing for nothing."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")) if value else ""
