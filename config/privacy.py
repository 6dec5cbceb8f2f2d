"""What third-party apps hold about people in this project: sessions, tokens, second factors, the admin's log."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from knox.models import AuthToken

from accounts.purposes import ACCOUNT_MANAGEMENT, SECURITY
from dsar.declarations import (
    Category,
    Held,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Retention,
    Row,
    Secret,
    Whose,
)
from dsar.registry import declare, holds_nothing

_POLICY = "Privacy policy 4.1(2)"
_KEY = NotPersonal(because="A technical key of our database.")
_OWNER = Held(category=Category.UID, origin=Origin.DERIVED)
_WHEN = Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED)

holds_nothing(ContentType, because="The list of the project's tables.")
holds_nothing(Permission, because="The list of what can be allowed; name says what, not who.")
holds_nothing(
    Group, because="The list of roles; name is a role's, and who has it is held with accounts."
)
holds_nothing(Group.permissions.through, because="What a role may do, whoever has it.")


@declare(EmailAddress)
class EmailAddressData(PersonalData):
    """Addresses of your account, and whether you confirmed them."""

    subject = "user"
    identifiers = ("email",)
    purpose = ACCOUNT_MANAGEMENT
    retention = Retention(after="user__last_login", years=5, law=_POLICY)
    fields = {
        "id": _KEY,
        "user": _OWNER,
        "email": Held(category=Category.EMAIL_ADDRESS),
        ("verified", "primary"): Held(category=Category.ACCOUNT, origin=Origin.OBSERVED),
    }


@declare(EmailConfirmation)
class EmailConfirmationData(PersonalData):
    """Confirmations of an address that wait for your click."""

    subject = "email_address__user"
    purpose = ACCOUNT_MANAGEMENT
    retention = Retention(after="created", days=7, law=_POLICY)
    born = "created"
    fields = {
        "id": _KEY,
        "email_address": NotPersonal(because="A technical reference to the address."),
        ("created", "sent"): _WHEN,
        "key": Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
    }


@declare(Authenticator)
class AuthenticatorData(PersonalData):
    """Second factors that protect your account."""

    subject = "user"
    purpose = SECURITY
    retention = Retention(after="user__last_login", years=5, law=_POLICY)
    born = "created_at"
    fields = {
        "id": _KEY,
        "user": _OWNER,
        "type": Held(category=Category.AUTHENTICATION),
        "data": Secret(category=Category.AUTHENTICATION),
        ("created_at", "last_used_at"): _WHEN,
    }


@declare(UserSession)
class UserSessionData(PersonalData):
    """Devices on which you are logged in."""

    subject = "user"
    purpose = SECURITY
    retention = Retention(after="last_seen_at", months=12, law=_POLICY)
    born = "created_at"
    fields = {
        "id": _KEY,
        "user": _OWNER,
        "ip": Held(category=Category.IP_ADDRESS, origin=Origin.OBSERVED),
        "user_agent": Held(category=Category.USER_AGENT, origin=Origin.OBSERVED),
        "session_key": Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
        "data": Held(category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED),
        ("created_at", "last_seen_at"): _WHEN,
    }


@declare(Session)
class SessionData(PersonalData):
    """What the server remembers while you are logged in."""

    subject = Linked(via="usersessions.UserSession", key="session_key", to="user", on="session_key")
    purpose = SECURITY
    retention = Retention(after="expire_date", days=1, law=_POLICY)
    fields = {
        ("session_key", "session_data"): Secret(
            category=Category.AUTHENTICATION, origin=Origin.DERIVED
        ),
        "expire_date": _WHEN,
    }


@declare(AuthToken)
class AuthTokenData(PersonalData):
    """Tokens by which programs of yours use the interface."""

    subject = "user"
    purpose = SECURITY
    retention = Retention(after="expiry", days=1, law=_POLICY)
    born = "created"
    fields = {
        ("digest", "token_key"): Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
        "user": _OWNER,
        ("created", "expiry"): _WHEN,
    }


@declare(LogEntry)
class AdminLogData(PersonalData):
    """What you changed as a member of staff."""

    subject = "user"
    purpose = SECURITY
    retention = Retention(after="action_time", years=1, law=_POLICY, then=Row.DELETED)
    born = "action_time"
    fields = {
        "id": _KEY,
        "user": _OWNER,
        "action_time": _WHEN,
        ("content_type", "action_flag"): Held(
            category=Category.PROFESSIONAL, origin=Origin.OBSERVED
        ),
        ("object_id", "object_repr", "change_message"): Held(
            category=Category.PROFESSIONAL, origin=Origin.OBSERVED, whose=Whose.SOMEBODY_ELSE
        ),
    }
