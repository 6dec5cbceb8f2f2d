"""Who is concerned by an incident: whoever has rows in the tables that were hit, or stands on a list."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Lower

from dsar.cases import permissions
from dsar.contract import guests, registry
from dsar.contract.declarations import Linked
from dsar.contract.people import address_spelt, is_address
from dsar.crashpoints import effect
from dsar.duties import incidents
from dsar.keys import box
from dsar.registers.incident_models import Incident, IncidentNotice
from dsar.registers.inserting import insert_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dsar.cases.actors import Actor
    from dsar.contract.declarations import Declaration, Path

_BATCH = 500
_BETWEEN = re.compile(r"[\s,;\"']+")


def kinds() -> list[Declaration]:
    """The kinds of records by which people can be found."""
    return [one for one in registry.current().all() if one.subject or one.identifiers]


def find(incident: Incident, *, labels: Iterable[str], actor: Actor) -> int:
    """Add everybody who has a row in these declarations' tables; how many are new. Nobody stands there twice.

    Of people with an account it is one statement a look-up path, however many there are.
    """
    incidents.demand(actor, permissions.APPROVE)
    known = {one.label: one for one in kinds()}
    chosen = [known[label] for label in dict.fromkeys(labels)]
    with effect("incident.find"), transaction.atomic():
        found = incidents.taken(incident)
        new = sum(_add_holders(found, one) + _add_guests(found, one) for one in chosen)
        said = "By their records: " + ", ".join(one.label for one in chosen)
        _note(found, said, new=new, actor=actor)
    return new


def add(incident: Incident, *, listed: str, actor: Actor) -> tuple[int, int]:
    """Add who stands on a list of addresses and account numbers; how many are new, and how many words are neither."""
    incidents.demand(actor, permissions.APPROVE)
    with effect("incident.add"), transaction.atomic():
        found = incidents.taken(incident)
        new, unknown = 0, 0
        words = dict.fromkeys(filter(None, _BETWEEN.split(listed)))
        for some in _some(words, _BATCH):
            addresses = [one for one in some if is_address(one)]
            numbers = set(some) - set(addresses)
            accounts = _accounts(numbers)
            unknown += len(numbers) - len(accounts)
            new += add_addresses(found, addresses) + add_accounts(found, accounts)
        _note(found, "By a list", new=new, actor=actor)
    return new, unknown


def add_addresses(incident: Incident, addresses: Iterable[str]) -> int:
    """Add people by address, in the caller's transaction: as account holders where they are; how many are new."""
    spelt = {address_spelt(one) for one in addresses}
    email = get_user_model().get_email_field_name()
    users = get_user_model()._default_manager.annotate(spelt=Lower(F(email)))  # noqa: SLF001 - any user model has one.
    holders = dict(users.filter(spelt__in=spelt).values_list("pk", "spelt"))
    strangers = sorted(spelt - set(holders.values()))
    before = incident.notices.count()
    IncidentNotice.objects.bulk_create(
        (_stranger(incident, one) for one in strangers), ignore_conflicts=True
    )
    return incident.notices.count() - before + add_accounts(incident, set(holders))


def _stranger(incident: Incident, address: str) -> IncidentNotice:
    return IncidentNotice(
        incident=incident,
        address=box.seal(incident.key, address.encode()),
        digest=box.digest(incident.key, address),
    )


def _add_holders(incident: Incident, declaration: Declaration) -> int:
    """Whoever the look-up paths of a declaration lead to."""
    return sum(_insert(incident, _keys(declaration, path)) for path in declaration.subject)


def _keys(declaration: Declaration, path: Path) -> Any:
    rows = declaration.model._base_manager.order_by()
    if isinstance(path, Linked):
        via = apps.get_model(path.via)._base_manager.order_by()
        linked = via.filter(**{f"{path.key}__in": rows.values(path.on)})
        return linked.filter(**{f"{path.to}__isnull": False}).values_list(path.to)
    return rows.filter(**{f"{path}__isnull": False}).values_list(path)


def add_accounts(incident: Incident, accounts: Iterable[Any]) -> int:
    """Add account holders by key, in the caller's transaction; how many are new."""
    users = get_user_model()._base_manager.order_by()
    return _insert(incident, users.filter(pk__in=list(accounts)).values_list("pk"))


def _insert(incident: Incident, keys: Any) -> int:
    people = keys.annotate(
        of=Value(incident.pk), no_digest=Value("", output_field=CharField())
    ).distinct()
    return insert_missing(IncidentNotice, ["subject", "incident", "digest"], people)


def _add_guests(incident: Incident, declaration: Declaration) -> int:
    """Whoever has rows without an account, by the addresses in them."""
    new = 0
    for identifier in declaration.identifiers:
        for some in _some(_addresses(declaration, identifier), _BATCH):
            new += add_addresses(incident, filter(is_address, some))
    return new


def _addresses(declaration: Declaration, identifier: str) -> Iterator[str]:
    rows = declaration.model._base_manager.order_by()
    for path in declaration.subject:
        rows = rows.filter(guests.no_account(path))
    spelt = rows.annotate(spelt_address=Lower(F(identifier))).exclude(spelt_address="")
    found = spelt.values_list("spelt_address", flat=True).distinct()
    yield from found.iterator(chunk_size=_BATCH)


def _some(words: Iterable[str], number: int) -> Iterator[list[str]]:
    """So many at a time."""
    rest = iter(words)
    while found := list(islice(rest, number)):
        yield found


def _accounts(words: Iterable[str]) -> set[Any]:
    """The accounts whose numbers these words are."""
    key = get_user_model()._meta.pk
    numbers = set()
    for word in words:
        try:
            number = key.to_python(word)
            key.run_validators(number)
        except ValidationError:
            continue
        numbers.add(number)
    found = get_user_model()._base_manager.filter(pk__in=numbers)
    return set(found.values_list("pk", flat=True))


def _note(incident: Incident, said: str, *, new: int, actor: Actor) -> None:
    incidents.write(
        incident,
        incidents.Kind.PEOPLE_FOUND,
        text=f"{said}: {new} more.",
        actor=actor,
        people=new,
    )
