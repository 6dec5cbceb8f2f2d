"""What accounts holds about people: the declarations that access, deletion and all other rights work from."""

from __future__ import annotations

from accounts import purposes
from accounts.models import (
    Campaign,
    CampaignDelivery,
    Guardianship,
    Profile,
    ProfileEdit,
    SecurityEvent,
    SupportFile,
    SupportMessage,
    SupportThread,
    User,
)
from dsar.declarations import (
    Category,
    Erase,
    Held,
    NotPersonal,
    Origin,
    PersonalData,
    Retain,
    Retention,
    Row,
    Secret,
    Whose,
)
from dsar.registry import declare, holds_nothing

_POLICY = "Privacy policy 4.1(2)"
_KEY = NotPersonal(because="A technical key of our database.")
_CUSTOMERS_DATE = NotPersonal(because="A date of the customer's matter, whoever answers it.")
_CUSTOMERS_OWN = Retain(
    law="Privacy policy 1.2(4): the conversation is the customer's own, for as long as it is kept",
    category=Category.COMMUNICATION,
    whose=Whose.SOMEBODY_ELSE,
)

holds_nothing(Campaign, because="The text of a mailing is the same for everybody.")


@declare(User)
class UserData(PersonalData):
    """Your account: the address you log in by, and what it may do."""

    subject = "pk"
    identifiers = ("email",)
    purpose = purposes.ACCOUNT_MANAGEMENT
    retention = Retention(after="last_login", years=5, law=_POLICY)
    born = "date_joined"
    fields = {
        "id": Held(category=Category.UID, origin=Origin.DERIVED),
        "email": Held(category=Category.EMAIL_ADDRESS, correctable=True),
        "password": Secret(category=Category.PASSWORD),
        "last_login": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
        "date_joined": Held(category=Category.ACCOUNT, origin=Origin.OBSERVED),
        "of_age_declared_at": Held(category=Category.AGE),
        ("is_active", "is_staff", "is_superuser", "groups", "user_permissions"): Held(
            category=Category.ACCOUNT, origin=Origin.DERIVED
        ),
    }


class _RightsData(PersonalData):
    """What your account may do."""

    subject = "user"
    purpose = purposes.ACCOUNT_MANAGEMENT
    retention = Retention(after="user__last_login", years=5, law=_POLICY)


@declare(User.groups.through)
class RolesData(_RightsData):
    """Roles that your account has."""

    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        "group": Held(category=Category.ACCOUNT, origin=Origin.DERIVED),
    }


@declare(User.user_permissions.through)
class PermissionsData(_RightsData):
    """Single permissions that your account has."""

    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        "permission": Held(category=Category.ACCOUNT, origin=Origin.DERIVED),
    }


@declare(Profile)
class ProfileData(PersonalData):
    """What you told us about yourself."""

    subject = "user"
    purpose = purposes.ACCOUNT_MANAGEMENT
    retention = Retention(after="user__last_login", years=5, law=_POLICY)
    born = "created_at"
    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        "name": Held(category=Category.NAME, correctable=True),
        "company": Held(category=Category.EMPLOYER, correctable=True),
        "phone": Held(category=Category.TELEPHONE_NUMBER, correctable=True),
        "language": Held(category=Category.LANGUAGE, correctable=True),
        "country": Held(category=Category.COUNTRY, correctable=True),
        ("created_at", "updated_at"): Held(category=Category.ACCOUNT, origin=Origin.OBSERVED),
    }


@declare(ProfileEdit)
class ProfileEditData(PersonalData):
    """What you changed in your details: what it said before and since."""

    subject = "user"
    purpose = purposes.ACCOUNT_MANAGEMENT
    retention = Retention(after="edited_at", months=12, law=_POLICY)
    born = "edited_at"
    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        "field": Held(category=Category.ACCOUNT, origin=Origin.OBSERVED),
        ("before", "after"): Held(category=Category.ACCOUNT),
        "edited_at": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
    }


@declare(SecurityEvent)
class SecurityEventData(PersonalData):
    """Log-ins, pages and searches: when, from which address and with which browser."""

    subject = "user"
    purpose = purposes.SECURITY
    retention = Retention(after="happened_at", months=12, law=_POLICY)
    born = "happened_at"
    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        ("kind", "detail"): Held(category=Category.BROWSING_BEHAVIOUR, origin=Origin.OBSERVED),
        "happened_at": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
        "ip": Held(category=Category.IP_ADDRESS, origin=Origin.OBSERVED),
        "user_agent": Held(category=Category.USER_AGENT, origin=Origin.OBSERVED),
        "language": Held(category=Category.LANGUAGE, origin=Origin.OBSERVED),
    }


@declare(SupportThread)
class SupportThreadData(PersonalData):
    """Matters you brought to support."""

    subject = "user"
    purpose = purposes.SUPPORT
    retention = Retention(after="closed_at", years=2, law=_POLICY)
    born = "opened_at"
    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        "subject": Held(category=Category.COMMUNICATION),
        ("opened_at", "closed_at"): Held(
            category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED
        ),
        "handler": Held(category=Category.UID, origin=Origin.DERIVED, whose=Whose.SOMEBODY_ELSE),
    }


@declare(SupportThread, role="handler")
class HandledThreadData(PersonalData):
    """Matters of customers that you looked after as a member of staff."""

    subject = "handler"
    purpose = purposes.SUPPORT
    retention = Retention(after="closed_at", years=2, law=_POLICY)
    row = Row.OVERWRITTEN
    born = "opened_at"
    fields = {
        "id": _KEY,
        ("user", "subject"): _CUSTOMERS_OWN,
        ("opened_at", "closed_at"): _CUSTOMERS_DATE,
        "handler": Erase(to=None, category=Category.PROFESSIONAL, origin=Origin.DERIVED),
    }


@declare(SupportMessage)
class SupportMessageData(PersonalData):
    """What you and support wrote to each other."""

    subject = "thread__user"
    purpose = purposes.SUPPORT
    retention = Retention(after="thread__closed_at", years=2, law=_POLICY)
    born = "sent_at"
    fields = {
        "id": _KEY,
        "thread": NotPersonal(because="A technical reference to the thread."),
        "text": Held(category=Category.COMMUNICATION),
        ("staff", "people_named"): Held(category=Category.NAME, whose=Whose.SOMEBODY_ELSE),
        "sent_at": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
    }


@declare(SupportMessage, role="staff")
class SupportAnswerData(PersonalData):
    """Answers that you wrote to customers as a member of staff."""

    subject = "staff"
    purpose = purposes.SUPPORT
    retention = Retention(after="thread__closed_at", years=2, law=_POLICY)
    row = Row.OVERWRITTEN
    born = "sent_at"
    fields = {
        "id": _KEY,
        "thread": NotPersonal(because="A technical reference to the thread."),
        "staff": Erase(to=None, category=Category.PROFESSIONAL, origin=Origin.DERIVED),
        ("text", "people_named"): _CUSTOMERS_OWN,
        "sent_at": _CUSTOMERS_DATE,
    }


@declare(SupportFile)
class SupportFileData(PersonalData):
    """Pictures and documents in your conversations with support."""

    subject = "message__thread__user"
    purpose = purposes.SUPPORT
    retention = Retention(after="message__thread__closed_at", years=2, law=_POLICY)
    born = "uploaded_at"
    fields = {
        "id": _KEY,
        "message": NotPersonal(because="A technical reference to the message."),
        ("file", "filename"): Held(category=Category.FILE),
        ("content_type", "size"): Held(category=Category.FILE, origin=Origin.DERIVED),
        "uploaded_at": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
    }


@declare(Guardianship, role="guardian")
class GuardianData(PersonalData):
    """People for whom you act."""

    subject = "guardian"
    purpose = purposes.GUARDIANSHIP
    retention = Retention(after="until", years=1, law=_POLICY)
    fields = {
        "id": _KEY,
        "guardian": Held(category=Category.UID, origin=Origin.DERIVED),
        "ward": Held(category=Category.UID, whose=Whose.SOMEBODY_ELSE),
        ("relation", "since", "until"): Held(category=Category.LEGAL),
    }


@declare(Guardianship, role="ward")
class WardData(PersonalData):
    """People who act for you."""

    subject = "ward"
    purpose = purposes.GUARDIANSHIP
    retention = Retention(after="until", years=1, law=_POLICY)
    fields = {
        "id": _KEY,
        "ward": Held(category=Category.UID, origin=Origin.DERIVED),
        "guardian": Held(category=Category.UID, whose=Whose.SOMEBODY_ELSE),
        ("relation", "since", "until"): Held(category=Category.LEGAL),
    }


@declare(CampaignDelivery)
class CampaignDeliveryData(PersonalData):
    """Mailings that we sent you."""

    subject = "user"
    purpose = purposes.MARKETING_EMAIL
    retention = Retention(after="sent_at", years=1, law=_POLICY)
    born = "sent_at"
    fields = {
        "id": _KEY,
        "user": Held(category=Category.UID, origin=Origin.DERIVED),
        "campaign": Held(category=Category.COMMUNICATION, origin=Origin.OBSERVED),
        "sent_at": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
    }
