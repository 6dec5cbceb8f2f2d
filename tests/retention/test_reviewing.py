"""The retention schedule, and what was overwritten, are looked at again: signed, with a day, and on the first page."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsar.contract import registry
from dsar.duties.retention import reviewing
from dsar.registers.house_reviews import Kind
from dsar.registers.staff_models import HouseReview
from tests import faces

SIGN = "/admin/dsar/housereview/sign/{}/"


@contextmanager
def kept_longer(label):
    """One declaration says another period than it did."""
    known = registry.current().declarations
    (key,) = [key for key, one in known.items() if one.label == label]
    declared = known[key]
    known[key] = replace(declared, retention=replace(declared.retention, years=9))
    try:
        yield
    finally:
        known[key] = declared


@pytest.fixture
def dora(cast):
    """A data protection officer at the desk."""
    client = Client()
    officer = faces.member_of_staff("officer", "dora")
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_each_line_of_the_schedule_has_its_day_of_review_and_what_changed_is_due_at_once(dora):
    assert set(reviewing.days().values()) == {None}
    page = reverse("admin:dsar_retention_schedule")
    assert "due now" in dora.get(page).content.decode()
    dora.post(SIGN.format("retention"), {"findings": "Looked at every line."})
    in_a_year = HouseReview.objects.get().next_on
    assert in_a_year > timezone.localdate() + timedelta(days=360)
    assert set(reviewing.days().values()) == {in_a_year}
    assert "due now" not in dora.get(page).content.decode()
    assert Kind.RETENTION not in _overdue()
    with kept_longer("testapp.Message"):
        changed = [label for label, day in reviewing.days().items() if day is None]
        assert changed == ["testapp.Message"]
        assert Kind.RETENTION in _overdue()
        dora.post(SIGN.format("retention"), {"findings": "The law changed."})
        assert Kind.RETENTION not in _overdue()
    assert Kind.RETENTION in _overdue()
    HouseReview.objects.update(next_on=timezone.localdate() - timedelta(days=1))
    assert {day < timezone.localdate() for day in reviewing.days().values() if day} == {True}


def test_what_was_overwritten_is_looked_at_again_once_a_year(dora):
    assert Kind.OVERWRITTEN in _overdue()
    assert HouseReview.Kind.OVERWRITTEN.label in dora.get("/admin/").content.decode()
    dora.post(SIGN.format("overwritten"), {"findings": "Nobody is found in it."})
    assert Kind.OVERWRITTEN not in _overdue()
    HouseReview.objects.update(next_on=timezone.localdate() - timedelta(days=1))
    assert Kind.OVERWRITTEN in _overdue()


def _overdue():
    return [one.kind for one in reviewing.tasks() if one.is_overdue]
