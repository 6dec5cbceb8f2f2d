"""Portable copies for another service, in tests: a service on this machine, copies that wait, codes from the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import mail

from dsar.cases import notices, sendings
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.sending_models import Sending
from dsar.cases.states import Right
from dsar.contract.declarations import Recipient
from dsar.registers import destinations, recipients
from tests import faces

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.registers.destination_models import Destination
    from tests.testapp.factories import Person

CODE = "other"
WISH = Asked(right=Right.PORTABILITY, scope={"send_to": CODE})


def approved(address: str, *, by: Any) -> Destination:
    """A service that takes copies at an address."""
    service = recipients.enter(
        Recipient(code=CODE, name="The Other", role="controller", country="SG")
    )
    return destinations.approve(service, address=address, by=by)


def filed(person: Person, *, to: str = CODE) -> Request:
    """A portability whose copy is to go on."""
    case = faces.file(person, Asked(right=Right.PORTABILITY, scope={"send_to": to}))
    return case.requests.get()


def waiting(person: Person, *, to: str = CODE) -> Request:
    """The same, answered: its copy waits for the person's word."""
    request = filed(person, to=to)
    faces.work()
    request.refresh_from_db()
    return request


def of(request: Request) -> Sending:
    """How the copy stands."""
    return Sending.objects.get(request=request)


def requester(person: Person) -> Actor:
    """The person, as they act on their own case."""
    return Actor(kind=ActorKind.REQUESTER, user=person.user)


def code_for(request: Request, person: Person) -> str:
    """A code that was asked for and mailed."""
    sendings.ask_for_code(request, actor=requester(person))
    return mailed_code(request)


def mailed_code(request: Request) -> str:
    """The code that the worker mails."""
    mail.outbox.clear()
    assert notices.send_sending_code(str(of(request).pk))
    (sent,) = mail.outbox
    return next(word for word in str(sent.body).split() if word.isdigit() and len(word) == 8)


def confirmed(person: Person) -> Request:
    """A copy that its person let go."""
    request = waiting(person)
    sendings.confirm(request, code=code_for(request, person), actor=requester(person))
    return request
