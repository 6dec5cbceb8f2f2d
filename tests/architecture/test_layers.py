"""Foreign keys inside dsar point down the rooms, as imports do."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import DO_NOTHING, SET_NULL, ForeignKey, ManyToManyField

from tests.architecture import reading

if TYPE_CHECKING:
    from django.db.models import Model


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


def references(*, within: bool) -> list[tuple[type[Model], Any, type[Model]]]:
    """Every reference from a model of dsar to another of dsar, or to somebody else's; with its target."""
    return [
        (model, field, field.related_model)
        for model in apps.get_app_config("dsar").get_models(include_auto_created=True)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if isinstance(field, ForeignKey | ManyToManyField)
        if (field.related_model._meta.app_label == "dsar") is within
    ]


def test_references_never_point_up_or_across():
    height = rooms()
    wrong = [
        str(field)
        for model, field, target in references(within=True)
        if room_of(model) != room_of(target) and height[room_of(target)] >= height[room_of(model)]
    ]
    assert len(references(within=True)) > 10
    assert wrong == []


def test_dsar_refers_to_nobody_s_models_but_the_users():
    assert {target for _, _, target in references(within=False)} == {get_user_model()}


def test_no_account_takes_anything_of_dsar_with_it():
    """A case, a letter, a decision: none goes because an account goes."""
    kept = {DO_NOTHING, SET_NULL}
    found = [field for _, field, _ in references(within=False)]
    assert [str(one) for one in found if one.remote_field.on_delete not in kept] == []


def test_every_model_lives_in_a_room_and_its_table_says_in_which():
    wrong = [
        model._meta.label
        for model in apps.get_app_config("dsar").get_models()
        if not model._meta.db_table.startswith(f"dsar_{room_of(model)}_")
    ]
    assert wrong == []
