"""The data map: what every app holds, why, for how long, who receives it and where; from declarations alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.contract import terms
from dsar.contract.compiler import what_happens
from dsar.contract.declarations import Linked, NotPersonal, Personal, Secret
from dsar.contract.vocabulary import Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

    from dsar.contract.declarations import Declaration, Path, Treatment
    from dsar.contract.registry import Registry


def build(registry: Registry) -> dict[str, Any]:
    """Everything the registry says, by app and model, always in the same order (GDPR Art. 30)."""
    models = {declaration.model for declaration in registry.all()} | set(registry.nothing)
    apps: dict[str, list[dict[str, Any]]] = {}
    for model in sorted(models, key=lambda one: one._meta.label):
        apps.setdefault(model._meta.app_label, []).append(_model(registry, model))
    return {
        "purposes": [_purpose(registry.purposes[code]) for code in sorted(registry.purposes)],
        "apps": [{"app": app, "models": apps[app]} for app in sorted(apps)],
    }


def _purpose(said: Any) -> dict[str, Any]:
    return {
        **terms.purpose(said),
        "recipients": [terms.safeguarded(one) for one in said.recipients],
        "automated_decision": said.automated_decision,
    }


def _model(registry: Registry, model: type[Model]) -> dict[str, Any]:
    return {
        "model": model._meta.label,
        "table": model._meta.db_table,
        "holds_nothing_because": registry.nothing.get(model, ""),
        "declarations": [
            _declaration(one) for one in sorted(registry.of(model), key=lambda found: found.label)
        ],
    }


def _declaration(said: Declaration) -> dict[str, Any]:
    return {
        "declaration": said.label,
        "about": terms.describe(said),
        "subject": [_path(path) for path in said.subject],
        "identifiers": list(said.identifiers),
        "purpose": said.purpose.code,
        "retention": terms.retention(said),
        "deletion": said.row.value,
        "reviewed": said.reviewed,
        "released": said.released,
        "disclosed_to": _disclosed_to(said),
        "concealed": {name: str(value) for name, value in said.concealed.items()},
        "fields": [_field(said, name=name, treatment=said.fields[name]) for name in said.fields],
    }


def _disclosed_to(said: Declaration) -> dict[str, Any] | None:
    """Who receives single rows, besides the recipients of the purpose (GDPR Art. 30(1)(d))."""
    received = said.disclosed_to
    return None if received is None else terms.safeguarded(received.recipient)


def _path(path: Path) -> str:
    return f"{path.on} = {path.via}.{path.key} of {path.to}" if isinstance(path, Linked) else path


def _field(said: Declaration, *, name: str, treatment: Treatment) -> dict[str, Any]:
    if isinstance(treatment, NotPersonal):
        return {"field": name, "not_personal_because": treatment.because}
    if not isinstance(treatment, Personal):
        raise TypeError(name)
    others = treatment.whose is Whose.SOMEBODY_ELSE
    return {
        "field": name,
        "category": treatment.category.value,
        "origin": treatment.origin.value,
        "somebody_elses": others,
        "exported": not isinstance(treatment, Secret) and not others,
        "correctable": getattr(treatment, "correctable", False),
        "deletion": what_happens(treatment, row=said.row),
    }


def lines(built: dict[str, Any]) -> Iterator[str]:
    """The data map to be read by people."""
    for app in built["apps"]:
        yield f"{app['app']}"
        for model in app["models"]:
            yield f"  {model['model']}"
            if model["holds_nothing_because"]:
                yield f"    holds nothing: {model['holds_nothing_because']}"
            for said in model["declarations"]:
                yield from _said(said)
    yield "purposes"
    for purpose in built["purposes"]:
        yield from _pursued(purpose)


def _said(said: dict[str, Any]) -> Iterator[str]:
    kept = said["retention"]
    yield f"    {said['declaration']}: {said['about']}"
    yield f"      found by   {_listed([*said['subject'], *said['identifiers']])}"
    yield f"      why        {said['purpose']}"
    yield f"      how long   {kept['period']} from {kept['from']}, then {kept['then']} ({kept['law']})"
    yield f"      deletion   row {said['deletion']}"
    for field in said["fields"]:
        yield f"      - {field['field']}: {_treated(field)}"


def _treated(field: dict[str, Any]) -> str:
    if "not_personal_because" in field:
        return f"not personal: {field['not_personal_because']}"
    marks = [field["category"], field["origin"], field["deletion"]]
    marks += ["somebody else's"] * field["somebody_elses"]
    marks += ["never exported"] * (not field["exported"] and not field["somebody_elses"])
    marks += ["correctable"] * field["correctable"]
    return ", ".join(marks)


def _pursued(purpose: dict[str, Any]) -> Iterator[str]:
    yield f"  {purpose['code']}: {purpose['label']}"
    yield f"    basis      {purpose['legal_basis']}; {purpose['basis_in_singapore']}"
    yield f"    where      {_listed(purpose['stored_in'])}"
    yield f"    receives   {_listed([_named(one) for one in purpose['recipients']])}"


def _named(recipient: dict[str, Any]) -> str:
    safeguard = f", {recipient['safeguard']}" if recipient["safeguard"] else ""
    return f"{recipient['name']} ({recipient['role']}, {recipient['country']}{safeguard})"


def _listed(said: Iterable[str]) -> str:
    return ", ".join(said) or "nobody"
