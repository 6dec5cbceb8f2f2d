"""The data map shows every model of every app, in an order that does not depend on chance."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dsar.contract import datamap
from dsar.contract.checking.inspection import holdings, inspect, installed_models
from dsar.contract.registry import Registry
from dsar.registry import current


def _printed(form: str) -> str:
    out = io.StringIO()
    call_command("datamap", format=form, stdout=out)
    return out.getvalue()


def _models(built: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {model["model"]: model for app in built["apps"] for model in app["models"]}


def test_every_model_of_every_app_is_on_the_map():
    on_map = _models(json.loads(_printed("json")))
    assert on_map.keys() == {
        model._meta.label for model in inspect(current(), models=installed_models()).models
    }


def test_every_field_of_a_declared_model_is_on_the_map():
    on_map = _models(datamap.build(current()))
    for declaration in current().all():
        said = on_map[declaration.model._meta.label]["declarations"]
        (one,) = [one for one in said if one["declaration"] == declaration.label]
        assert {field["field"] for field in one["fields"]} == holdings(declaration.model).keys()


def test_the_map_says_why_how_long_who_and_where():
    built = json.loads(_printed("json"))
    (loan,) = _models(built)["testapp.Loan"]["declarations"]
    assert loan["purpose"] == "test_lending"
    assert loan["retention"]["period"] == "5 years"
    assert loan["deletion"] == "overwritten"
    purpose = next(one for one in built["purposes"] if one["code"] == loan["purpose"])
    assert purpose["recipients"][0]["name"] == "Example Bank Ltd"
    assert purpose["stored_in"] == ["SG"]


def test_the_map_says_what_never_leaves():
    (member,) = _models(datamap.build(current()))["testapp.Member"]["declarations"]
    exported = {field["field"]: field.get("exported", True) for field in member["fields"]}
    assert not exported["card_token"]
    assert exported["nickname"]


def test_text_and_json_tell_of_the_same_models():
    text = _printed("text")
    for label, model in _models(datamap.build(current())).items():
        assert label in text
        assert model["holds_nothing_because"] in text


def test_the_order_does_not_depend_on_registration():
    registry = current()
    backwards = Registry(
        declarations=dict(reversed(registry.declarations.items())),
        nothing=dict(reversed(registry.nothing.items())),
        purposes=dict(reversed(registry.purposes.items())),
    )
    assert json.dumps(datamap.build(backwards)) == json.dumps(datamap.build(registry))


def test_an_unknown_format_is_refused():
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("datamap", "--format", "xml")
