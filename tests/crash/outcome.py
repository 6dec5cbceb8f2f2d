"""The whole outcome of a request, so that two can be compared: rows, files, package, letters, ledger, registers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from dsar.cases import letters
from dsar.cases.models import Case, Letter, Request
from dsar.engine import journal
from dsar.engine.models import Step
from dsar.ledger.models import Entry, Leaf
from dsar.ledger.standing import look
from dsar.packages.models import Package
from tests.engine.archives import everything, opened
from tests.engine.looking import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_django import Settings

    from tests.testapp.factories import Person

ATTEMPTS = frozenset(
    {
        "dsar_cases_link",
        "dsar_dispatch_wake",
        "dsar_engine_heartbeat",
        "dsar_keys_key",
        "dsar_ledger_checkpoint",
        "dsar_ledger_entry",
        "dsar_ledger_leaf",
        "dsar_ledger_node",
        "dsar_ledger_placement",
        "dsar_packages_package",
        "dsar_tally_count",
    }
)
"""Tables in which every attempt may leave something: a package begun again has a key of its own, and a receipt
that was delayed until the account was gone bears a link."""
OF_ATTEMPTS = frozenset({"case.link_made", "key.destroyed", "package.begun", "package.shredded"})
"""What the ledger says once for each attempt, or for each mail that leaves when the account is gone already."""

SHARED = frozenset({"testapp_handover", "testapp_message"})
"""Tables whose rows are several people's at once."""


def whole(person: Person, settings: Settings) -> dict[str, Any]:
    """Everything there is afterwards, without keys and times, which differ from run to run."""
    return {
        "requests": sorted(Request.objects.values_list("right", "state", "outcome")),
        "letters": sorted(_letters()),
        "said": _said(),
        "rows": _rows(),
        "canaries": _canaries(f"canary-{person.name}"),
        "steps": sorted(Step.objects.values_list("position", "state", "expected", "done")),
        "packages": sorted(map(_contents, Package.objects.filter(state=Package.State.READY))),
        "files": sorted(_files(settings)),
        "journal": len(list(journal.read())),
        "sealed": _sealed(),
    }


def _sealed() -> bool:
    """Every entry stands in the tree once, and the newest checkpoint in the second place."""
    entries, standing = Entry.objects.count(), look()
    return Leaf.objects.count() == standing.sealed == standing.placed == entries


def _letters() -> Iterable[tuple[str, str, bool]]:
    """Every letter can still be opened, once its case can; and its notice was mailed."""
    for letter in Letter.objects.select_related("case__key"):
        yield letter.kind, ",".join(sorted(letters.read(letter))), letter.mailed_at is not None


def _said() -> dict[str, int]:
    tags = Entry.objects.values_list("tag", flat=True)
    return dict(Counter(tag for tag in tags if tag not in OF_ATTEMPTS))


def _rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        return {table: _count(cursor, table) for table in _tables() - ATTEMPTS}


def _tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    return int(cursor.fetchone()[0])


def _canaries(canary: str) -> dict[str, int]:
    names = map(connection.ops.quote_name, sorted(_tables()))
    return {name: found for name in names if (found := text_of(name).count(canary))}


def _contents(package: Package) -> tuple[str, ...]:
    """The names in a package, opened to the end, and how many of each canary's lines it holds."""
    request = Request.objects.get(pk=package.request_reference)
    archive = opened(request)
    canaries = everything(archive).count("canary-")
    return (*sorted(map(_without_key, archive.namelist())), str(canaries))


def _without_key(name: str) -> str:
    """A member's name without the row's key in it, and without the end that a storage makes up."""
    return "/".join(name.split("/")[:2])


def _files(settings: Settings) -> Iterable[str]:
    """Every stored file by its folder and content; packages by their number only, since each is sealed anew."""
    packages = Path(settings.STORAGES["packages"]["OPTIONS"]["location"])
    yield f"packages: {sum(one.is_file() for one in packages.rglob('*'))}"
    media = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    for path in media.rglob("*"):
        if path.is_file() and packages not in path.parents:
            yield f"{path.parent.name}: {path.read_text()}"


def of_others(person: Person, settings: Settings) -> dict[str, Any]:
    """Everything that bears somebody else's canary, byte for byte."""
    canary = f"canary-{person.name}"
    rows = {
        table: sorted(
            line for line in text_of(connection.ops.quote_name(table)).split("\n") if canary in line
        )
        for table in _tables() - SHARED
    }
    return {
        "rows": {table: lines for table, lines in rows.items() if lines},
        "files": sorted(one for one in _files(settings) if canary in one),
        "cases": sorted(Case.objects.filter(subject_id=person.pk).values_list("pk", flat=True)),
    }


def mails(settings: Settings) -> int:
    """How many mails left."""
    folder = Path(settings.EMAIL_FILE_PATH)
    return sum(one.read_text().count("\nSubject: News") for one in folder.glob("*"))


def mail_attempts() -> int:
    """How many times a notice was tried, as the letters tell."""
    return sum(Letter.objects.values_list("mail_attempts", flat=True))
