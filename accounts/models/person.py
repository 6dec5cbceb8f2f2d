"""A person with an account: who logs in, what they are called, who acts for whom."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import LowercaseEmailField


class People(models.QuerySet["User"]):
    """Accounts, narrowed to those that an action may concern."""

    def active(self) -> Self:
        """Accounts that may log in."""
        return self.filter(is_active=True)


class UserManager(BaseUserManager.from_queryset(People)):  # type: ignore[misc]
    """Make accounts that are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make an ordinary account; without a password it cannot log in by one."""
        if not email:
            message = "An account needs an e-mail address."
            raise ValueError(message)
        user: User = self.model(email=email.lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make an account that may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: an e-mail address, a password, and whether it may be used."""

    email = LowercaseEmailField("e-mail address", max_length=254, unique=True)
    is_staff = models.BooleanField(
        "staff", default=False, help_text="May enter the administration site."
    )
    is_active = models.BooleanField("active", default=True, help_text="May log in.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    of_age_declared_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the person said that they are 18 or older; empty for accounts that staff made."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_lowercase"
            )
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    def clean(self) -> None:
        """Bring the address into the form in which it is kept."""
        super().clean()
        self.email = self.email.lower()


class Profile(models.Model):
    """What a person tells us about themselves beside their address; every line may stay empty."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile")
    name = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, default="en")
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166-1 code of two letters."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(country__regex=r"^[A-Z]{2}$"),
                name="accounts_profile_country_code",
            )
        ]

    def __str__(self) -> str:
        return f"profile of account {self.user_id}"


class ProfileEdit(models.Model):
    """What a person changed in their own profile: one field, what it said before, what it says since."""

    class Field(models.TextChoices):
        NAME = "name", _("Name")
        COMPANY = "company", _("Company")
        PHONE = "phone", _("Telephone number")
        LANGUAGE = "language", _("Language")
        COUNTRY = "country", _("Country")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, db_index=False, related_name="profile_edits"
    )
    field = models.CharField(max_length=20, choices=Field.choices)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-edited_at"], name="accounts_edit_of_user"),
            models.Index(fields=["edited_at"], name="accounts_edit_when"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(field__in=["name", "company", "phone", "language", "country"]),
                name="accounts_edit_field_known",
            )
        ]

    def __str__(self) -> str:
        return f"edit {self.pk} of account {self.user_id}"


class Guardianship(models.Model):
    """One account holder acts for another: a parent for a child, a guardian for an adult."""

    class Relation(models.TextChoices):
        PARENT = "parent", "Parent"
        GUARDIAN = "guardian", "Appointed guardian"
        ATTORNEY = "attorney", "Lasting power of attorney"

    guardian = models.ForeignKey(User, on_delete=models.CASCADE, related_name="wards")
    ward = models.ForeignKey(User, on_delete=models.CASCADE, related_name="guardians")
    relation = models.CharField(max_length=20, choices=Relation.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "ward"], name="accounts_guardianship_once"),
            models.CheckConstraint(
                condition=~models.Q(guardian=models.F("ward")), name="accounts_guardian_is_another"
            ),
            models.CheckConstraint(
                condition=models.Q(relation__in=["parent", "guardian", "attorney"]),
                name="accounts_guardianship_relation_known",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="accounts_guardianship_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"guardianship {self.pk}"
