"""Whatever the processes log while every right is asked for, and while things fail, names nobody (R190)."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import Error, connection, transaction

from config import processes
from config.demonstration import company, journeys
from config.demonstration.calls import Caller, CallError
from config.embedded import daemons
from dsar.cases.models import Request
from dsar.tally import counts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

    from config.demonstration.company import Company
    from config.processes import Site

SECONDS = 60
HIDDEN = "hidden-in-the-address"
AGENT = "Canary-Agent/7"
HELD = (
    "Example Trading",
    "Corrected Trading",
    "0000 0000",
    "fictional enterprise",
    "A letter of",
    "Please call",
    "192.0.2.1",
    "Director Nobody",
)
"""What the company holds about its customers, as the demonstration fills it in."""

pytestmark = [pytest.mark.timeout(400), pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token that somebody is given during the test."""
    given: list[str] = []
    log_in = Caller.logged_in

    def noted(self: Caller, *, email: str, password: str) -> Caller:
        caller = log_in(self, email=email, password=password)
        given.append(caller.token)
        return caller

    monkeypatch.setattr(Caller, "logged_in", noted)
    return given


@pytest.fixture
def surroundings(
    surroundings: dict[str, str], settings: Settings, tmp_path: Path
) -> dict[str, str]:
    """A journey's own, with logs that a machine reads."""
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return surroundings | {"LOG_JSON": "1"}


@pytest.mark.slow
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_nothing_that_is_logged_names_anybody(
    surroundings: dict[str, str], secrets: list[str], tmp_path: Path, level: str
) -> None:
    """Seven journeys, wrong addresses, errors whose texts name a person: in web, worker and beat."""
    people = company.open_company()
    logs = tmp_path / "logs"
    logs.mkdir()
    with processes.running(environment={**surroundings, "LOG_LEVEL": level}, logs=logs) as site:
        stage = journeys.open_stage(site.address, people, say=lambda _text: None)
        ended = [journeys.walk(stage, right) for right in journeys.EXPECTED]
        assert all(one.is_expected for one in ended)
        _lose_the_way(site)
        _fail_in_the_web(site, people)
        _fail_in_the_worker(site, people)
    written = {file.stem: file.read_text() for file in logs.iterdir()}
    assert {"web", "worker-1", "beat"} <= set(written)
    _assert_useful(written, [one.reference for one in ended])
    found = {
        (name, canary)
        for name, text in written.items()
        for canary in _canaries(people, secrets, tmp_path / "mail")
        if canary.lower() in text.lower()
    }
    assert found == set()


def _canaries(people: Company, secrets: list[str], mail: Path) -> set[str]:
    """Names, addresses, passwords, tokens, mailed links and codes, and what is held."""
    players = [*people.customers.values(), people.reviewer, people.officer]
    mails = "\n".join(file.read_text() for file in mail.glob("*.log"))
    links = re.findall(r"to open it:\s+(\S+)", mails)
    codes = re.findall(r"Your code for case \S+ (\S+)", mails)
    assert links
    assert codes
    assert len(secrets) >= 9
    told = {part for one in players for part in (one.name, one.email, one.password)}
    return told | {*secrets, *links, *codes, HIDDEN, AGENT, "Python-urllib", *HELD}


def _assert_useful(written: dict[str, str], references: list[str]) -> None:
    """The lines are there, one JSON object each, and say which case and which error."""
    web, worker = written["web"], written["worker-1"]
    assert any(reference in web for reference in references)
    assert "A call failed." in web
    assert "RaiseException P0001" in web
    assert "execution_failed" in worker
    assert "raised unexpected" in worker
    assert "RaiseException P0001" in worker
    assert any(str(pk) in worker for pk in Request.objects.values_list("pk", flat=True))
    for line in (web + worker).splitlines():
        if line.startswith("{"):
            assert json.loads(line)["level"]


def _lose_the_way(site: Site) -> None:
    """Ask for what is not there, and in ways that nobody should."""
    for path, headers in (
        (f"nowhere/{HIDDEN}", {}),
        (f"accounts/confirm-email/{HIDDEN}/", {}),
        (f"api/v1/cases/{HIDDEN}?email={HIDDEN}@example.test", {}),
        (f"?next={HIDDEN}", {"Host": f"{HIDDEN}.example.test"}),
        ("api/v1/answer", {"X-Link-Token": HIDDEN, "X-Link-Code": HIDDEN}),
        ("api/v1/holdings", {"Authorization": f"Token {HIDDEN}"}),
        ("health/live", {"X-Request-ID": HIDDEN, "X-Correlation-ID": HIDDEN}),
    ):
        asked = urllib.request.Request(
            site.address + path, headers={**headers, "User-Agent": AGENT}
        )
        try:
            urllib.request.urlopen(asked).close()
        except urllib.error.HTTPError as error:
            error.close()


def _fail_in_the_web(site: Site, people: Company) -> None:
    """The database refuses in a text that names the person, while the person logs in."""
    player = people.customers["access"]
    caller = Caller(address=site.address)
    refused = _refused("INSERT", "knox_authtoken", naming=player.email)
    with refused, pytest.raises(CallError, match="500"):
        caller.logged_in(email=player.email, password=player.password)


def _fail_in_the_worker(site: Site, people: Company) -> None:
    """The same while a request is carried out, and while its notice is mailed."""
    player = people.customers["access"]
    caller = Caller(address=site.address).logged_in(email=player.email, password=player.password)
    with (
        _refused("INSERT", "dsar_packages_package", naming=player.email),
        _refused("UPDATE", "dsar_cases_letter", naming=player.email),
    ):
        caller.post("cases", {"rights": [{"right": "access"}]})
        daemons.wait_until(
            lambda: counts.read()[counts.Kind.RETRIED][0] > 0, seconds=SECONDS, what="a failure"
        )
    _wait_until_mailed()


def _wait_until_mailed() -> None:
    """A task that failed at the trigger has been logged once its notice could leave."""
    done = Request.objects.filter(state="closed")
    daemons.wait_until(lambda: done.count() > len(journeys.EXPECTED), seconds=SECONDS, what="it")


@contextmanager
def _refused(operation: str, table: str, *, naming: str) -> Iterator[None]:
    """A block in which the database refuses to do this to a table, and names somebody when it does."""
    name = f"test_refuse_{table}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'not for {naming}' USING DETAIL = 'of {naming}'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
        try:
            _assert_names(operation, table, naming)
            yield
        finally:
            cursor.execute(f"DROP FUNCTION {name}() CASCADE")


def _assert_names(operation: str, table: str, naming: str) -> None:
    """The error's text does hold what must not be logged."""
    statements: dict[str, Any] = {
        "INSERT": f"INSERT INTO {table} SELECT * FROM {table} LIMIT 0",
        "UPDATE": f"UPDATE {table} SET id = id WHERE false",
    }
    with pytest.raises(Error, match=naming), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements[operation])
