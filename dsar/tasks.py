"""Door: the tasks that Celery finds. Each only hands on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import UUID

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down

from dsar.api import idempotency
from dsar.audit import exporting
from dsar.cases import earlier, expiry, messages, notices, reminders, sendings, uploads
from dsar.dispatch import outbox
from dsar.duties import announcing, incident_letters, minors, notifying, sending, transferring
from dsar.duties.retention import runs
from dsar.engine import (
    contesting,
    doorstep,
    execution,
    renewing,
    telling,
    turns,
    vanished,
    wakes,
    weighing,
    withholding,
)
from dsar.ledger import placing, sealing
from dsar.packages import vault
from dsar.registers import policies, transfers
from dsar.tally import counts

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

SWEEPERS: tuple[Callable[[], object], ...] = (
    outbox.sweep,
    notices.sweep,
    messages.let_go_on,
    wakes.wake_due,
    vault.expire_due,
    renewing.sweep,
    idempotency.expire,
    uploads.remove_papers,
    exporting.sweep,
    counts.fold,
)
"""What the periodic sweep looks after, in order."""


@worker_init.connect
def start(**_given: object) -> None:
    """Let the worker's processes take on work."""
    turns.go_on()


@worker_shutting_down.connect
def stop(**_given: object) -> None:
    """Have the worker's processes finish what they have in hand, or give it back."""
    turns.stop()


REMINDERS: tuple[Callable[[], object], ...] = (
    reminders.look_for_lateness,
    reminders.warn,
    reminders.sweep,
    expiry.expire_unverified,
    contesting.sweep,
    weighing.sweep,
    withholding.sweep,
    vanished.sweep,
    announcing.sweep,
    transferring.sweep,
    minors.sweep,
    incident_letters.sweep,
    notifying.sweep,
    sending.sweep,
)
"""What is looked at every hour, in order."""


@shared_task(name="dsar.sweep", ignore_result=True)
def sweep() -> None:
    """Pick up whatever a lost broker or worker left behind; one sweeper's failure does not stop the next."""
    for sweeper in SWEEPERS:
        try:
            sweeper()
        except Exception:
            logger.exception("The sweeper %s failed.", sweeper.__qualname__)
            counts.add(counts.Kind.SWEEPER_FAILED)
    counts.add(counts.Kind.SWEPT)


@shared_task(name="dsar.seal", ignore_result=True)
def seal() -> None:
    """Seal what the ledger has new and carry it to the second place; one that fails does not stop the other."""
    for part in (sealing.seal, placing.place):
        try:
            part()
        except Exception:
            logger.exception("%s failed; it is tried again.", part.__qualname__)


@shared_task(name="dsar.remind", ignore_result=True)
def remind() -> None:
    """Warn of dates, mark what is late, give up what nobody proved; one that fails does not stop the next."""
    for reminder in REMINDERS:
        try:
            reminder()
        except Exception:
            logger.exception("%s failed; it is tried again.", reminder.__qualname__)


@shared_task(name=runs.TASK, ignore_result=True)
def retain() -> None:
    """Begin this night's retention run, or go on with the one that is open."""
    runs.tick()


@shared_task(name="dsar.withhold", ignore_result=True)
def withhold(request: str) -> None:
    """Put the copy of a refused access aside."""
    withholding.put_aside(UUID(request))


@shared_task(name=renewing.TASK, ignore_result=True)
def renew(request: str) -> None:
    """Make the new copy that was asked for."""
    renewing.make(UUID(request))


@shared_task(name=exporting.TASK, ignore_result=True)
def export(wanted: str) -> None:
    """Write an export for audit."""
    exporting.run(UUID(wanted))


@shared_task(name="dsar.mail_warning", ignore_result=True)
def mail_warning(warned: int) -> None:
    """Tell staff that a date comes near."""
    reminders.mail(warned)


@shared_task(name=policies.ANNOUNCE, ignore_result=True)
def announce_policy(policy: int) -> None:
    """Tell everybody of a new version of the policy."""
    announcing.announce(policy)


@shared_task(name=transfers.ANNOUNCE, ignore_result=True)
def announce_transfer(transfer: int) -> None:
    """Tell people of a new holder of their data."""
    transferring.announce(transfer)


@shared_task(name=incident_letters.TASK, ignore_result=True)
def mail_incident(incident: int) -> None:
    """Tell the people whom an incident concerns."""
    incident_letters.send(incident)


@shared_task(name=telling.TELL, ignore_result=True)
def tell_recipients(request: str) -> None:
    """Tell whoever has a person's data what became of it."""
    notifying.tell(request)


@shared_task(name=sendings.SEND, ignore_result=True)
def send_copy(pk: str) -> None:
    """Send a portable copy to the service that its person confirmed."""
    sending.send(pk)


@shared_task(name=sendings.MAIL_CODE, ignore_result=True)
def mail_sending_code(pk: str) -> None:
    """Mail the code that lets a copy go to another service."""
    notices.send_sending_code(pk)


@shared_task(name="dsar.mail_notice", ignore_result=True)
def mail_notice(letter: str) -> None:
    """Tell a requester that a letter waits for them."""
    notices.send(letter)


@shared_task(name="dsar.mail_code", ignore_result=True)
def mail_code(link: int) -> None:
    """Mail the code that opens a link."""
    notices.send_code(link)


@shared_task(name="dsar.look_up", ignore_result=True)
def look_up(case: str) -> None:
    """Start what was filed without log-in."""
    doorstep.look_up(case)


@shared_task(name="dsar.consider", ignore_result=True)
def consider(case: str) -> None:
    """See whether a case is proved by now."""
    doorstep.consider(case)


@shared_task(name=earlier.ASK, ignore_result=True)
def ask_earlier(case: str) -> None:
    """Ask at an account's earlier addresses whether it was they who asked."""
    earlier.ask(case)


@shared_task(name=earlier.WARN, ignore_result=True)
def warn_earlier(case: str) -> None:
    """Tell an account's earlier addresses that something is under way."""
    earlier.warn(case)


@shared_task(name=wakes.EXECUTE, ignore_result=True)
def execute(request: str) -> None:  # noqa: ARG001 - which request was woken for helps whoever reads the broker.
    """Carry out the approved request that is due first; often the one that was woken for."""
    execution.run()
