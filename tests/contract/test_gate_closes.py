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


@contextmanager
def _with_field(model: Any, *, field: models.Field[Any, Any]) -> Iterator[None]:
    """The model with one more column, for the length of a block."""
    field.contribute_to_class(model, "late_email")
    try:
        yield
    finally:
        model._meta.local_fields.remove(field)
        model._meta._expire_cache()  # noqa: SLF001 - Django offers no way to take a field back.
        del model.late_email


def _project() -> list[str]:
    return [str(error) for error in errors(inspect(current(), models=installed_models()))]


def test_the_project_declares_everything_it_holds():
    assert _project() == []


@pytest.mark.parametrize("model", _MODELS)
@pytest.mark.parametrize(
    "kind", [models.EmailField, models.TextField, models.JSONField, models.FileField]
)
def test_a_field_added_to_any_model_closes_the_gate(model, kind):
    with _with_field(model, field=kind()):
        found = _project()
        assert found
        assert all(model._meta.label in one and '"late_email"' in one for one in found)
    assert _project() == []


def test_the_check_command_fails_when_a_field_is_undeclared():
    model = installed_models_of("testapp")[0]
    call_command("check", tags=["dsar"])
    with (
        _with_field(model, field=models.TextField()),
        pytest.raises(SystemCheckError, match="late_email"),
    ):
        call_command("check", tags=["dsar"])


def installed_models_of(label: str) -> list[type[models.Model]]:
    """The app's models, declared ones first."""
    own = [model for model in installed_models() if model._meta.app_label == label]
    return sorted(own, key=lambda model: (model not in current().nothing, model._meta.label))[::-1]
