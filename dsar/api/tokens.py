"""Tokens: e-mail and password, and where one is set up a second factor, against a key for the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from allauth.account import app_settings
from allauth.account.utils import has_verified_email
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate, get_user_model
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from dsar.api import throttles
from dsar.api.documenting import ProblemSerializer
from dsar.api.problems import MEDIA_TYPE, ProblemError
from dsar.api.strictness import Strict

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from rest_framework.request import Request as Call

_CODED = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


class CredentialsSerializer(Strict):
    """What a token is given for."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20, required=False, help_text="From the authenticator, where one is set up."
    )


class TokenSerializer(serializers.Serializer[Any]):
    """A fresh token; it is shown once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class Token(APIView):
    """Get a token, or give the present one up."""

    throttle_classes = (throttles.LogIns, throttles.LogInsOfOne)

    def get_permissions(self) -> list[Any]:
        """Anybody may ask; giving a token up takes one."""
        asked: list[Any] = [AllowAny()]
        return asked if self.request.method == "POST" else list(super().get_permissions())

    def get_authenticators(self) -> list[Any]:
        """None for whoever asks."""
        # Whoever asks for a token shows a password; an expired token sent along must not stop them.
        # The schema's generator comes without any call.
        call: Call | None = self.request
        is_asking = call is None or call.method == "POST"
        return [] if is_asking else super().get_authenticators()

    def get_throttles(self) -> list[Any]:
        """Attempts are counted by network address and by account."""
        return super().get_throttles() if self.request.method == "POST" else [throttles.Calls()]

    @extend_schema(
        operation_id="token_create",
        auth=[],
        request=CredentialsSerializer,
        responses={
            201: TokenSerializer,
            (401, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, description="Unauthorized"),
        },
        examples=[
            OpenApiExample(
                "By password",
                value={"email": "alice@example.com", "password": "correct-horse-battery-staple-17"},
                request_only=True,
            )
        ],
    )
    def post(self, call: Call) -> Response:
        """Exchange e-mail and password for a token. A fresh token counts as a fresh log-in."""
        given = CredentialsSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        user = _known(call, given.validated_data)
        _check_address(user)
        _check_second_factor(user, given.validated_data.get("code", ""))
        begun, token = AuthToken.objects.create(user)
        return Response(
            TokenSerializer({"token": token, "expires_at": begun.expiry}).data,
            status=HTTPStatus.CREATED,
            headers={"Cache-Control": "no-store"},
        )

    @extend_schema(
        operation_id="token_delete",
        request=None,
        responses={204: OpenApiResponse(description="Ended.")},
    )
    def delete(self, call: Call) -> Response:
        """End the token that this call is made with."""
        if isinstance(call.auth, AuthToken):
            call.auth.delete()
        return Response(status=HTTPStatus.NO_CONTENT)


def _known(call: Call, given: dict[str, Any]) -> AbstractBaseUser:
    """The user, or one and the same refusal for every cause.

    Django's and allauth's back-ends hash the password also where nobody has that address, so that the time
    an answer takes tells nothing.
    """
    credentials = {get_user_model().USERNAME_FIELD: given["email"], "password": given["password"]}
    user = authenticate(call._request, **credentials)  # noqa: SLF001 - back-ends want Django's own.
    if user is None:
        raise ProblemError(
            status=401,
            code="credentials",
            title="E-mail, password or code do not fit",
            detail="Check them and try again; the log-in page of the portal helps with a forgotten password.",
            headers={"WWW-Authenticate": "Token"},
        )
    return user


def _check_address(user: AbstractBaseUser) -> None:
    """An address that nobody proved to read would open what is held under it to whoever typed it in."""
    wanted = app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.MANDATORY
    if wanted and not has_verified_email(user):
        raise ProblemError(
            status=403,
            code="address_not_verified",
            title="Your e-mail address is not verified",
            detail="Open the link in the mail that we sent you when you signed up, then try again.",
        )


def _check_second_factor(user: AbstractBaseUser, code: str) -> None:
    """Who has a second factor gets no token without it: a token must not be the weaker door."""
    if not is_mfa_enabled(user):
        return
    own = Authenticator.objects.filter(user=user, type__in=_CODED)
    if not code or not any(one.wrap().validate_code(code) for one in own):
        raise ProblemError(
            status=401,
            code="second_factor",
            title="A second factor is needed",
            detail="Send `code` from your authenticator, or one of your recovery codes.",
            headers={"WWW-Authenticate": "Token"},
        )
