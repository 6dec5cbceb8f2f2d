"""Whatever looks personal and is said not to be has a reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, EmailField, FileField, GenericIPAddressField

from dsar.contract.checking.inspection import holdings, refuse
from dsar.contract.declarations import NotPersonal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import Error
    from django.db.models import Model

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration

_PERSONAL_TYPES = (EmailField, GenericIPAddressField, FileField)
_PERSONAL_WORDS = frozenset(
    {
        "address",
        "age",
        "agent",
        "avatar",
        "birth",
        "birthdate",
        "birthday",
        "browser",
        "dob",
        "email",
        "fax",
        "fingerprint",
        "firstname",
        "forename",
        "fullname",
        "gender",
        "iban",
        "ip",
        "lastname",
        "latitude",
        "location",
        "longitude",
        "mail",
        "mobile",
        "name",
        "nationality",
        "nickname",
        "nric",
        "passport",
        "phone",
        "photo",
        "picture",
        "postcode",
        "religion",
        "salary",
        "sex",
        "signature",
        "ssn",
        "street",
        "surname",
        "telephone",
        "useragent",
        "username",
        "zipcode",
    }
)


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse "not personal" and "holds nothing" without a reason."""
    for declaration in inspection.declarations():
        yield from _fields(declaration)
    for model in inspection.models:
        if model in inspection.registry.nothing:
            yield from _nothing(model, because=inspection.registry.nothing[model])


def looks_personal(field: Any) -> bool:
    """Whether a field's class, name or target suggests that it says something about somebody."""
    if isinstance(field, BooleanField):
        return False
    if isinstance(field, _PERSONAL_TYPES) or _points_at_people(field):
        return True
    return bool(_PERSONAL_WORDS & set(field.name.lower().split("_")))


def _points_at_people(field: Any) -> bool:
    return bool(field.is_relation) and field.related_model is get_user_model()


def _fields(declaration: Declaration) -> Iterator[Error]:
    held = holdings(declaration.model)
    for name, treatment in declaration.fields.items():
        if not isinstance(treatment, NotPersonal) or treatment.because.strip() or name not in held:
            continue
        looks = looks_personal(held[name])
        yield refuse(
            60 if looks else 61,
            declaration.model,
            f'Field "{name}" of declaration {declaration.label} {"looks personal and " if looks else ""}'
            "is said not to be personal without a reason.",
            hint='Write NotPersonal(because="...") with the reason, or declare it as personal.',
        )


def _nothing(model: type[Model], *, because: str) -> Iterator[Error]:
    """A reason must name each column that looks personal: one that is added later then closes the gate again."""
    if not because.strip():
        yield refuse(
            62,
            model,
            f"Model {model._meta.label} is said to hold nothing without a reason.",
            hint=f'Write holds_nothing({model.__name__}, because="...").',
        )
    for name, field in holdings(model).items():
        if looks_personal(field) and not re.search(rf"\b{re.escape(name)}\b", because):
            yield refuse(
                63,
                model,
                f'Model {model._meta.label} is said to hold nothing, but its field "{name}" looks personal '
                "and the reason does not speak of it.",
                hint=f'Declare the model, or say in because="..." why "{name}" is about nobody.',
            )
