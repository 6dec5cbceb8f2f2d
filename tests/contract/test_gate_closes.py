"""The project's own declarations: the gate is open, and any new field closes it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import models

from dsar.contract.checking.gate import errors
from dsar.contract.checking.inspection import inspect, installed_models
from dsar.registry import current

if TYPE_CHECKING:
    from collections.abc import Iterator

_APPS = ("accounts", "orders", "testapp", "dsar")
_MODELS = [
    pytest.param(model, id=model._meta.label)
    for model in installed_models()
    if model._meta.app_label in _APPS
]


_LATE = {
    "late_email": models.EmailField,
    "late_phone": models.TextField,
    "late_address": models.JSONField,
    "late_photo": models.FileField,
}


@contextmanager
def _with_late_fields(model: Any) -> Iterator[None]:
    """The model with more columns, for the length of a block."""
    fields = [make() for make in _LATE.values()]
    for name, field in zip(_LATE, fields, strict=True):
        field.contribute_to_class(model, name)
    try:
        yield
    finally:
        for name, field in zip(_LATE, fields, strict=True):
            model._meta.local_fields.remove(field)
            delattr(model, name)
        model._meta._expire_cache()  # noqa: SLF001 - Django offers no way to take a field back.


def _project() -> list[str]:
    return [str(error) for error in errors(inspect(current(), models=installed_models()))]


def test_the_project_declares_everything_it_holds():
    assert _project() == []


@pytest.mark.parametrize("model", _MODELS)
def test_a_field_added_to_any_model_closes_the_gate(model):
    with _with_late_fields(model):
        found = _project()
    assert all(str(model._meta.label) in one for one in found)
    for name in _LATE:
        assert any(f'"{name}"' in one for one in found), name


def test_the_check_command_fails_when_a_field_is_undeclared():
    call_command("check", tags=["dsar"])
    declared = next(model for model in installed_models() if current().of(model))
    with _with_late_fields(declared), pytest.raises(SystemCheckError, match="late_phone"):
        call_command("check", tags=["dsar"])
