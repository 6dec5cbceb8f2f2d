"""One row by hand: every column from entries that are written here, without the house that usually writes them."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from dsar.audit import verify_export
from dsar.audit.rows import COLUMNS, History

CASE = "00000000-0000-4000-8000-00000000000c"
ONE = "00000000-0000-4000-8000-000000000001"
HASH = "ab" * 32
POLICIES = [("2024-08-26", "2024-1"), ("2026-06-01", "2026-1"), ("2027-01-01", "2027-1")]


def entry(day: str, tag: str, **detail: Any) -> dict[str, Any]:
    return {"at": f"{day}T20:00:00.000000Z", "tag": tag, "request": ONE, "detail": detail, "v": 1}


ENTRIES = [
    entry(
        "2026-05-31",
        "request.submitted",
        case=CASE,
        reference="DSR-2026-ABCDEFGHJK",
        relation="guardian",
        right="deletion",
        channel="post",
        regimes=["SG", "EU"],
        rules=["SG:2021-02-01", "EU:2018-05-25"],
        received="2026-05-31T18:00:00+00:00",
        start="2026-06-01",
        strict="2026-06-30",
        due="2026-06-30T15:59:59+00:00",
    ),
    entry("2026-05-31", "letter.written", case=CASE, kind="receipt", letter="r"),
    entry("2026-06-01", "letter.sent", case=CASE, letter="r"),
    entry("2026-06-01", "identity.tried", case=CASE, result="not_enough"),
    entry("2026-06-02", "request.verified", method="facts"),
    entry("2026-06-02", "request.owned", actor="staff", role="handler"),
    entry("2026-06-03", "request.paused", kind="clarification"),
    entry("2026-06-05", "request.resumed", kinds=["clarification"]),
    entry("2026-06-06", "letter.written", case=CASE, kind="extension", letter="x"),
    entry("2026-06-06", "request.extended", grounds={"EU": "complex"}, letter="x"),
    entry("2026-06-06", "request.due_changed", strict=["2026-06-30", "2026-08-31"], because="e"),
    entry("2026-06-07", "letter.sent", case=CASE, letter="x"),
    entry("2026-06-08", "letter.written", case=CASE, kind="interim", letter="i"),
    entry("2026-07-01", "request.decided", grounds={"SG": "legal_claims"}, verdict="granted_in_part"),
    entry("2026-07-02", "request.approved", **{"from": "in_review", "to": "approved"}, actor="staff", role="officer"),
    entry("2026-07-03", "step.done", action="erase", rows={"orders.Order:buyer": 3}, kept=1),
    entry("2026-07-03", "recipient.tasks_opened", recipients=["bank", "courier", "printer"]),
    entry("2026-07-03", "recipient.told", recipient="courier", status="200"),
    entry("2026-07-03", "recipient.task_changed", recipient="printer", state="impossible"),
    entry("2026-07-03", "letter.written", case=CASE, kind="answer", letter="a"),
    entry("2026-07-03", "request.closed", **{"from": "executing", "to": "closed"}, outcome="partially_fulfilled"),
    entry("2026-07-09", "complaint.filed", case=CASE),
    entry("2026-07-19", "complaint.answered", case=CASE, outcome="upheld"),
]  # fmt: skip
EXPECTED = {
    "reference": "DSR-2026-ABCDEFGHJK",
    "case_id_pseudonym": CASE,
    "item_no": "1",
    "right": "deletion",
    "subject_relation": "guardian",
    "on_behalf": "yes",
    "regimes": "SG EU",
    "rule_version": "SG:2021-02-01 EU:2018-05-25",
    "channel": "post",
    "received_at": "2026-05-31T18:00:00Z",
    "ack_sent_at": "2026-06-01T20:00:00.000000Z",
    "verification_method": "facts",
    "verification_result": "verified",
    "verified_at": "2026-06-02T20:00:00.000000Z",
    "clock_start": "2026-06-01",
    "pauses": '[{"from":"2026-06-03T20:00:00.000000Z","kind":"clarification",'
    '"to":"2026-06-05T20:00:00.000000Z"}]',
    "initial_due": "2026-06-30",
    "extended_due": "2026-08-31",
    "extension_ground": '{"EU":"complex"}',
    "extension_notice_at": "2026-06-07T20:00:00.000000Z",
    "interim_notices": '["2026-06-08T20:00:00.000000Z"]',
    "answered_at": "2026-07-03T20:00:00.000000Z",
    # In Singapore it came on 1 June and was answered on 4 July.
    "days_to_answer": "33",
    "on_time": "yes",
    "outcome": "partially_fulfilled",
    "grounds": '{"SG":"legal_claims"}',
    "partial": "yes",
    "categories_result": '[{"action":"erase","kept":1,"rows":{"orders.Order:buyer":3}}]',
    "recipients_notified": "courier",
    "recipients_open": "bank",
    "fee": "none",
    "assignee_role": "handler",
    "approver_role": "officer",
    "complaint": "upheld",
    "policy_version": "2026-1",
    "manifest_sha256": "",
    "event_count": "23",
    "chain_head": HASH,
    "control_refs": "A.1.3.7 A.1.3.8 A.1.3.10",
    "received_local": "2026-06-01T02:00:00+08:00",
    "answered_local": "2026-07-04T04:00:00+08:00",
}
NOW = "2026-12-01T00:00:00+00:00"


def told(entries: list[dict[str, Any]], now: str = NOW) -> dict[str, str]:
    history = History(CASE, policies=POLICIES, zone=ZoneInfo("Asia/Singapore"))
    for one in entries:
        history.take(one, hash_=HASH)
    (found,) = history.rows(now=now)
    return found.row


def told_by_the_verifier(entries: list[dict[str, Any]], now: str = NOW) -> list[str]:
    items, beside = verify_export.told((HASH, json.loads(json.dumps(one))) for one in entries)
    (item,) = items
    scope = {"time_zone": "Asia/Singapore", "at": now}
    row: list[str] = verify_export.row_of(CASE, item, beside, scope, POLICIES)
    return row


def test_every_column_by_hand() -> None:
    assert list(EXPECTED) == list(COLUMNS)
    assert told(ENTRIES) == EXPECTED
    assert told_by_the_verifier(ENTRIES) == list(EXPECTED.values())


def test_after_any_entry_writer_and_verifier_say_the_same() -> None:
    for count in range(1, len(ENTRIES) + 1):
        for now in (NOW, "2026-06-15T00:00:00+00:00"):
            assert list(told(ENTRIES[:count], now).values()) == told_by_the_verifier(
                ENTRIES[:count], now
            )


def test_an_open_request_is_late_only_when_its_day_is_over() -> None:
    assert told(ENTRIES[:1], "2026-06-30T15:59:59+00:00")["on_time"] == ""
    assert told(ENTRIES[:1], "2026-06-30T16:00:01+00:00")["on_time"] == "no"


def test_spam_needs_no_answer() -> None:
    ended = entry(
        "2026-07-03", "request.closed", **{"from": "submitted", "to": "closed"}, outcome="spam"
    )
    row = told([*ENTRIES[:2], ended])
    assert (row["on_time"], row["outcome"], row["verification_result"]) == (
        "not_applicable",
        "spam",
        "not_needed",
    )
