"""A declaration's terms as plain data: what the data map and the information under Art. 15 both show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext, ngettext

from dsar.contract import registry
from dsar.contract.declarations import Personal
from dsar.contract.vocabulary import Row
from dsar.law import bases

if TYPE_CHECKING:
    from django.db.models import Model

    from dsar.contract.declarations import Declaration, Purpose, Recipient, Retention


def purpose(said: Purpose) -> dict[str, Any]:
    """Why, on which basis in each law, and what is pursued."""
    basis = bases.BASES[said.basis]
    return {
        "code": said.code,
        "label": said.label,
        "legal_basis": f"{gettext(basis.label)} ({basis.article})",
        "basis_in_singapore": f"PDPA {said.pdpa}",
        "interest": said.interest,
        "consequence": said.consequence,
        "marketing": said.marketing,
        "stored_in": list(said.locations),
    }


def recipient(said: Recipient) -> dict[str, Any]:
    """Who receives data, by name (CJEU C-154/21)."""
    return {
        "code": said.code,
        "name": said.name,
        "role": said.role,
        "country": said.country,
        "contact": said.contact,
    }


def safeguarded(said: Recipient) -> dict[str, Any]:
    """The same with what protects data that goes abroad (GDPR Art. 30(1)(e))."""
    return {**recipient(said), "safeguard": said.safeguard}


def categories(declaration: Declaration) -> list[str]:
    """The categories of personal data in a record, by code."""
    return sorted(
        {one.category.value for one in declaration.fields.values() if isinstance(one, Personal)}
    )


def retention(declaration: Declaration) -> dict[str, Any]:
    """How long and by which law, in words and in parts."""
    kept = declaration.retention
    return {
        "period": period(kept),
        "from": _trigger(declaration.model, kept),
        "then": _end(kept.then),
        "law": kept.law,
    }


def period(kept: Retention) -> str:
    """The length of a retention in words: `5 years`, `1 year 6 months`."""
    parts = [
        ngettext("%(count)d year", "%(count)d years", kept.years) % {"count": kept.years},
        ngettext("%(count)d month", "%(count)d months", kept.months) % {"count": kept.months},
        ngettext("%(count)d day", "%(count)d days", kept.days) % {"count": kept.days},
    ]
    counts = (kept.years, kept.months, kept.days)
    return " ".join(part for part, count in zip(parts, counts, strict=True) if count)


def _trigger(model: type[Model], kept: Retention) -> str:
    *relations, last = kept.after.split("__")
    for name in relations:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    field = model._meta.get_field(last)
    said = f"{title(model)}: {getattr(field, 'verbose_name', last)}"
    if kept.from_end_of == "financial_year":
        return gettext("the end of the financial year of “%(trigger)s”") % {"trigger": said}
    return said


def _end(then: Row) -> str:
    return gettext("deleted") if then is Row.DELETED else gettext("made anonymous")


def title(model: type[Model]) -> str:
    """A model's name for people."""
    return str(model._meta.verbose_name).capitalize()


def field_title(model: type[Model], name: str) -> str:
    """A field's name for people; relations without a column keep their own."""
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def record_and_field(label: str, name: str) -> tuple[str, str]:
    """The names of a kind of record and of one of its fields; codes where the app no longer has them."""
    try:
        model = registry.current().get(label).model
        return str(model._meta.verbose_name), field_title(model, name)
    except (LookupError, FieldDoesNotExist):
        return label, name


def describe(declaration: Declaration) -> str:
    """What the declaration is about: its own sentence, or its model's name."""
    return declaration.describe or title(declaration.model)
