"""Every effect has points at which a test can let the process die; whoever adds one without them learns it here."""

from __future__ import annotations

import re
import subprocess
import sys
import timeit

from dsar import crashpoints
from tests.architecture import effects, reading
from tests.architecture.effects import Place

UNMARKED = {
    Place("cases/acting.py", "locked", "transaction"): "Its callers are marked.",
    Place("cases/joined.py", "transaction_of_caller", "transaction"): "Its callers are marked.",
    Place("cases/lifecycle.py", "obstacles", "transaction"): "It only looks.",
    Place("duties/watching.py", "figures", "transaction"): "It only reads.",
    Place("engine/sources.py", "snapshot", "transaction"): "It only reads.",
    Place("ledger/reading.py", "snapshot", "transaction"): "It only reads.",
    Place("ledger/roles.py", "grant", "transaction"): "It is run by hand, as the owner, and again.",
    Place("packages/vault.py", "_opened_new", "file"): "Its only caller is marked.",
    Place("packages/vault.py", "_new_file", "file"): "As above.",
    Place("registers/purposes.py", "write", "transaction"): "Every migration does it again.",
    Place("registers/recipients.py", "write", "transaction"): "As above.",
}
"""What has an effect and no point of its own, and why."""

NAMED = {
    "account.close",
    "address.suppress",
    "file.remove",
    "journal.write",
    "key.create",
    "key.destroy",
    "lease.claim",
    "ledger.append",
    "letter.write",
    "mail.send",
    "notice.mark",
    "outbox.publish",
    "outbox.send",
    "package.write",
    "package.ready",
    "package.remove",
    "recipients.task",
    "request.answer",
    "rows.erase",
    "rows.erase_batch",
}


def test_whatever_has_an_effect_has_points():
    assert effects.unmarked() - set(UNMARKED) == set()
    assert set(UNMARKED) - effects.unmarked() == set(), "An exception that is none any more."


def test_no_two_places_share_a_point():
    assert effects.repeated() == []


def test_the_list_holds_what_a_request_does():
    assert set(effects.names()) >= NAMED
    assert "rows.erase:after" in effects.points()


def test_each_kind_of_effect_would_be_found():
    """The scan itself, on code that has one unmarked effect of every kind."""
    code = """
def marked():
    with effect("one"), transaction.atomic():
        storage.delete(name)
@effect("two")
@transaction.atomic
def decorated(): mail.send()
def naked():
    with transaction.atomic(): pass
    with transaction_of_caller(): pass
    _field(label).storage.delete(name)
    mail.send()
    app.send_task(name)
    path.open("w")
    os.open(path, os.O_WRONLY | os.O_CREAT)
@transaction.atomic
def bare(): pass
"""
    found = sorted(effects.found_in(code))
    naked = ["delete", "file", "file", "send", "send_task", "transaction", "transaction"]
    assert found == [("bare", "transaction"), *(("naked", what) for what in naked)]


def test_nobody_but_tests_brings_a_watcher_in():
    """Neither a setting nor a variable: the word is said in the room itself and in tests."""
    found = {
        reading.named(path)
        for path in reading.modules("accounts", "config", "dsar", "orders")
        if re.search(r"\bwatched\(", path.read_text(encoding="utf-8"))
    }
    assert found == {"dsar/crashpoints.py"}


def test_a_process_on_a_real_database_refuses_to_be_watched():
    """In a process of its own, with the settings of a site."""
    code = """
import django; django.setup()
from dsar import crashpoints
with crashpoints.watched(lambda point: None):
    with crashpoints.effect("anything"): print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=reading.ROOT, check=False
    )
    assert done.returncode == 1
    assert "NotUnderTestError" in done.stderr
    assert done.stdout == ""


def test_unwatched_points_cost_nothing_worth_mentioning():
    """A thousand of them in some milliseconds; a request passes some dozens."""

    def pass_one() -> None:
        with crashpoints.effect("nothing"):
            pass

    assert min(timeit.repeat(pass_one, number=1_000, repeat=5)) < 0.02
