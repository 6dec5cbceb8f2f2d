"""The settings of dsar, read from `settings.DSAR` with their defaults."""

from __future__ import annotations

from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    "WAITING_PERIOD_SECONDS": 7 * 24 * 3600,
    "LEASE_SECONDS": 15,
    "HEARTBEAT_SECONDS": 5,
    "SWEEP_SECONDS": 5,
    "MOST_ATTEMPTS": 5,
    "SLICE_SECONDS": 10,
    "STOP_SECONDS": 3,
    "GIANT_ROWS": 250_000,
    "GIANTS_AT_ONCE": 1,
    "PACKAGE_DAYS": 14,
    "PACKAGE_FETCHES": 20,
    "SEND_MOST_BYTES": 2 * 1024**3,
    "SEND_SECONDS": 1_800,
    "LARGE_ROWS": 50_000,
    "FEW_ROWS": 1_000,
    "BATCH_ROWS": 250_000,
    "PREVIEW_ROWS": 100,
    "FRESH_LOGIN_SECONDS": 900,
    "SWEEP_HOUR": None,
    "RETENTION_HOUR": 2,
    "RETENTION_SECONDS": 300,
    "RETENTION_SLICE_SECONDS": 60,
    "RETENTION_SHARE": 0.2,
    "RETENTION_FEW_ROWS": 1_000,
    "RETENTION_MOST_ROWS": 2_000_000,
    "MASTER_KEYS": (),
    "SUPPRESSION_KEY": "",
    "LEDGER_SIGNING_KEYS": (),
    "LEDGER_VERIFIER_KEYS": (),
    "LEDGER_SECOND_PLACE": "",
    "SEAL_SECONDS": 5,
    "CALLING_CODE": "65",
    "ERASURE_JOURNAL": "",
    "ORGANISATION": {},
    "RECIPIENTS": {},
    "COOKIES": (),
    # Log-ins, and what lets somebody in, go with a click or by themselves.
    "PASSING_KINDS": (
        "account.EmailConfirmation",
        "knox.AuthToken",
        "mfa.Authenticator",
        "sessions.Session",
        "usersessions.UserSession",
    ),
    "TIME_ZONE": "Asia/Singapore",
    "REGIMES": ("SG",),
    "POLICY": {},
    "INTERNAL_TARGET_DAYS": None,
    "POLICY_NOTICE_DAYS": 14,
    "REPEAT_DAYS": 90,
    "UNVERIFIED_DAYS": 21,
    "REMIND_SECONDS": 3600,
    "LINK_URL": "",
    "LINK_DAYS": 365,
    "CODE_SECONDS": 600,
    "ACCOUNT_CHANGES": "",
    "CHANGE_DAYS": 30,
    "COMPLAINT_DAYS": 30,
    "CONFIRMATION_URL": "",
    "UNSUBSCRIBE_URL": "",
    "CONFIRMATION_HOURS": 48,
    "STAFF_NEEDS_MFA": True,
    "METRICS_TOKEN": "",
    "PUBLISH_FIGURES": False,
    "IDEMPOTENCY_HOURS": 24,
    "API_RATES": {
        "calls": "300/min",
        "filings": "30/hour",
        "downloads": "120/hour",
        "log_ins": "20/min",
        "log_ins_of_one": "10/min",
        "codes": "10/min",
        "open_filings": "20/hour",
        "open_filings_of_one": "10/hour",
    },
}


def get(name: str) -> Any:
    """The value of a setting; raises KeyError for a name that is none of dsar's."""
    default = DEFAULTS[name]
    return getattr(settings, "DSAR", {}).get(name, default)
