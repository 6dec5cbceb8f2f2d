"""Throwaway models and declarations, so that each test breaks one rule of an otherwise sound one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models

from dsar.contract.checking.gate import errors
from dsar.contract.checking.inspection import holdings, inspect
from dsar.contract.registry import declare
from dsar.declarations import (
    Category,
    Held,
    LegalBasis,
    NotPersonal,
    PersonalData,
    Purpose,
    Retention,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.checks import Error

    from dsar.contract.registry import Registry

READING = Purpose(code="reading", label="Lending books", basis=LegalBasis.CONTRACT, pdpa="s 15(3)")
KEPT = Retention(after="made_at", years=1, law="House rules 1")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where a test makes models, declares them and asks the gate."""

    registry: Registry

    def model(
        self, name: str, fields: Mapping[str, Any] | None = None, **meta: Any
    ) -> type[models.Model]:
        """A model with a person, a day and whatever fields the test is about; None leaves one out."""
        body: dict[str, Any] = {
            "__module__": "tests.testapp.models",
            "__str__": lambda _self: name,
            "Meta": type("Meta", (), {"app_label": "testapp", **meta}),
            "person": models.ForeignKey(
                get_user_model(), on_delete=models.CASCADE, related_name="+"
            ),
            "made_at": models.DateTimeField(),
            **(fields or {}),
        }
        return type(
            name, (models.Model,), {key: one for key, one in body.items() if one is not None}
        )

    def declare(
        self,
        model: type[models.Model],
        fields: Mapping[Any, Any] | None = None,
        *,
        leave_out: tuple[str, ...] = (),
        role: str = "",
        **terms: Any,
    ) -> None:
        """Declare every field soundly but for what the test says otherwise."""
        said = {
            name: NotPersonal(because="A technical key.")
            if getattr(field, "primary_key", False)
            else Held(category=Category.OPINION)
            for name, field in holdings(model).items()
            if name not in leave_out
        }
        body = {"subject": "person", "purpose": READING, "retention": KEPT}
        treatments = {**said, **(fields or {})}
        declare(model, role=role)(
            type("Said", (PersonalData,), {**body, "fields": treatments, **terms})
        )

    def errors(self, *models_: type[models.Model]) -> list[Error]:
        """What the gate says."""
        return errors(inspect(self.registry, models=models_))

    def only(self, number: int, *models_: type[models.Model]) -> str:
        """The gate's one complaint, as it is printed, which must bear this number."""
        found = self.errors(*models_)
        assert [error.id for error in found] == [f"dsar.E{number:03}"], found
        assert found[0].hint
        return str(found[0])
