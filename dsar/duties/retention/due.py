"""Which rows are due: their retention has ended, and nothing says that they must stay for now.

All of it is a condition of one statement, over people that a few small tables name; no list of people is made. Only the
addresses of people without account lie sealed in their cases, and are read first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import (
    SET_NULL,
    Exists,
    F,
    ForeignKey,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Lower
from django.db.models.lookups import In
from django.utils import timezone

from dsar.cases import preserving
from dsar.contract import belonging, compiler, registry
from dsar.contract.checking.inspection import walk
from dsar.contract.compiler import Fragment
from dsar.contract.declarations import Linked
from dsar.contract.vocabulary import Row
from dsar.duties.retention import schedule
from dsar.engine import retaining
from dsar.registers.models import Hold, Restriction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from django.db.models import Field, Model

    from dsar.contract.declarations import Declaration, Path
    from dsar.duties.retention.schedule import Unit

Rows = QuerySet[Any, Any]


class Reason(StrEnum):
    """Why a row stays whose retention has ended."""

    HOLD = "hold"
    REQUEST = "request"
    RESTRICTION = "restriction"


@dataclass(frozen=True, kw_only=True)
class Day:
    """The day for which it is asked, and who without account has a request open."""

    on: date
    addresses: tuple[str, ...]


def today() -> date:
    """The day it is where the house stands."""
    return timezone.localdate()


def day(on: date) -> Day:
    """Everything that is not in a statement itself."""
    return Day(on=on, addresses=tuple(preserving.people_without_account()))


def over(unit: Unit, *, of: Day) -> Rows:
    """The rows whose retention has ended, and on which nothing was done yet."""
    rows = unit.model._base_manager.order_by()
    for declaration in unit.declarations:
        rows = rows.filter(began(declaration, of=of))
    for condition in _untouched(unit):
        rows = rows.extra(where=[condition.sql], params=list(condition.params))
    return rows


def is_over(unit: Unit, *, of: Day) -> Fragment:
    """The condition of the same rows in SQL, which costs a night's look at every table less than a query each."""
    past = (
        _past(unit.model, one.retention.after, before=_still_kept(one, of=of))
        for one in unit.declarations
    )
    return Fragment.join(" AND ", [*past, *_untouched(unit)])


def _untouched(unit: Unit) -> Iterator[Fragment]:
    """That nothing was done yet, where the rows stay."""
    if unit.action is Row.OVERWRITTEN:
        written = compiler.overwrites(unit.declarations[0])
        done = Fragment.join(" AND ", (already for _, _, already in written))
        yield Fragment(sql=f"NOT ({done.sql})", params=done.params)


def _past(model: type[Model], path: str, *, before: date) -> Fragment:
    """That a date of a row, or of the record that its path leads to, lies before another."""
    name, _, rest = path.partition("__")
    field: Any = model._meta.get_field(name)
    if rest:
        past = _past(field.related_model, rest, before=before)
    else:
        past = Fragment(sql=f"{compiler.own_column(field)} < %s", params=(before,))
    steps = [*model._meta.get_path_to_parent(field.model), *(field.path_infos if rest else ())]
    for step in reversed(steps):
        ((own, theirs),) = step.join_field.get_joining_fields()
        where = compiler.quote(step.to_opts.db_table)
        found = f"SELECT {compiler.own_column(theirs)} FROM {where} WHERE {past.sql}"
        past = Fragment(sql=f"{compiler.own_column(own)} IN ({found})", params=past.params)
    return past


def staying(unit: Unit, *, because: Reason, of: Day) -> list[Q]:
    """The conditions under which a row stays for a reason; any one of them suffices."""
    return [
        one for declaration in unit.declarations for one in _CONDITIONS[because](declaration, of)
    ]


def free(unit: Unit, *, of: Day) -> Rows:
    """The rows that are due."""
    rows = over(unit, of=of)
    for reason in Reason:
        if conditions := staying(unit, because=reason, of=of):
            rows = rows.filter(~any_of(conditions))
    return rows


def let_go(unit: Unit, *, of: Day) -> Rows:
    """The rows that are due and to which nothing refers that cannot let go of them."""
    rows = free(unit, of=of)
    if unit.action is Row.OVERWRITTEN:
        return rows
    for key in referring(unit.model):
        rows = rows.filter(~Exists(key.model._base_manager.filter(**{key.name: OuterRef("pk")})))
    return rows


def referring(model: type[Model]) -> Iterator[ForeignKey[Any, Any]]:
    """The foreign keys that hold rows of this model fast; those of its own many-to-many fields go with it."""
    own = {field.remote_field.through for field in model._meta.local_many_to_many}
    return (
        key for key in _pointing_at(model) if key.model not in own and not is_let_go(key, of=model)
    )


def letting_go(model: type[Model]) -> Iterator[ForeignKey[Any, Any]]:
    """The foreign keys that are emptied when a row of this model goes."""
    return (key for key in _pointing_at(model) if is_let_go(key, of=model))


def is_let_go(key: ForeignKey[Any, Any], *, of: type[Model]) -> bool:
    """Whether a key may be emptied. Not within one table: a statement cannot write and delete the same row."""
    return key.remote_field.on_delete is SET_NULL and key.model is not of


def _pointing_at(model: type[Model]) -> Iterator[ForeignKey[Any, Any]]:
    return (
        key
        for holder in apps.get_models(include_auto_created=True)
        for key in holder._meta.local_concrete_fields
        if isinstance(key, ForeignKey) and key.related_model is model and key.db_constraint  # type: ignore[attr-defined]  # The stubs lack it.
    )


def began(declaration: Declaration, *, of: Day) -> Q:
    """One comparison with a constant, which an index on the column answers; a row without a date is never due."""
    return Q(**{f"{declaration.retention.after}__lt": _still_kept(declaration, of=of)})


def _still_kept(declaration: Declaration, *, of: Day) -> date:
    """The first day, or moment, with which a retention may begin and is not over."""
    day = retaining.last_over(declaration.retention, on=of.on) + timedelta(days=1)
    if not schedule.is_moment(declaration):
        return day
    return datetime.combine(day, time(), timezone.get_default_timezone())


def any_of(conditions: Iterable[Q]) -> Q:
    """One condition of several, of which any suffices."""
    found = Q()
    for one in conditions:
        found |= one
    return found


def _held(declaration: Declaration, _of: Day) -> Iterator[Q]:
    """Of whoever is on hold, of a kind that is, or belonging to a record that is."""
    held = Hold.objects.filter(released_at__isnull=True)
    ways = belonging.ways(declaration.model)
    whole = held.filter(row="", declaration__in=["", *ways])
    yield from _of_people(declaration, whole.values("subject_id"))
    for path in sorted(set(ways.values())):
        labels = [label for label, way in ways.items() if way == path]
        keys = held.filter(declaration__in=labels).exclude(row="")
        kind = _key(registry.current().get(labels[0]).model)
        yield _among(declaration.model, path, keys.values_list(Cast("row", kind)))


def _key(model: type[Model]) -> Field[Any, Any]:
    """The field whose values are the keys of a model; of a child, its parent's."""
    key: Any = model._meta.pk
    while key.remote_field:
        key = key.target_field
    return key.clone()  # type: ignore[no-any-return]  # as above


def _asked(declaration: Declaration, of: Day) -> Iterator[Q]:
    yield from _of_people(declaration, preserving.people_with_requests())
    for identifier in declaration.identifiers if of.addresses else ():
        # A row without an address is nobody's of these; a comparison with nothing would be neither true nor false.
        address = Coalesce(Lower(F(identifier)), Value(""))
        yield Q(In(address, of.addresses))


def restricted(declaration: Declaration) -> Q:
    """The rows of whoever restricted all processing, or the purpose of this declaration."""
    return any_of(_restricted(declaration))


def _restricted(declaration: Declaration, _of: Day | None = None) -> Iterator[Q]:
    everything, this = Q(purpose__isnull=True), Q(purpose=declaration.purpose.code)
    restricted = Restriction.objects.filter(everything | this, lifted_at__isnull=True)
    return _of_people(declaration, restricted.values("subject_id"))


_CONDITIONS = {
    Reason.HOLD: _held,
    Reason.REQUEST: _asked,
    Reason.RESTRICTION: _restricted,
}


def _of_people(declaration: Declaration, people: Rows) -> Iterator[Q]:
    """The rows of whoever is among these people, by each of the declaration's paths."""
    return (_along(declaration.model, path, people) for path in declaration.subject)


def _along(model: type[Model], path: Path, people: Rows) -> Q:
    if isinstance(path, Linked):
        via = apps.get_model(path.via)._base_manager.filter(**{f"{path.to}__in": people})
        return Q(**{f"{path.on}__in": via.exclude(**{path.key: None}).values(path.key)})
    return _among(model, path, people)


def _among(model: type[Model], path: str, found: Rows) -> Q:
    """That a row's path leads into what was found: by a column of its own, so that no other table is joined to it."""
    if not _is_forward(model, path):
        return Q(Exists(model._base_manager.filter(pk=OuterRef("pk"), **{f"{path}__in": found})))
    first, _, rest = path.partition("__")
    if rest in {"", "pk"}:
        return Q(**{f"{path}__in": found})
    leads_to: Any = walk(model, first).field
    further = leads_to.related_model._base_manager.order_by()
    return Q(**{f"{first}__in": further.filter(_among(leads_to.related_model, rest, found))})


def _is_forward(model: type[Model], path: str) -> bool:
    """Whether each step leads to one row, by a column: then no row is seen twice."""
    steps = path.split("__")
    fields = [walk(model, "__".join(steps[: end + 1])).field for end in range(len(steps))]
    return all(getattr(field, "concrete", False) and not field.many_to_many for field in fields)
