"""A database as a house has it after years: requests by the hundred thousand, and their entries in the ledger.

Written in a few statements, since filing them one by one would take days. Three in five of a thousand are open, and
never more than `MOST_OPEN`: what is open does not grow with the years. Each state, right, law, channel has a share.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from dsar.management.bench import people

MOST_OPEN = 30_000
_STRANGERS = 1_000_000_000
"""People of accounts that were closed long ago: their numbers begin behind everybody's."""

_KEYS = """
INSERT INTO dsar_keys_key (id, kind, wrapped, created_at)
SELECT md5('key' || n)::uuid, 'case', sha256(n::text::bytea), now() FROM generate_series(%(first)s, %(last)s) n
"""
_CASES = """
INSERT INTO dsar_cases_case (id, reference, subject_id, subject_relation, channel, regimes, language, received_at,
    created_at, verified_at, verification_method, reply_channel, address_digest, key_id, contact)
SELECT md5('case' || n)::uuid, 'DSR-2020-' || lpad(n::text, 10, '0'), {subject},
    (ARRAY['customer', 'former_customer', 'agent'])[1 + n %% 3],
    (ARRAY['portal', 'api', 'email', 'post', 'phone'])[1 + n / 3 %% 5],
    (ARRAY['["SG"]', '["EU"]', '["EU", "SG"]'])[1 + n / 7 %% 3]::jsonb, (ARRAY['en', 'zh-hans'])[1 + n / 2 %% 2],
    now() - {age}, now(), now(), 'login', 'email', '', md5('key' || n)::uuid, sha256(n::text::bytea)
FROM generate_series(%(first)s, %(last)s) n
"""
_REQUESTS = """
INSERT INTO dsar_cases_request (id, case_id, "right", scope, state, outcome, round, statutory_due_at, due_at, clocks,
    was_overdue, days_late, rule_version, answered_at, closed_at, owner_id, lease_token, attempts, size, kept, result)
SELECT md5(n::text)::uuid, md5('case' || n)::uuid,
    (ARRAY['deletion', 'access', 'correction', 'deletion', 'portability', 'objection', 'deletion', 'restriction',
        'consent_withdrawal', 'deletion'])[1 + n %% 10],
    '{{}}', CASE WHEN n > %(open)s THEN 'closed' ELSE (ARRAY['in_review', 'submitted', 'awaiting_verification',
        'in_review', 'awaiting_requester', 'approved', 'in_review', 'executing', 'needs_attention',
        'submitted'])[1 + n / 10 %% 10] END,
    CASE WHEN n > %(open)s THEN 'fulfilled' ELSE '' END, 1, now() - {age} + {period}, now() - {age} + {period}, '[]',
    false, 0, 'SG:2021-02-01', CASE WHEN n > %(open)s THEN now() - {age} + {period} / 2 END,
    CASE WHEN n > %(open)s THEN now() - {age} + {period} / 2 END,
    CASE WHEN n %% 3 = 0 AND n <= %(open)s THEN %(owner)s::{key} END, 0, 0, n %% 200, '{{}}', '{{}}'
FROM generate_series(%(first)s, %(last)s) n
"""
_DECISIONS = """
INSERT INTO dsar_cases_decision (request_id, verdict, grounds, automatic, decided_at, plan_digest)
SELECT id, 'granted', '{{}}', false, now(), '' FROM dsar_cases_request request
WHERE state = 'in_review' AND NOT EXISTS (SELECT FROM dsar_cases_decision WHERE request_id = request.id)
"""
_HOLDS = """
INSERT INTO dsar_registers_hold (id, subject_id, declaration, "row", ground, law, hidden, placed_at, review_on)
SELECT md5('hold' || n)::uuid, {subject}, '', '', 'Claim', 'Limitation Act', true, now(), current_date + 90
FROM generate_series(%(first)s, %(last)s, 4) n
"""
# What is open came in within the last five weeks; before that a thousand requests a day.
_AGE = (
    "(CASE WHEN n <= %(open)s THEN n %% 35 * interval '1 day' + n * interval '1 second'"
    " ELSE interval '36 days' + n * interval '86 seconds' END)"
)
_PERIOD = "interval '30 days'"


def fill(last: int, *, owner: Any, first: int = 1) -> None:
    """Write cases with a request each, numbered from first to last, of other people than those in the database."""
    is_open = min(last * 3 // 5, MOST_OPEN)
    values = {"first": first, "last": last, "open": is_open, "owner": owner}
    parts = {
        "subject": _stranger(),
        "key": people.key_type(),
        "age": _AGE,
        "period": _PERIOD,
    }
    with connection.cursor() as cursor:
        for statement in (_KEYS, _CASES, _REQUESTS, _DECISIONS, _HOLDS):
            cursor.execute(statement.format(**parts), values)


def settle() -> None:
    """Let the server look at the tables, as it does by itself within a minute of such growth."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _stranger() -> str:
    kind = get_user_model()._meta.pk.get_internal_type()
    if kind == "UUIDField":
        return "md5('person' || n)::uuid"
    return f"({_STRANGERS} + n)::{people.key_type()}"
