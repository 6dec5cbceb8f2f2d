"""A page's input with everything in it that could break a page."""

from __future__ import annotations

from typing import Any

from dsar.packages.pages import Table

TEXTS = [
    "<script>document.title='owned'</script>",
    '"><img src=https://evil.invalid/x onerror=alert(1)>',
    "</style></title></table><h1>owned</h1>",
    "&lt;b&gt; &amp; 'quoted' \"twice\"",
    '=HYPERLINK("https://evil.invalid")',
    "שלום עולם, הזמנה 42",
    "مرحبا بالعالم",
    "invoice\u202efdp.exe",
    "bell\x07 escape\x1b[31m null\u2400 next\x85line",
    "two\nlines\tand a tab\\n",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 Zoë 東京都",
    "word" * 60,
    "long " * 20_000,
    "",
    "javascript:alert(1)",
]

HEADING: dict[str, Any] = {
    "title": "Your personal data",
    "organisation": "Lantern Reports Pte. Ltd. (fictional)",
    "reference": "DSR-2026-ABCDEFGHJK",
    "prepared_for": "alice@example.test",
    "data_as_of": "2026-03-04 05:06:08 UTC",
}

INFORMATION: dict[str, Any] = {
    "purposes": [
        {
            "code": "order_fulfilment",
            "label": "Delivering what you ordered",
            "legal_basis": "contract (GDPR Art. 6(1)(b))",
            "singapore": "PDPA s 13: consent deemed by conduct",
            "recipients": ["Post Office Example (SG)", "<b>Bold & Sons</b>"],
            "automated_decision": "",
        },
        {
            "code": "security",
            "label": "Keeping accounts safe",
            "legal_basis": "legitimate interest",
        },
    ],
    "recipients": [
        {
            "name": "Example Mailer Inc.",
            "role": "processor",
            "country": "US",
            "safeguard": "standard clauses",
        }
    ],
    "retention": {
        "orders": "5 years after the end of the financial year (Companies Act 1967 s 199(2))"
    },
    "secrets_held": ["Password (stored as a hash)"],
    "complaint": {
        "authority": "Personal Data Protection Commission",
        "web": "https://authority.example",
    },
    "anything_else": {"nested": {"deeper": [1, 2, {"deepest": None}]}, "empty": []},
    "transfers": [],
}

EXCLUDED: list[Any] = [
    {"what": "Password", "because": "A secret; we only say that we hold one."},
    "The name of the <person> who answered you: it is their personal data.",
]


def tables() -> list[Table]:
    """A single record, a wide table of which a part is shown, an empty one, and a very long one."""
    names = [f"column_{number}" for number in range(14)]
    return [
        Table(
            label="accounts.Profile",
            title="Profile",
            describe="What you told us about yourself.",
            purpose="Running your account (contract)",
            retention="As long as the account, then deleted",
            recipients=["Example Hosting Ltd. (SG)"],
            columns=[(f"field {number}", "Name") for number in range(len(TEXTS))],
            total=1,
            rows=[{f"field {number}": said for number, said in enumerate(TEXTS)}],
            csv_name="csv/accounts.profile.csv",
        ),
        Table(
            label="orders.Order<buyer>",
            title="Orders <with> & everything",
            describe="What an order says about the person who placed it.",
            purpose="Delivering what you ordered (contract)",
            retention="5 years after the end of the financial year",
            recipients=["Post Office Example (SG)", "Example Payments (IE)"],
            columns=[
                ("id", ""),
                ("paid", ""),
                ("details", ""),
                *[(name, "Purchase") for name in names],
            ],
            total=1_000_000,
            rows=[
                {
                    "id": number,
                    "paid": number % 2 == 0,
                    "details": {"vat": "9%", "<tag>": None},
                    **{name: TEXTS[(number + at) % len(TEXTS)] for at, name in enumerate(names)},
                }
                for number in range(40)
            ],
            csv_name="csv/orders.order#1.csv",
            note="Some fields name other people; they are blanked out.",
        ),
        Table(label="accounts.Thread", title="Support threads", columns=[("id", "")], total=0),
        Table(
            label="accounts.LogIn",
            title="Log-ins",
            columns=[("at", "Time"), ("address", "IPAddress"), ("browser", "UserAgent")],
            total=3_000,
            rows=[
                {"at": f"2026-01-{day:02}", "address": "192.0.2.1", "browser": "Example/1.0"}
                for day in range(1, 29)
            ],
            csv_name="csv/accounts.login.csv",
        ),
    ]
