"""The administration of people: accounts, their log, support, campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

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

if TYPE_CHECKING:
    from django.http import HttpRequest


class NewUserForm(AdminUserCreationForm[User]):
    """A new account by e-mail address."""

    class Meta:
        model = User
        fields = ("email",)


class UserForm(UserChangeForm[User]):
    """An account as it stands."""

    class Meta:
        model = User
        fields = "__all__"


class ProfileInline(admin.StackedInline[Profile, User]):
    """What the person told about themselves, on the account's page."""

    model = Profile


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Accounts, found by the address they log in with.

    Nobody deletes an account here: deletion goes through a request, which knows what must stay.
    """

    add_form = NewUserForm
    form = UserForm
    inlines = (ProfileInline,)
    ordering = ("-pk",)
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    search_fields = ("email__startswith",)
    show_full_result_count = False
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (
            "Rights",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "usable_password", "password1", "password2"),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse, to everybody."""
        return False


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """A record of what happened: looked at, never edited."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, to everybody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, to everybody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, to everybody."""
        return False


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    """The security log, newest first."""

    list_display = ("pk", "user", "kind", "happened_at", "ip")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__email__exact",)
    ordering = ("-pk",)


@admin.register(ProfileEdit)
class ProfileEditAdmin(ReadOnlyAdmin):
    """What people corrected in their profiles themselves, newest first."""

    list_display = ("pk", "user", "field", "edited_at")
    list_filter = ("field",)
    list_select_related = ("user",)
    search_fields = ("user__email__exact",)
    ordering = ("-pk",)


@admin.register(CampaignDelivery)
class CampaignDeliveryAdmin(ReadOnlyAdmin):
    """Who was sent which campaign."""

    list_display = ("pk", "campaign", "user", "sent_at")
    list_select_related = ("campaign", "user")
    search_fields = ("user__email__exact", "campaign__code__exact")
    ordering = ("-pk",)


class SupportMessageInline(admin.StackedInline[SupportMessage, SupportThread]):
    """The conversation."""

    model = SupportMessage
    extra = 0
    raw_id_fields = ("staff",)


@admin.register(SupportThread)
class SupportThreadAdmin(admin.ModelAdmin[SupportThread]):
    """Matters of customers."""

    inlines = (SupportMessageInline,)
    list_display = ("pk", "user", "subject", "opened_at", "closed_at", "handler")
    list_select_related = ("user", "handler")
    raw_id_fields = ("user", "handler")
    search_fields = ("user__email__exact",)
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(SupportFile)
class SupportFileAdmin(ReadOnlyAdmin):
    """Files that customers sent; their content leaves through the support pages only."""

    list_display = ("pk", "filename", "content_type", "size", "uploaded_at")
    exclude = ("file",)
    ordering = ("-pk",)


@admin.register(Guardianship)
class GuardianshipAdmin(admin.ModelAdmin[Guardianship]):
    """Who acts for whom."""

    list_display = ("pk", "guardian", "ward", "relation", "since", "until")
    list_select_related = ("guardian", "ward")
    raw_id_fields = ("guardian", "ward")
    search_fields = ("guardian__email__exact", "ward__email__exact")
    show_full_result_count = False


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin[Campaign]):
    """Mailings."""

    list_display = ("code", "subject", "created_at", "finished_at")
    readonly_fields: ClassVar[tuple[str, ...]] = ("created_at", "finished_at")
    search_fields = ("code",)
