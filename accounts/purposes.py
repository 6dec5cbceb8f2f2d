"""Why the company processes data about people with an account, on which basis, and who receives it."""

from __future__ import annotations

from dsar.declarations import LegalBasis, Purpose, Recipient, shared

HOSTING = shared("hosting")
MAIL_DELIVERY = Recipient(
    code="mail_delivery",
    name="Carrier Mail GmbH (fictional)",
    role="processor",
    country="DE",
    safeguard="GDPR applies; data processing agreement with PDPA s 26 clauses",
    contact="privacy@mail.example",
)

ACCOUNT_MANAGEMENT = Purpose(
    code="account_management",
    label="Keep your account and let you log in",
    basis=LegalBasis.CONTRACT,
    pdpa="s 15(3), deemed consent by contractual necessity",
    dpv="AccountManagement",
    recipients=(HOSTING, MAIL_DELIVERY),
    consequence="Without this data there is no account; orders remain possible as a guest.",
)
SECURITY = Purpose(
    code="security",
    label="Keep accounts and the service safe",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule Part 3 para 1, legitimate interests",
    dpv="EnforceSecurity",
    recipients=(HOSTING,),
    interest="Recognising misuse of accounts and attacks on the service, and being able to prove them.",
    consequence="Objecting is weighed case by case: without the log, misuse of the account cannot be recognised.",
)
SUPPORT = Purpose(
    code="support",
    label="Answer your questions to support",
    basis=LegalBasis.CONTRACT,
    pdpa="s 15(3), deemed consent by contractual necessity",
    dpv="CommunicationForCustomerCare",
    recipients=(HOSTING, MAIL_DELIVERY),
    consequence="Without this data support cannot answer.",
)
GUARDIANSHIP = Purpose(
    code="guardianship",
    label="Know who may act for somebody else",
    basis=LegalBasis.LEGAL_OBLIGATION,
    pdpa="s 14(4), consent given by another on the person's behalf",
    dpv="VerifyParentalAuthority",
    recipients=(HOSTING,),
    consequence="Without this data nobody can act for the person with us.",
)
MARKETING_EMAIL = Purpose(
    code="marketing_email",
    label="Send you news and offers by e-mail",
    basis=LegalBasis.CONSENT,
    pdpa="s 13(a) and s 14, consent",
    dpv="DirectMarketing",
    recipients=(HOSTING, MAIL_DELIVERY),
    marketing=True,
    consequence="You receive no more news and offers; nothing else changes.",
)
