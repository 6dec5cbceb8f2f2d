"""Let a child of this process do a piece of work, and die at a chosen point of it: killed, without a word."""

from __future__ import annotations

import os
import signal
import traceback
from collections import Counter
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, connections

from config.embedded import daemons
from dsar import crashpoints
from tests import links

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_DONE = 0
_FAILED = 1
FIRST, LAST = 1, -1
"""Which of a point's passages is meant, where a piece of work passes it several times."""


class At:
    """Watches for one passage of one point, and does something there, once."""

    def __init__(self, point: str, *, passage: int, then: Callable[[], None]) -> None:
        self._point = point
        self._left = passage
        self._then = then

    def __call__(self, point: str) -> None:
        """Look at a point that is passed."""
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            self._then()


def once(point: str, *, note: Path) -> Callable[[str], None]:
    """Watches in any number of processes; the one that comes to the point first leaves a note and is killed."""

    def watch(passed: str) -> None:
        if passed != point:
            return
        try:
            note.touch(exist_ok=False)
        except FileExistsError:
            return
        _kill_myself()

    return watch


def points_of(work: Callable[[], object]) -> list[str]:
    """Do the work, here, and return the points that it passed, in order."""
    passed: list[str] = []
    with crashpoints.watched(passed.append):
        work()
    return passed


def passage_of(passed: list[str], point: str, *, which: int) -> int:
    """The number of a point's first or last passage among those that were recorded."""
    return which if which > 0 else Counter(passed)[point] + 1 + which


def in_a_child(work: Callable[[], object]) -> None:
    """Have a child do the work to its end; fails where it raises."""
    assert _of_child(work, lambda _point: None) == 0


def had_left(passed: list[str], point: str, *, passage: int) -> int:
    """How many mails had left and were not noted when a point was passed for this time: none or one."""
    until = [number for number, one in enumerate(passed) if one == point][passage - 1]
    about = [one for one in passed[: until + 1] if one in {"mail.send:after", "notice.mark:after"}]
    return int(about[-1:] == ["mail.send:after"])


def killed(work: Callable[[], object], *, point: str, passage: int) -> None:
    """Have a child do the work and be killed at this passage of the point; fails where it never comes there."""
    before = _others()
    status = _of_child(work, At(point, passage=passage, then=_kill_myself))
    assert os.WIFSIGNALED(status), f"{point} was not passed {passage} times"
    assert os.WTERMSIG(status) == signal.SIGKILL
    daemons.wait_until(
        lambda: _others() <= before, seconds=20, what="the end of a dead child's session"
    )


def killed_when(work: Callable[[], object], *, holds: Callable[[], bool]) -> None:
    """Have a child do the work, and kill it wherever it is once this holds; fails where it ends before."""
    before = _others()
    pid = _child(work, lambda _point: None)
    daemons.wait_until(holds, seconds=60, what="the moment at which a child is to be killed")
    os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status), "it had ended before"
    daemons.wait_until(
        lambda: _others() <= before, seconds=60, what="the end of a dead child's session"
    )


def cut_off(work: Callable[[], object], *, point: str, passage: int) -> None:
    """Do the work here, and have the server end the session at this passage of the point."""
    reached: list[bool] = []

    def cut() -> None:
        reached.append(True)
        _end_session()

    try:
        with crashpoints.watched(At(point, passage=passage, then=cut)):
            work()
    except OperationalError:
        # What a task's end does: the next one connects anew.
        connection.close()
    finally:
        connections.close_all()
    assert reached, f"{point} was not passed {passage} times"


def overtaken(work: Callable[[], object], *, point: str, passage: int) -> None:
    """Do the work here, and have somebody else do all of it at this passage, as if this process were thought dead.

    Where the other one finds the request's row held, it goes away; then nobody was overtaken, and nothing is lost.
    """
    reached: list[bool] = []

    def overtake() -> None:
        reached.append(True)
        other = Thread(target=_impatiently, args=(work,))
        other.start()
        other.join()

    with crashpoints.watched(At(point, passage=passage, then=overtake)):
        work()
    assert reached, f"{point} was not passed {passage} times"


def _impatiently(work: Callable[[], object]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        with suppress(OperationalError):
            work()
    finally:
        connections.close_all()


def _of_child(work: Callable[[], object], watcher: Callable[[str], None]) -> int:
    return os.waitpid(_child(work, watcher), 0)[1]


def _child(work: Callable[[], object], watcher: Callable[[str], None]) -> int:
    # A child must not speak on its parent's connections.
    connections.close_all()
    links.give_up()
    pid = os.fork()
    if pid == 0:
        _work_and_exit(work, watcher)
    return pid


def _work_and_exit(work: Callable[[], object], watcher: Callable[[str], None]) -> None:
    code = _FAILED
    try:
        with crashpoints.watched(watcher):
            work()
        code = _DONE
    except BaseException:  # noqa: BLE001 - nothing of the child's may reach the parent's test.
        traceback.print_exc()
    finally:
        os._exit(code)


def _kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _others() -> set[int]:
    """Sessions of this database that are not this thread's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def _end_session() -> None:
    """Have the server end the session in which this process works; it learns of it with its next statement."""
    pid = connection.connection.info.backend_pid if connection.connection else None
    if pid is None:
        return
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
