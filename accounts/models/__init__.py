"""The tables of the people: accounts, their security log, their support threads, mailings to them."""

from __future__ import annotations

from accounts.models.campaign import Campaign, CampaignDelivery
from accounts.models.person import Guardianship, Profile, ProfileEdit, User
from accounts.models.security import SecurityEvent
from accounts.models.support import SupportFile, SupportMessage, SupportThread

__all__ = [
    "Campaign",
    "CampaignDelivery",
    "Guardianship",
    "Profile",
    "ProfileEdit",
    "SecurityEvent",
    "SupportFile",
    "SupportMessage",
    "SupportThread",
    "User",
]
