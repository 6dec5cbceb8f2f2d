"""Foreign keys inside dsar point down the rooms, as imports do."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model

from tests.architecture import reading

if TYPE_CHECKING:
    from django.db.models import Field, Model


def rooms() -> dict[str, int]:
    """How high each room stands, from the one table that import-linter reads."""
    contracts = tomllib.loads(reading.text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["id"] == "rooms")
    return {
        room.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.replace(":", "|").split("|")
    }


def room_of(model: type[Model]) -> str:
    return model.__module__.split(".")[1]


def references() -> list[tuple[type[Model], Field[Any, Any]]]:
    """Every foreign key and many-to-many field from a model of dsar to another of dsar."""
    return [
        (model, field)
        for model in apps.get_app_config("dsar").get_models(include_auto_created=True)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.related_model and field.related_model._meta.app_label == "dsar"
    ]


def test_references_never_point_up_or_across():
    height = rooms()
    wrong = [
        str(field)
        for model, field in references()
        if room_of(model) != room_of(field.related_model)
        and height[room_of(field.related_model)] >= height[room_of(model)]
    ]
    assert len(references()) > 10
    assert wrong == []


def test_dsar_refers_to_nobody_s_models_but_the_users():
    outside = {
        field.related_model
        for model in apps.get_app_config("dsar").get_models()
        for field in model._meta.concrete_fields
        if field.related_model and field.related_model._meta.app_label != "dsar"
    }
    assert outside == {get_user_model()}


def test_nothing_of_a_person_s_cascades_into_dsar():
    """A case, a letter, the ledger: none goes because an account goes."""
    cascading = [
        str(field)
        for model in apps.get_app_config("dsar").get_models()
        for field in model._meta.concrete_fields
        if field.related_model
        and field.related_model._meta.app_label != "dsar"
        and field.remote_field.on_delete.__name__ == "CASCADE"
    ]
    assert cascading == []


def test_every_model_lives_in_a_room_and_its_table_says_in_which():
    wrong = [
        model._meta.label
        for model in apps.get_app_config("dsar").get_models()
        if not model._meta.db_table.startswith(f"dsar_{room_of(model)}_")
    ]
    assert wrong == []
