"""Why the company processes data about buyers and about people in reports, and who receives it."""

from __future__ import annotations

from dsar.declarations import LegalBasis, Purpose, Recipient, shared

HOSTING = shared("hosting")
PAYMENTS = Recipient(
    code="payments",
    name="Merlion Payments Pte. Ltd. (fictional)",
    role="controller",
    country="SG",
    contact="privacy@payments.example",
)
BOOKKEEPING = Recipient(
    code="bookkeeping",
    name="Ledger & Daughters LLP (fictional)",
    role="processor",
    country="SG",
    contact="privacy@bookkeeping.example",
)
TAX_AUTHORITY = Recipient(
    code="tax_authority",
    name="Inland Revenue Authority of Singapore",
    role="authority",
    country="SG",
)
REGISTER_DATA = Recipient(
    code="register_data",
    name="Northern Register Data Ltd (fictional)",
    role="processor",
    country="GB",
    safeguard="Data processing agreement with PDPA s 26 clauses; EU adequacy decision for the UK",
    contact="privacy@register-data.example",
)
REPORT_BUYERS = Recipient(
    code="report_buyers",
    name="Customers who bought a report that names you",
    role="controller",
    country="",
    safeguard="Terms of sale: a report is used to check a business partner and handed to nobody else",
)
"""Buyers sit in many countries, and which one is theirs stands in no order."""

ORDER_FULFILMENT = Purpose(
    code="order_fulfilment",
    label="Deliver what you ordered",
    basis=LegalBasis.CONTRACT,
    pdpa="s 15(3), deemed consent by contractual necessity",
    dpv="FulfilmentOfContractualObligation",
    recipients=(HOSTING, PAYMENTS, REGISTER_DATA),
    consequence="Without this data an order cannot be delivered.",
)
ACCOUNTING = Purpose(
    code="accounting",
    label="Keep the books that the law demands",
    basis=LegalBasis.LEGAL_OBLIGATION,
    pdpa="s 13(b), required under written law (Companies Act 1967 s 199)",
    dpv="LegalCompliance",
    recipients=(HOSTING, BOOKKEEPING, TAX_AUTHORITY),
    consequence="The law demands these records; they cannot be given up before their time.",
)
PERSONALISED_SEARCH = Purpose(
    code="personalised_search",
    label="Show first what you usually look for",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule Part 3 para 1, legitimate interests",
    dpv="OptimiseUserInterface",
    recipients=(HOSTING,),
    interest="Sparing customers who search often from paging through results.",
    consequence="Search results come in the same order for you as for everybody.",
)
REPORT_CONTENT = Purpose(
    code="report_content",
    label="Report on enterprises and who stands behind them",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule Part 2 para 1, publicly available; Part 3 para 1, legitimate interests",
    dpv="SellInsightsFromData",
    recipients=(HOSTING, REGISTER_DATA),
    interest="Our customers' interest in knowing with whom they do business.",
    consequence="Objecting is weighed against the interest of those who rely on a complete report.",
    automated_decision=(
        "The risk score is computed from register entries (insolvencies, disqualifications, changes of office)"
        " on a scale of 0 to 100. It informs people who decide; nothing is decided by it alone."
    ),
)
