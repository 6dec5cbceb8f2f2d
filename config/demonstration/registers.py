"""Fill each register of the desk that is still empty, so that there is something to see in it; all invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from config.demonstration import house, persons
from config.demonstration.troupe import gather
from dsar.audit.models import Export
from dsar.cases.complaint_models import Complaint
from dsar.cases.delays import Holiday
from dsar.cases.deputy_models import Deputyship
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.handling_models import HandlingRule
from dsar.duties.retention.models import RetentionRun
from dsar.registers.annotation_models import Annotation
from dsar.registers.anonymous_models import AnonymousSet
from dsar.registers.destination_models import Destination
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.incident_models import Incident
from dsar.registers.minor_models import MinorReport
from dsar.registers.models import (
    Consent,
    Disclosure,
    Hold,
    NumberCheck,
    Objection,
    Restriction,
    Suppression,
)
from dsar.registers.security_models import SecurityDescription
from dsar.registers.source_models import SourceNotice
from dsar.registers.transfer_models import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from config.demonstration.company import Company
    from config.demonstration.troupe import Troupe

FILLED: Final[dict[type[Model], Callable[[Troupe], None]]] = {
    Holiday: house.close_a_day,
    Deputyship: house.name_a_deputy,
    HandlingRule: house.let_two_decide,
    SecurityDescription: house.describe_security,
    Consent: persons.consent,
    Objection: persons.object_,
    Suppression: persons.suppress,
    NumberCheck: persons.check_numbers,
    Restriction: persons.restrict,
    Hold: persons.hold,
    Disclosure: persons.disclose,
    ExemptedUse: persons.use_exempted,
    Annotation: persons.annotate,
    SourceNotice: persons.tell_of_sources,
    Enquiry: persons.enquire,
    Complaint: persons.complain,
    MinorReport: persons.report_a_minor,
    Incident: house.have_incidents,
    Transfer: house.sell_a_branch,
    Destination: house.approve_a_destination,
    AnonymousSet: house.make_anonymous,
    RetentionRun: house.count_what_is_over,
    Export: house.export,
}
"""Each register that no journey fills, and how; in this order, as some stand on others."""


def plant(people: Company) -> int:
    """Fill what is empty, all or nothing; how many registers that were."""
    with transaction.atomic():
        empty = [model for model in FILLED if not model._base_manager.exists()]
        troupe = gather(people)
        for model in empty:
            FILLED[model](troupe)
    return len(empty)
