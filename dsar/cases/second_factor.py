"""Staff prove who they are twice before they see other people's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from dsar import conf

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet


def is_missing(user: AbstractBaseUser) -> bool:
    """Whether this member of staff must set up a second factor before working here.

    With one set up, no log-in succeeds without it, so that having it is having used it.
    """
    return bool(conf.get("STAFF_NEEDS_MFA")) and not is_mfa_enabled(user)


def held() -> QuerySet[Authenticator]:
    """The second factors that people set up; codes for the loss of one are none."""
    found: QuerySet[Authenticator] = Authenticator.objects.exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    return found
