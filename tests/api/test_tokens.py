"""Tokens: for a password and, where there is one, a second factor; the same answer for unknown addresses."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import Argon2PasswordHasher
from knox.models import AuthToken

from tests.testapp.factories import PASSWORD

ADDRESS = "/api/v1/auth/token"


@pytest.fixture
def alices(cast):
    """Alice's credentials, her address verified."""
    EmailAddress.objects.update_or_create(
        user=cast.alice.user, email=cast.alice.email, defaults={"verified": True, "primary": True}
    )
    return {"email": cast.alice.email, "password": PASSWORD}


def test_a_password_gives_a_token_that_opens_ones_own_cases(calling, alices, cast):
    given = calling().post(ADDRESS, alices, format="json")
    assert given.status_code == 201, given.content
    assert given["Cache-Control"] == "no-store"
    client = calling()
    client.credentials(HTTP_AUTHORIZATION=f"Token {given.json()['token']}")
    assert client.get("/api/v1/cases").status_code == 200
    assert client.delete(ADDRESS).status_code == 204
    assert client.get("/api/v1/cases").status_code == 401


def test_unknown_address_wrong_password_and_closed_account_get_one_answer(calling, alices, cast):
    user = cast.bob.user
    user.is_active = False
    user.save(update_fields=["is_active"])
    answers = [
        calling().post(ADDRESS, one, format="json")
        for one in (
            alices | {"password": "wrong"},
            alices | {"email": "nobody@example.com"},
            {"email": cast.bob.email, "password": PASSWORD},
        )
    ]
    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers}) == 1
    assert answers[0].json()["type"] == "urn:problem:dsar:credentials"


def test_an_unknown_address_costs_as_many_hashes_as_a_wrong_password(
    real_passwords, calling, alices, monkeypatch
):
    hashes = []

    def counted(does):
        def done(*arguments, **named):
            hashes.append(1)
            return does(*arguments, **named)

        return done

    for name in ("encode", "verify"):
        does = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(Argon2PasswordHasher, name, counted(does))
    counts = []
    for one in (alices | {"password": "wrong"}, alices | {"email": "nobody@example.com"}):
        hashes.clear()
        calling().post(ADDRESS, one, format="json")
        counts.append(len(hashes))
    assert counts[0] == counts[1] > 0


def test_an_address_that_nobody_verified_opens_nothing(calling, cast, alices):
    EmailAddress.objects.update(verified=False)
    refused = calling().post(ADDRESS, alices, format="json")
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:problem:dsar:address_not_verified"
    assert not AuthToken.objects.exists()


def test_who_has_a_second_factor_gets_no_token_without_it(calling, cast, alices):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(cast.alice.user, secret)
    assert Authenticator.objects.exists()
    refused = calling().post(ADDRESS, alices, format="json")
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:problem:dsar:second_factor"
    counter = int(time.time()) // 30
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    wrong = "000000" if code != "000000" else "111111"
    assert calling().post(ADDRESS, alices | {"code": wrong}, format="json").status_code == 401
    assert calling().post(ADDRESS, alices | {"code": code}, format="json").status_code == 201


def test_guessing_at_one_account_is_counted_wherever_it_comes_from(calling, alices, settings):
    settings.DSAR = settings.DSAR | {
        "API_RATES": {"calls": "9/min", "log_ins": "99/min", "log_ins_of_one": "2/min"}
    }
    wrong = alices | {"password": "wrong"}
    statuses = [
        calling().post(ADDRESS, wrong, format="json", REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n in range(3)
    ]
    assert statuses == [401, 401, 429]


def test_too_many_calls_are_told_when_to_go_on(alice, settings):
    rates = settings.DSAR.get("API_RATES", {}) | {"calls": "2/min"}
    settings.DSAR = settings.DSAR | {"API_RATES": rates}
    statuses = [alice.get("/api/v1/cases").status_code for _ in range(2)]
    refused = alice.get("/api/v1/cases")
    assert statuses == [200, 200]
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:problem:dsar:too_often"
    assert int(refused["Retry-After"]) > 0


def test_a_cache_that_is_away_stops_nobody(alice, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/valkey.sock",
        }
    }
    assert alice.get("/api/v1/cases").status_code == 200
