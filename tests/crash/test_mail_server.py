"""A mail server that refuses: the notice waits and leaves later, once; nobody's address is written anywhere."""

from __future__ import annotations

import logging
import socketserver
import threading
from typing import TYPE_CHECKING

import pytest

from dsar.cases.models import Letter
from dsar.dispatch.models import Wake
from tests.crash import working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast


class Talk(socketserver.StreamRequestHandler):
    """As much SMTP (RFC 5321) as a client needs that has one mail to send."""

    server: Server

    def handle(self) -> None:
        """Answer line by line; the mail's own lines are kept."""
        self._say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == self.server.refused_at:
                self._say(self.server.refusal)
            elif verb == "DATA":
                self._take()
            else:
                self._say("250 ok")

    def _take(self) -> None:
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        self.server.mails.append(b"".join(lines).decode())
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """A mail server of this test's own."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.mails: list[str] = []
        self.refused_at = ""
        self.refusal = ""


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """The server that mail goes to."""
    with Server() as made:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = made.server_address[:2]
        running = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        running.start()
        yield made
        made.shutdown()
        running.join()


@pytest.mark.parametrize(
    ("verb", "refusal"),
    [
        ("MAIL", "421 too busy, closing"),
        ("RCPT", "450 mailbox busy: alice@example.com"),
        ("RCPT", "550 no such user: alice@example.com"),
        ("DATA", "451 error in processing"),
    ],
)
def test_a_notice_that_was_refused_leaves_later_and_once(
    *,
    cast: Cast,
    ask: Callable[..., Case],
    server: Server,
    caplog: pytest.LogCaptureFixture,
    verb: str,
    refusal: str,
) -> None:
    """Each refusal counts as an attempt and makes a wake; when the server takes mail again there is one."""
    working.empty()
    server.refused_at, server.refusal = verb, refusal
    ask(cast.alice, "deletion")
    with caplog.at_level(logging.INFO):
        working.work_off()
    letter = Letter.objects.get()
    assert (letter.mailed_at, letter.mail_attempts) == (None, 1)
    assert Wake.objects.filter(task="dsar.mail_notice").count() == 1
    assert "did not leave" in caplog.text
    assert cast.alice.email not in caplog.text
    server.refused_at = ""
    working.recover()
    letter.refresh_from_db()
    assert letter.mailed_at
    assert letter.mail_attempts == 2
    assert len(server.mails) == 1
    assert letter.case.reference in server.mails[0]


def test_no_mail_server_at_all_holds_up_no_request(
    cast: Cast, ask: Callable[..., Case], settings: Settings
) -> None:
    """Nobody listens: the letter is in the portal all the same, and its notice waits."""
    working.empty()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with Server() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = gone.server_address[:2]
    ask(cast.alice, "deletion")
    working.work_off()
    assert Letter.objects.get().mail_attempts == 1
    assert Wake.objects.filter(task="dsar.mail_notice").exists()
