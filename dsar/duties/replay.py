"""Erase again what a restored backup brought back, from the journal outside the database (R91).

Only rows older than the deletion are touched, and nobody is matched by e-mail: a person who came back since, on
the same address or even on a key that was given out again, is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from dsar.cases import covering
from dsar.contract import compiler, registry
from dsar.contract.people import Rows
from dsar.crashpoints import effect
from dsar.engine import discovery, erasing, journal, removals
from dsar.ledger import log, restores
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from dsar.contract.declarations import Declaration
    from dsar.engine.journal import Erasure


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What became of one journalled deletion; `left_alone` says why where nothing was tried or it failed."""

    request: str
    rows: dict[str, int] = field(default_factory=dict)
    left_alone: str = ""


def replay() -> Iterator[Replayed]:
    """Replay the whole journal, oldest deletion first; running it twice changes nothing the second time.

    First the ledger is told what the restore lost of it, so that who verifies it finds a reason and not a gap.
    """
    restores.record()
    for erasure in journal.read():
        yield _replay(erasure)


def _replay(erasure: Erasure) -> Replayed:
    try:
        with effect("erasure.replay"), transaction.atomic():
            replayed = _erase_again(erasure)
    except IntegrityError:
        return Replayed(request=erasure.request, left_alone="newer rows refer to this account")
    removals.carry_out(UUID(erasure.request))
    return replayed


def _erase_again(erasure: Erasure) -> Replayed:
    person = _person(erasure)
    erasing.lock_person(person)
    if _is_newer(person, erasure):
        return Replayed(
            request=erasure.request, left_alone="the account is newer than the deletion"
        )
    declarations = covering.named(erasure.declarations, person)
    counts = discovery.discover(person, declarations=declarations, concealed=True)
    held = [one for one in declarations if counts[one.label]]
    found = erasing.statements(held, born_before=erasure.cut_off_at)
    reference = UUID(erasure.request)
    done = erasing.pipelined([*removals.intentions(held, reference), *found], person)
    rows = {label: count for label, count in done.items() if count}
    if rows:
        log.append(Tag.ERASURES_REPLAYED, request=reference, rows=rows)
    return Replayed(request=erasure.request, rows=rows)


def _person(erasure: Erasure) -> object:
    """The key of the account, or of somebody without account the rows themselves."""
    if erasure.rows is not None:
        return Rows(keys={label: tuple(keys) for label, keys in erasure.rows.items()})
    return get_user_model()._meta.pk.to_python(erasure.person)


def _is_newer(person: object, erasure: Erasure) -> bool:
    """Whether the row under this key was born after the deletion: then it is somebody else's."""
    if isinstance(person, Rows):
        return False
    user: type[Model] = get_user_model()
    born = user._base_manager.filter(pk=person).values_list(_root().born, flat=True).first()
    return born is not None and born >= erasure.cut_off_at


def _root() -> Declaration:
    return next(one for one in registry.current().all() if compiler.is_root(one))
