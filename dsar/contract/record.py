"""The record of processing (GDPR Art. 30) and its tables, made from the data map: nothing in it is typed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIELDS = (
    "app",
    "model",
    "kind",
    "about",
    "purpose",
    "kept",
    "kept_from",
    "then",
    "law",
    "row_on_deletion",
    "field",
    "category",
    "origin",
    "field_on_deletion",
    "exported",
    "correctable",
    "somebody_elses",
    "no_personal_data_because",
)
PURPOSES = (
    "purpose",
    "label",
    "legal_basis",
    "basis_in_singapore",
    "interest",
    "apps",
    "kinds",
    "categories",
    "kept",
    "recipients",
    "stored_in",
    "automated_decision",
)


def by_purpose(built: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each purpose: basis, what is held for it and where, how long, who receives it."""
    return [_pursued(purpose, built) for purpose in built["purposes"]]


def by_field(built: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A row for each field of each kind of record, and one for each model that holds nothing."""
    for app, model in _models(built):
        where = {"app": app, "model": model["model"]}
        if not model["declarations"]:
            yield where | {"no_personal_data_because": model["holds_nothing_because"]}
        for said in model["declarations"]:
            for field in said["fields"]:
                yield where | _kind(said) | _field(field)


def receives(recipient: Mapping[str, Any]) -> str:
    """A recipient in one line: name, role, country, and the safeguard where data leaves the country for it."""
    safeguard = f"; {recipient['safeguard']}" if recipient["safeguard"] else ""
    return f"{recipient['name']} ({recipient['role']}, {recipient['country']}{safeguard})"


def kept(retention: Mapping[str, Any]) -> str:
    """Until when, in one line."""
    return f"{retention['period']} from {retention['from']}, then {retention['then']}"


def _pursued(purpose: Mapping[str, Any], built: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [
        (app, said)
        for app, model in _models(built)
        for said in model["declarations"]
        if said["purpose"] == purpose["code"]
    ]
    categories = {
        field["category"] for _, said in kinds for field in said["fields"] if "category" in field
    }
    return {
        "purpose": purpose["code"],
        "label": purpose["label"],
        "legal_basis": purpose["legal_basis"],
        "basis_in_singapore": purpose["basis_in_singapore"],
        "interest": purpose["interest"],
        "apps": sorted({app for app, _ in kinds}),
        "kinds": [said["declaration"] for _, said in kinds],
        "categories": sorted(categories),
        "kept": sorted(
            {f"{kept(said['retention'])} ({said['retention']['law']})" for _, said in kinds}
        ),
        "recipients": [receives(one) for one in purpose["recipients"]],
        "stored_in": purpose["stored_in"],
        "automated_decision": purpose["automated_decision"],
    }


def _models(built: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for app in built["apps"]:
        for model in app["models"]:
            yield app["app"], model


def _kind(said: Mapping[str, Any]) -> dict[str, Any]:
    retention = said["retention"]
    return {
        "kind": said["declaration"],
        "about": said["about"],
        "purpose": said["purpose"],
        "kept": retention["period"],
        "kept_from": retention["from"],
        "then": retention["then"],
        "law": retention["law"],
        "row_on_deletion": said["deletion"],
    }


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    if "not_personal_because" in field:
        return {
            "field": field["field"],
            "no_personal_data_because": field["not_personal_because"],
        }
    return {
        "field": field["field"],
        "category": field["category"],
        "origin": field["origin"],
        "field_on_deletion": field["deletion"],
        **{name: field[name] for name in ("exported", "correctable", "somebody_elses")},
    }
