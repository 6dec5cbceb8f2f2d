"""The plain words of the sample company: names, trades, browsers, what people look for."""

from __future__ import annotations

from typing import Final

FIRST: Final = (
    "Mei",
    "Arjun",
    "Siti",
    "Wei",
    "Olga",
    "Jürgen",
    "Aïcha",
    "Tom",
    "Priya",
    "Noah",
    "Lan",
    "Zoë",
    "Farah",
    "Kenji",
    "Ngozi",
)
LAST: Final = (
    "Tan",
    "Lim",
    "Müller",
    "O'Neill",
    "Rahman",
    "Nguyen",
    "Silva",
    "Kowalska",
    "Singh",
    "D'Souza",
    "Ødegård",
    "Park",
)
TRADES: Final = (
    "Shipping",
    "Foods",
    "Textiles",
    "Robotics",
    "Timber",
    "Optics",
    "Tea",
    "Chemicals",
    "Tiles",
    "Cables",
)
FORMS: Final = ("Pte. Ltd.", "Sdn. Bhd.", "GmbH", "S.A.", "Ltd", "Co., Ltd.")
BROWSERS: Final = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "curl/8.11.0",
)
LANGUAGES: Final = ("en-SG,en;q=0.9", "zh-Hans", "de-DE,de;q=0.8,en;q=0.5", "ar", "")
KINDS: Final = ("page", "page", "page", "search", "log_in", "log_out", "log_in_failed")
WORDS: Final = (
    "credit",
    "report",
    "ownership",
    "register",
    "director",
    "tea",
    "shipping",
    "invoice",
    "risk",
    "group",
    "annual",
    "branch",
    "capital",
    "filing",
    "history",
    "singapore",
    "malaysia",
    "bank",
    "court",
    "name",
    "address",
    "quota",
    "score",
    "licence",
    "audit",
)
