"""The people who stand in tests, whatever the project's user model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def person(name: str, **fields: Any) -> AbstractBaseUser:
    """A fictional person who logs in by name, or by e-mail where that is how people log in."""
    model = get_user_model()
    address = f"{name}@example.test"
    logs_in_by = model.USERNAME_FIELD
    login = address if logs_in_by == model.get_email_field_name() else name
    people = model._default_manager  # noqa: SLF001 - any user model has one.
    made: AbstractBaseUser = people.create(**{logs_in_by: login, **fields})
    return made
