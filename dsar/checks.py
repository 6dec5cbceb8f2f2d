"""Door: the system checks that `manage.py check` runs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dsar.contract.checking.gate import errors
from dsar.contract.checking.inspection import inspect, installed_models
from dsar.contract.registry import current
from dsar.engine import server
from dsar.ledger import signing

if TYPE_CHECKING:
    from django.core.checks import CheckMessage

_TABLES = "dsar.migrations.0001_squashed_0057_sweep_goes_on"
_DEPUTIES = "dsar.cases.deputies.DeputyBackend"


@register("dsar")
def declarations(**_options: Any) -> list[CheckMessage]:
    """Refuse models and fields of installed apps that nobody declared, and declarations that cannot hold."""
    return [*errors(inspect(current(), models=installed_models()))]


@register(Tags.database)
def server_settings(*, databases: Any = None, **_options: Any) -> list[CheckMessage]:
    """Refuse a database server that would let a dead worker's locks stand; only asked with `--database`."""
    if not databases:
        return []
    return [
        Error(
            f"The database server has {complaint}.",
            hint="Switch it on, for the role or the server (docs/operations/database.md).",
            id="dsar.S001",
        )
        for complaint in server.complaints()
    ]


@register(Tags.database)
def steps(*, databases: Any = None, **_options: Any) -> list[CheckMessage]:
    """Refuse a database that has some of the steps for which one migration stands now: `migrate` would pass over it."""
    if not databases:
        return []
    replaced = import_module(_TABLES).REPLACED
    applied = MigrationRecorder(connection).applied_migrations()
    missing = [name for name in replaced if ("dsar", name) not in applied]
    if len(missing) in {0, len(replaced)}:
        return []
    return [
        Error(
            f"The database lacks migrations that this version no longer has: {', '.join(missing)}.",
            hint="Run `manage.py migrate` of the version of this code that has them, then this one's.",
            id="dsar.S002",
        )
    ]


@register("dsar")
def deputies(**_options: Any) -> list[CheckMessage]:
    """Refuse a project whose deputies would have nothing of the role they stand in for."""
    if _DEPUTIES in settings.AUTHENTICATION_BACKENDS:
        return []
    hint = f'Put "{_DEPUTIES}" last into AUTHENTICATION_BACKENDS; it logs nobody in.'
    return [Error("Deputies would have no permission.", hint=hint, id="dsar.S003")]


@register("dsar", deploy=True)
def sealing(**_options: Any) -> list[CheckMessage]:
    """Refuse a production that cannot sign its ledger, or would keep all evidence in one place."""
    return signing.check()
