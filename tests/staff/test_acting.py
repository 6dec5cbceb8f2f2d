"""No act at the desk without an entry that names who acted (R175); `acting` looks at every other test's acts too."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import reverse

from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag
from tests.staff import acting

ACT = {"REQUEST_METHOD": "POST", "PATH_INFO": reverse("admin:index")}


def _written(**detail):
    def ask(_client, **_environ):
        Group.objects.create(name="Plainly fictional")
        if detail:
            log.append(Tag.ROLES_GRANTED, **detail)
        return HttpResponse()

    return ask


@pytest.mark.parametrize("detail", [{}, {"actor": "staff"}, {"by": "account:1"}])
def test_an_act_that_no_entry_tells_with_a_name_is_found(cast, detail):
    with pytest.raises(AssertionError, match="auth_group"):
        acting.noted(_written(**detail), None, ACT)


def test_an_act_that_an_entry_tells_with_a_name_is_none(cast):
    said = {"actor": "staff", "role": "officer", "by": "account:1", "origin": "00"}
    assert acting.noted(_written(**said), None, ACT).status_code == 200


def test_an_entry_says_who_in_which_role_before_after_and_why(cast, dora):
    address = reverse("admin:dsar_handlingrule_enter", args=["access"])
    dora.post(address, {"handling": "staff", "reason": "Looked at for a month."})
    found = json.loads(Entry.objects.filter(tag=Tag.HANDLING_CHANGED).get().canonical)
    detail = found["detail"]
    assert found["at"].endswith("Z")
    assert (detail["actor"], detail["role"]) == ("staff", "officer")
    assert (detail["before"], detail["handling"]) == ("automatic", "staff")
    assert detail["reason"] == sha256(b"Looked at for a month.").hexdigest()
    assert detail["by"].startswith("account:")
    assert detail["origin"]
