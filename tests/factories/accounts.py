"""Factories of the accounts app."""

from __future__ import annotations

from datetime import date

import factory
from django.core.files.base import ContentFile

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
from tests.factories import Factory


class UserFactory(Factory):
    """An account that may log in."""

    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"reader-{number}@example.test")


class ProfileFactory(Factory):
    """What a fictional person told about themselves."""

    class Meta:
        model = Profile

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"Reader {number} O'Fiction")
    company = "Fictional Teas Pte. Ltd."
    phone = "+65 6000 0000"
    country = "SG"


class ProfileEditFactory(Factory):
    """Something that a person corrected themselves."""

    class Meta:
        model = ProfileEdit

    user = factory.SubFactory(UserFactory)
    field = ProfileEdit.Field.NAME
    before = "Nora Before"
    after = "Nora Since"


class GuardianshipFactory(Factory):
    """A parent and a child."""

    class Meta:
        model = Guardianship

    guardian = factory.SubFactory(UserFactory)
    ward = factory.SubFactory(UserFactory)
    relation = Guardianship.Relation.PARENT
    since = date(2025, 1, 31)


class SecurityEventFactory(Factory):
    """A page that somebody looked at."""

    class Meta:
        model = SecurityEvent

    user = factory.SubFactory(UserFactory)
    kind = SecurityEvent.Kind.PAGE
    detail = "/reports/"
    ip = "192.0.2.1"


class SupportThreadFactory(Factory):
    """A matter brought to support."""

    class Meta:
        model = SupportThread

    user = factory.SubFactory(UserFactory)
    subject = "Where is my report?"


class SupportMessageFactory(Factory):
    """A customer's message."""

    class Meta:
        model = SupportMessage

    thread = factory.SubFactory(SupportThreadFactory)
    text = "It should have come yesterday."


class SupportFileFactory(Factory):
    """A file in the private storage."""

    class Meta:
        model = SupportFile

    message = factory.SubFactory(SupportMessageFactory)
    filename = "letter.txt"
    file = factory.LazyAttribute(lambda made: ContentFile(b"a letter", name=made.filename))


class CampaignFactory(Factory):
    """A mailing."""

    class Meta:
        model = Campaign

    code = factory.Sequence(lambda number: f"news-{number}")
    subject = "News"
    body = "There is a new report."


class CampaignDeliveryFactory(Factory):
    """A mailing that was sent."""

    class Meta:
        model = CampaignDelivery

    campaign = factory.SubFactory(CampaignFactory)
    user = factory.SubFactory(UserFactory)
