"""The tests of this room would notice: each mutation takes one safeguard out of a copy of the code, and they go red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.architecture import reading

if TYPE_CHECKING:
    from pathlib import Path

_POINTS = "tests/crash/test_every_point.py"
_KILLED = f"{_POINTS}::test_killed_at_a_point_everything_ends_as_if_nobody_had_died"
_TURNS = "tests/engine/test_concurrency.py"
_OUTBOX = "tests/dispatch/test_outbox.py"
_VAULT = "tests/packages/test_vault.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """What is taken out of which file, what stands there instead, and the test that must notice."""

    path: str
    old: str
    new: str
    noticed_by: str


MUTATIONS = {
    "a fence that lets earlier leases through": Mutation(
        path="dsar/engine/leases.py",
        old="if token != lease.token or state != State.EXECUTING:",
        new="if state != State.EXECUTING:",
        noticed_by=f"{_TURNS}::test_who_lost_the_lease_does_nothing_any_more",
    ),
    "a fence that lets anybody into what is closed": Mutation(
        path="dsar/engine/leases.py",
        old="if token != lease.token or state != State.EXECUTING:",
        new="if token != lease.token:",
        noticed_by=f"{_TURNS}::test_who_lost_the_lease_does_nothing_any_more",
    ),
    "a lease that nobody respects": Mutation(
        path="dsar/engine/leases.py",
        old="""  AND (r.lease_until IS NULL
       OR greatest(r.lease_until, h.beat_at + make_interval(secs => %(lease)s)) < now())
""",
        new="",
        noticed_by=f"{_TURNS}::test_of_many_workers_one_claims",
    ),
    "a heartbeat that nobody hears": Mutation(
        path="dsar/engine/leases.py",
        old="OR greatest(r.lease_until, h.beat_at + make_interval(secs => %(lease)s)) < now())",
        new="OR r.lease_until < now())",
        noticed_by="tests/crash/test_storage.py::test_storage_that_hangs_holds_up_only_who_waits_for_it",
    ),
    "requests of one person side by side": Mutation(
        path="dsar/engine/leases.py",
        old="WHERE oc.subject_id = c.subject_id AND o.id <> r.id AND o.state = 'executing')",
        new="WHERE false)",
        noticed_by=f"{_TURNS}::test_two_deletions_of_one_person_take_turns",
    ),
    "a claim that waits for locked rows": Mutation(
        path="dsar/engine/leases.py",
        old="FOR UPDATE OF r SKIP LOCKED",
        new="FOR UPDATE OF r",
        noticed_by=f"{_TURNS}::test_a_claim_passes_by_whoever_is_held",
    ),
    "sweeps that wait for each other": Mutation(
        path="dsar/dispatch/outbox.py",
        old="select_for_update(skip_locked=True)",
        new="all()",
        noticed_by=f"{_OUTBOX}::test_two_sweeps_at_once_publish_each_row_once",
    ),
    "a wake that is published before the commit": Mutation(
        path="dsar/dispatch/outbox.py",
        old="transaction.on_commit(lambda: _publish(row), robust=True)",
        new="_publish(row)",
        noticed_by=f"{_OUTBOX}::test_a_rolled_back_wake_is_never_published",
    ),
    "no sweep of the outbox": Mutation(
        path="dsar/tasks.py",
        old="    outbox.sweep,\n",
        new="",
        noticed_by=f"{_KILLED}[deletion-outbox.publish:before-last]",
    ),
    "no sweep of requests": Mutation(
        path="dsar/tasks.py",
        old="    wakes.wake_due,\n",
        new="",
        noticed_by=f"{_KILLED}[deletion-rows.erase:after-first]",
    ),
    "no sweep of notices": Mutation(
        path="dsar/tasks.py",
        old="    notices.sweep,\n",
        new="",
        noticed_by=f"{_KILLED}[deletion-mail.send:after-last]",
    ),
    "no sweep of packages": Mutation(
        path="dsar/tasks.py",
        old="    vault.expire_due,\n",
        new="",
        noticed_by=f"{_VAULT}::test_a_file_that_outlived_its_key_is_removed_by_the_sweep",
    ),
    "a half-written package that stays in the way": Mutation(
        path="dsar/packages/vault.py",
        old="    abandon(earlier)\n",
        new="",
        noticed_by=f"{_KILLED}[access-package.write:after-first]",
    ),
    "sealers side by side": Mutation(
        path="dsar/ledger/sealing.py",
        old="        if not take(LOCK):\n            return 0\n",
        new="",
        noticed_by="tests/ledger/test_sealing.py::test_of_two_sealers_at_once_one_does_nothing",
    ),
    "a key that does not keep its reply": Mutation(
        path="dsar/api/idempotency.py",
        old="return _kept(request, key, digest) or _keep(",
        new="return _keep(",
        noticed_by="tests/api/test_idempotency.py",
    ),
    "a key that two may hold": Mutation(
        path="dsar/api/idempotency.py",
        old="if not _have_turn(request, key):",
        new="if request is None:",
        noticed_by="tests/api/test_idempotency.py::test_two_at_once_file_one_case",
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_one_safeguard_a_test_goes_red(name: str, tmp_path: Path) -> None:
    """The same test is green with it: it is one of those that run anyway."""
    mutation = MUTATIONS[name]
    _copy(tmp_path)
    mutated = tmp_path / mutation.path
    text = mutated.read_text(encoding="utf-8")
    assert text.count(mutation.old) == 1, "The safeguard reads otherwise by now."
    mutated.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    done = _run(tmp_path, mutation.noticed_by)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-2000:] + done.stderr[-500:]
    assert " failed" in done.stdout.splitlines()[-1]


def test_a_copy_without_mutation_is_green(tmp_path: Path) -> None:
    """Whatever is red below is so because of its mutation."""
    _copy(tmp_path)
    done = _run(tmp_path, *sorted({one.noticed_by for one in MUTATIONS.values()}))
    assert done.returncode == pytest.ExitCode.OK, done.stdout[-4000:]


def _copy(folder: Path) -> None:
    for name in reading.PACKAGES:
        shutil.copytree(
            reading.ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(reading.ROOT / name, folder / name)


def _run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy in a process of its own, with a database of its own on the same server."""
    ours = {name for name in os.environ if name.startswith(("PYTEST", "DSAR_TEST"))}
    surroundings = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "--all", *tests],
        cwd=folder,
        env={**surroundings, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
