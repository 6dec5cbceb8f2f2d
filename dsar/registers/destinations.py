"""Services to which people may have their portable copy sent: each approved by a data protection officer (R119)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.dispatch import posting
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.destination_models import Destination
from dsar.registers.people import key_of
from dsar.registers.recipient_models import RecipientRecord

if TYPE_CHECKING:
    from django.db.models import QuerySet


class DestinationError(ValueError):
    """This service cannot be approved."""


class NotAControllerError(DestinationError):
    """Only somebody who is responsible on their own can take over a person's data."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class StandsAlreadyError(DestinationError):
    """This service is approved already; withdraw that first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def eligible() -> QuerySet[RecipientRecord]:
    """The recipients that can be approved: controllers with no address that stands."""
    controllers = RecipientRecord.objects.filter(role=RecipientRecord.Role.CONTROLLER)
    return controllers.exclude(pk__in=standing().values("recipient")).order_by("name")


def standing() -> QuerySet[Destination]:
    """What is approved now, by the name of the service."""
    found = Destination.objects.filter(withdrawn_at__isnull=True)
    return found.select_related("recipient").order_by("recipient__name", "pk")


def find(code: str) -> Destination | None:
    """The approved address of the service with this code; None where there is none."""
    return standing().filter(recipient=code).first()


def approve(recipient: RecipientRecord, *, address: str, by: Any) -> Destination:
    """Let people choose a service; raises DestinationError, and RefusedAddressError for no https address."""
    posting.check(address)
    with effect("destination.approve"), transaction.atomic():
        held = RecipientRecord.objects.select_for_update().get(pk=recipient.pk)
        if held.role != RecipientRecord.Role.CONTROLLER:
            raise NotAControllerError
        if find(held.code) is not None:
            raise StandsAlreadyError
        approved = Destination.objects.create(
            recipient=held, address=address, approved_by_id=key_of(by)
        )
        log.append(
            Tag.DESTINATION_APPROVED,
            destination=approved.pk,
            recipient=held.code,
            host=approved.host,
        )
    return approved


def withdraw(destination: Destination, *, by: Any) -> bool:
    """Let nothing more go there; False where it was withdrawn before."""
    with effect("destination.withdraw"), transaction.atomic():
        is_mine = Destination.objects.filter(pk=destination.pk, withdrawn_at__isnull=True).update(
            withdrawn_at=timezone.now(), withdrawn_by=key_of(by)
        )
        if is_mine:
            log.append(
                Tag.DESTINATION_WITHDRAWN,
                destination=destination.pk,
                recipient=destination.recipient_id,
            )
    return bool(is_mine)
