"""Door: what Django's admin finds."""

from __future__ import annotations

from django.contrib import admin

from dsar.audit.models import Export
from dsar.cases.complaint_models import Complaint
from dsar.cases.delays import Holiday
from dsar.cases.deputy_models import Deputyship
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.handling_models import HandlingRule
from dsar.cases.models import Case, Request
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.sending_models import Sending
from dsar.duties.retention.models import RetentionRun
from dsar.ledger.models import Entry
from dsar.packages.models import Package
from dsar.registers.anonymous_models import AnonymousSet
from dsar.registers.destination_models import Destination
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.incident_models import Incident
from dsar.registers.models import (
    Consent,
    Disclosure,
    Hold,
    NumberCheck,
    Objection,
    Purpose,
    Restriction,
)
from dsar.registers.policy_models import PrivacyPolicy
from dsar.registers.recipient_models import RecipientRecord
from dsar.registers.source_models import SourceNotice
from dsar.registers.staff_models import HouseReview, StaffRecord
from dsar.registers.transfer_models import Transfer
from dsar.staff.anonymous import AnonymousSetAdmin
from dsar.staff.auditing import ExportAdmin
from dsar.staff.cases import CaseAdmin
from dsar.staff.complaints import ComplaintAdmin
from dsar.staff.deputyships import DeputyshipAdmin
from dsar.staff.destinations import DestinationAdmin
from dsar.staff.enquiries import EnquiryAdmin
from dsar.staff.evidence import EntryAdmin, PackageAdmin
from dsar.staff.exemptions import ExemptedUseAdmin
from dsar.staff.handlings import HandlingRuleAdmin
from dsar.staff.holidays import HolidayAdmin
from dsar.staff.incidents import IncidentAdmin
from dsar.staff.policies import PolicyAdmin
from dsar.staff.purposes import PurposeAdmin
from dsar.staff.recipient_tasks import RecipientTaskAdmin
from dsar.staff.recipients import RecipientAdmin
from dsar.staff.registers import (
    ConsentAdmin,
    DisclosureAdmin,
    HoldAdmin,
    NumberCheckAdmin,
    ObjectionAdmin,
)
from dsar.staff.requests import RequestAdmin
from dsar.staff.restrictions import RestrictionAdmin
from dsar.staff.retention import RetentionRunAdmin
from dsar.staff.sendings import SendingAdmin
from dsar.staff.sources import SourceNoticeAdmin
from dsar.staff.staff_records import HouseReviewAdmin, StaffRecordAdmin
from dsar.staff.transfers import TransferAdmin

admin.site.register(Request, RequestAdmin)
admin.site.register(Case, CaseAdmin)
admin.site.register(Complaint, ComplaintAdmin)
admin.site.register(Enquiry, EnquiryAdmin)
admin.site.register(Hold, HoldAdmin)
admin.site.register(Purpose, PurposeAdmin)
admin.site.register(Consent, ConsentAdmin)
admin.site.register(Objection, ObjectionAdmin)
admin.site.register(NumberCheck, NumberCheckAdmin)
admin.site.register(Restriction, RestrictionAdmin)
admin.site.register(Disclosure, DisclosureAdmin)
admin.site.register(Package, PackageAdmin)
admin.site.register(Entry, EntryAdmin)
admin.site.register(Export, ExportAdmin)
admin.site.register(Holiday, HolidayAdmin)
admin.site.register(PrivacyPolicy, PolicyAdmin)
admin.site.register(Incident, IncidentAdmin)
admin.site.register(RetentionRun, RetentionRunAdmin)
admin.site.register(RecipientRecord, RecipientAdmin)
admin.site.register(RecipientTask, RecipientTaskAdmin)
admin.site.register(Transfer, TransferAdmin)
admin.site.register(Destination, DestinationAdmin)
admin.site.register(Sending, SendingAdmin)
admin.site.register(ExemptedUse, ExemptedUseAdmin)
admin.site.register(StaffRecord, StaffRecordAdmin)
admin.site.register(HouseReview, HouseReviewAdmin)
admin.site.register(Deputyship, DeputyshipAdmin)
admin.site.register(HandlingRule, HandlingRuleAdmin)
admin.site.register(AnonymousSet, AnonymousSetAdmin)
admin.site.register(SourceNotice, SourceNoticeAdmin)
