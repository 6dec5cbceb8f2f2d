"""What the test application holds about people: every word of the contract is used here."""

from __future__ import annotations

from typing import Final

from dsar.declarations import (
    Category,
    Erase,
    Held,
    LegalBasis,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Purpose,
    Recipient,
    Retain,
    Retention,
    Row,
    Secret,
    Surrogate,
    Whose,
)
from dsar.registry import declare, holds_nothing, register_purpose
from tests.testapp.models import (
    Assessment,
    Circle,
    Device,
    Handover,
    LegalOpinion,
    Loan,
    LoanLine,
    Member,
    Message,
    Payment,
    Report,
    Subscription,
    Tag,
    Tool,
    Visit,
)

BANK: Final = Recipient(code="test_bank", name="Example Bank Ltd", role="controller", country="SG")
MAILER: Final = Recipient(
    code="test_mailer",
    name="Example Mailer Inc.",
    role="processor",
    country="US",
    safeguard="Standard contractual clauses",
    contact="privacy@mailer.example.com",
)

LENDING: Final = Purpose(
    code="test_lending",
    label="Lending tools",
    basis=LegalBasis.CONTRACT,
    pdpa="s 15(3): deemed consent by contractual necessity",
    recipients=(BANK,),
    consequence="Without it no tool can be lent.",
)
BOOKKEEPING: Final = Purpose(
    code="test_bookkeeping",
    label="Keeping books",
    basis=LegalBasis.LEGAL_OBLIGATION,
    pdpa="s 13(b): required by written law",
)
SAFETY: Final = Purpose(
    code="test_safety",
    label="Keeping the library safe",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule, Part 3: legitimate interests",
    interest="Tools are dangerous in the wrong hands.",
    automated_decision="A score below ten means that no chainsaw is lent; it adds up late returns.",
    locations=("SG", "US"),
)
NEWSLETTER: Final = Purpose(
    code="test_newsletter",
    label="Sending the newsletter",
    basis=LegalBasis.CONSENT,
    pdpa="ss 13 and 14: consent",
    recipients=(MAILER,),
    marketing=True,
    consequence="No more letters from the library.",
)
register_purpose(NEWSLETTER)

_RULES: Final = "Library rules 4"
_COMPANIES_ACT: Final = "Companies Act 1967 s 199(2)"
_KEY: Final = NotPersonal(because="A technical key.")
_OWNER: Final = Held(category=Category.ACCOUNT, origin=Origin.OBSERVED)
_WHEN: Final = Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED)


@declare(Member)
class MemberPersonalData(PersonalData):
    """What a member told the library."""

    subject, purpose = "user", LENDING
    retention = Retention(after="joined_at", years=2, law=_RULES)
    born = "joined_at"
    fields = {
        "id": _KEY,
        "user": _OWNER,
        "nickname": Held(category=Category.NAME, correctable=True),
        "phone": Held(category=Category.TELEPHONE_NUMBER, correctable=True),
        "born_on": Held(category=Category.AGE, correctable=True),
        "biography": Held(category=Category.OPINION, correctable=True),
        "preferences": Held(category=Category.PREFERENCE, correctable=True),
        "portrait": Held(category=Category.PICTURE),
        "card_token": Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
        "joined_at": _WHEN,
    }


@declare(Loan)
class LoanPersonalData(PersonalData):
    """What a loan says about whoever borrowed."""

    subject, identifiers, purpose = "borrower", ("contact_email",), LENDING
    told_apart_by = ("contact_name",)
    facts = {"loan_code": "code", "deposit": "deposit"}
    retention = Retention(
        after="lent_at", years=5, from_end_of="financial_year", law=_COMPANIES_ACT
    )
    row, born = Row.OVERWRITTEN, "lent_at"
    fields = {
        "id": _KEY,
        "borrower": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
        "tool": NotPersonal(because="Which tool it was says nothing once nobody is attached."),
        "code": Erase(to=Surrogate(prefix="gone-"), category=Category.IDENTIFIER),
        "contact_name": Erase(to="", category=Category.NAME, correctable=True),
        "contact_email": Erase(
            to=Surrogate(suffix="@gone.invalid"), category=Category.EMAIL_ADDRESS, correctable=True
        ),
        "remarks": Erase(to="", category=Category.COMMUNICATION, correctable=True),
        "locker_pin": Secret(to="", category=Category.AUTHENTICATION, origin=Origin.DERIVED),
        "slip": Erase(to="", category=Category.FILE),
        "deposit": Retain(
            law=_COMPANIES_ACT, category=Category.TRANSACTION, origin=Origin.OBSERVED
        ),
        "lent_at": Retain(
            law=_COMPANIES_ACT, category=Category.TRANSACTION, origin=Origin.OBSERVED
        ),
        "tags": NotPersonal(because="No column; tags are declared themselves."),
    }


@declare(LoanLine)
class LoanLinePersonalData(PersonalData):
    """The lines of a loan, kept with the books."""

    subject, purpose = "loan__borrower", BOOKKEEPING
    identifiers, told_apart_by = ("loan__contact_email",), ("loan__contact_name",)
    retention = Retention(
        after="loan__lent_at", years=5, from_end_of="financial_year", law=_COMPANIES_ACT
    )
    row = Row.RETAINED
    fields = {
        ("id", "loan", "position"): _KEY,
        ("text", "amount"): Retain(
            law=_COMPANIES_ACT, category=Category.PURCHASE, origin=Origin.OBSERVED
        ),
    }


@declare(Tag)
class TagPersonalData(PersonalData):
    """What somebody stuck on a loan."""

    subject, purpose = "loan__borrower", LENDING
    identifiers, told_apart_by = ("loan__contact_email",), ("loan__contact_name",)
    retention = Retention(after="made_at", years=1, law=_RULES)
    fields = {
        ("id", "content_type", "object_id", "target"): _KEY,
        "text": Held(category=Category.OPINION, origin=Origin.DERIVED),
        "made_at": _WHEN,
    }


@declare(Message)
class MessagePersonalData(PersonalData):
    """What members wrote to each other."""

    subject, purpose = ("sender", "recipient"), LENDING
    retention = Retention(after="sent_at", years=1, law=_RULES)
    born = "sent_at"
    fields = {
        "id": _KEY,
        ("sender", "recipient"): _OWNER,
        "text": Held(category=Category.COMMUNICATION),
        "named_friend": Held(category=Category.NAME, whose=Whose.SOMEBODY_ELSE),
        "sent_at": _WHEN,
    }


class _HandoverTerms(PersonalData):
    """What both people in a handover share."""

    purpose = LENDING
    retention = Retention(after="handed_at", years=1, law=_RULES)
    row, born = Row.OVERWRITTEN, "handed_at"


_OTHERS: Final = Held(category=Category.OPINION, whose=Whose.SOMEBODY_ELSE)
_OTHER: Final = Held(category=Category.ACCOUNT, origin=Origin.OBSERVED, whose=Whose.SOMEBODY_ELSE)
_TOOL: Final = NotPersonal(because="Which tool it was says nothing once nobody is attached.")
_DAY: Final = NotPersonal(because="A day says nothing once nobody is attached.")


@declare(Handover, role="giver")
class GiverPersonalData(_HandoverTerms):
    """Handovers in which the person gave."""

    subject = "giver"
    fields = {
        "id": _KEY,
        "giver": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
        "giver_remark": Erase(to="", category=Category.OPINION, correctable=True),
        "taker": _OTHER,
        "taker_remark": _OTHERS,
        "tool": _TOOL,
        "handed_at": _DAY,
    }


@declare(Handover, role="taker")
class TakerPersonalData(_HandoverTerms):
    """Handovers in which the person took."""

    subject = "taker"
    fields = {
        "id": _KEY,
        "taker": Erase(to=None, category=Category.ACCOUNT, origin=Origin.OBSERVED),
        "taker_remark": Erase(to="", category=Category.OPINION, correctable=True),
        "giver": _OTHER,
        "giver_remark": _OTHERS,
        "tool": _TOOL,
        "handed_at": _DAY,
    }


@declare(Device)
class DevicePersonalData(PersonalData):
    """Devices by which a member comes in."""

    subject, purpose = "owner", SAFETY
    retention = Retention(after="seen_at", months=12, law=_RULES)
    born = "seen_at"
    fields = {
        "id": _KEY,
        "owner": _OWNER,
        "serial": Held(category=Category.UID, origin=Origin.OBSERVED),
        "secret_note": Held(category=Category.COMMUNICATION),
        "seen_at": _WHEN,
    }


@declare(Visit)
class VisitPersonalData(PersonalData):
    """When which device came in."""

    subject = Linked(via="testapp.Device", key="serial", to="owner", on="serial")
    purpose = SAFETY
    retention = Retention(after="visited_at", days=90, law=_RULES)
    born = "visited_at"
    fields = {
        "id": _KEY,
        "serial": Held(category=Category.UID, origin=Origin.OBSERVED),
        "ip": Held(category=Category.IP_ADDRESS, origin=Origin.OBSERVED),
        "user_agent": Held(category=Category.USER_AGENT, origin=Origin.OBSERVED),
        "visited_at": _WHEN,
    }


@declare(Subscription)
class SubscriptionPersonalData(PersonalData):
    """Who reads the newsletter, with or without an account."""

    subject, identifiers, purpose = (), ("email",), NEWSLETTER
    told_apart_by = ("called",)
    retention = Retention(after="subscribed_at", years=2, law=_RULES)
    born = "subscribed_at"
    fields = {
        "id": _KEY,
        "email": Held(category=Category.EMAIL_ADDRESS, correctable=True),
        "called": Held(category=Category.NAME, correctable=True),
        "subscribed_at": _WHEN,
    }


@declare(Circle.members.through)
class CircleMemberPersonalData(PersonalData):
    """To which circles a member belongs."""

    subject, purpose = "user", LENDING
    retention = Retention(after="user__member__joined_at", years=2, law=_RULES)
    fields = {
        "id": _KEY,
        "user": _OWNER,
        "circle": Held(category=Category.PREFERENCE),
    }


@declare(Payment)
class PaymentPersonalData(PersonalData):
    """What was paid; the books keep it."""

    subject, purpose = "payer", BOOKKEEPING
    retention = Retention(
        after="paid_at", years=5, from_end_of="financial_year", law=_COMPANIES_ACT
    )
    row, born = Row.RETAINED, "paid_at"
    fields = {
        "id": _KEY,
        "payer": _OWNER,
        "payer_name": Retain(law=_COMPANIES_ACT, category=Category.NAME),
        ("amount", "paid_at"): Retain(
            law=_COMPANIES_ACT, category=Category.TRANSACTION, origin=Origin.OBSERVED
        ),
    }


@declare(Assessment)
class AssessmentPersonalData(PersonalData):
    """How safe a member is thought to be; somebody looks before it is released."""

    subject, purpose, reviewed = "about", SAFETY, True
    retention = Retention(after="assessed_at", years=1, law=_RULES)
    born = "assessed_at"
    fields = {
        "id": _KEY,
        "about": _OWNER,
        "opinion": Held(category=Category.OPINION, origin=Origin.DERIVED),
        "score": Held(
            category=Category.CREDIT_SCORE,
            origin=Origin.OTHER_SOURCE,
            source="Example Ratings Ltd",
            correctable=True,
        ),
        "source_name": Held(
            category=Category.NAME, origin=Origin.DERIVED, whose=Whose.SOMEBODY_ELSE
        ),
        "assessed_at": _WHEN,
    }


@declare(LegalOpinion)
class LegalOpinionPersonalData(PersonalData):
    """Advice of lawyers; it is privileged."""

    subject, purpose, released = "about", SAFETY, False
    retention = Retention(after="given_at", years=6, law="Limitation Act 1959 s 6")
    row, born = Row.RETAINED, "given_at"
    fields = {
        "id": _KEY,
        "about": _OWNER,
        "advice": Held(category=Category.LEGAL, origin=Origin.DERIVED),
        "given_at": _WHEN,
    }


@declare(Report)
class ReportPersonalData(PersonalData):
    """What authorities were told; of some reports the person must not learn."""

    subject, purpose = "about", SAFETY
    concealed = {"secret": True}
    retention = Retention(after="made_at", years=6, law="Limitation Act 1959 s 6")
    row, born = Row.RETAINED, "made_at"
    fields = {
        "id": _KEY,
        "about": _OWNER,
        ("authority", "text", "secret"): Held(category=Category.LEGAL, origin=Origin.DERIVED),
        "made_at": _WHEN,
    }


holds_nothing(Tool, because="Tools are the same for everybody.")
holds_nothing(
    Circle, because="Its title is a subject; whoever stands in members is declared with that table."
)
