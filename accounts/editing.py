"""What somebody changes in their own profile: it counts as corrected, and what it was stays in a history (R83)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Profile, ProfileEdit, User

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = tuple(ProfileEdit.Field.values)


@transaction.atomic
def edit(person: int, said: Mapping[str, str]) -> list[ProfileEdit]:
    """Write what was said into the profile, made where there is none, with an entry for each field that changed.

    The account is locked first: of two that edit at once the second sees what the first wrote. Fields that `said`
    leaves out stay.
    """
    User.objects.select_for_update().get(pk=person)
    profile, _ = Profile.objects.get_or_create(user_id=person)
    edits = [
        ProfileEdit(user_id=person, field=field, before=getattr(profile, field), after=said[field])
        for field in FIELDS
        if field in said and said[field] != getattr(profile, field)
    ]
    for one in edits:
        setattr(profile, one.field, one.after)
    if edits:
        profile.save(update_fields=[*(one.field for one in edits), "updated_at"])
    return ProfileEdit.objects.bulk_create(edits)
