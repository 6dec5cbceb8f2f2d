"""Plans and packages: what was done for a request, the copies that were made, who fetched them and where they went."""

from __future__ import annotations

from dsar.api.models import Reply
from dsar.audit.models import Export
from dsar.cases.sending_models import Sending
from dsar.declarations import (
    Category,
    Held,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Retention,
    Row,
    Secret,
)
from dsar.engine.models import Plan, Step
from dsar.packages.models import Download, Package
from dsar.privacy.terms import ACCOUNT, ASKED, PROCEDURE, REQUEST_HANDLING, TECHNICAL, kept
from dsar.registry import declare


@declare(Plan)
class PlanPersonalData(PersonalData):
    """What a request was to do, as it stood when it was approved; counts and names of tables."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = kept("request__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "request"): TECHNICAL,
        # These cover what is concealed; each step that may be shown is a record of its own.
        ("document", "digest", "counted", "gone"): Secret(
            category=Category.LEGAL, origin=Origin.DERIVED
        ),
        ("planned_at", "looked_at", "gone_at"): PROCEDURE,
    }


@declare(Step)
class StepPersonalData(PersonalData):
    """Each action that carried a request out, in counts."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = kept("request__case__ended_at"), Row.RETAINED
    concealed = {"hidden": True}
    fields = {
        ("id", "request", "cursor", "hidden"): TECHNICAL,
        (
            "position",
            "action",
            "declaration",
            "state",
            "expected",
            "done",
            "finished_at",
        ): PROCEDURE,
    }


@declare(Package)
class PackagePersonalData(PersonalData):
    """The sealed archives made for a person: when, how large, until when."""

    subject = Linked(via="dsar.Request", key="id", to="case__subject", on="request_reference")
    purpose, retention, row = REQUEST_HANDLING, kept("expires_at"), Row.RETAINED
    fields = {
        ("id", "key", "request_reference"): TECHNICAL,
        "name": NotPersonal(because="Where the storage keeps the archive: a random name."),
        (
            "state",
            "aside",
            "filename",
            "sealed_bytes",
            "archive_bytes",
            "archive_sha256",
            "manifest_sha256",
            "created_at",
            "ready_at",
            "expires_at",
            "ended_at",
            "removed_at",
        ): PROCEDURE,
    }


@declare(Sending)
class SendingPersonalData(PersonalData):
    """Which copies went, at the person's wish, to another service, and when (GDPR Art. 20(2))."""

    subject, purpose = "request__case__subject", REQUEST_HANDLING
    retention, row = kept("request__case__ended_at"), Row.RETAINED
    fields = {
        ("id", "request", "package"): TECHNICAL,
        ("destination", "confirmed_at"): ASKED,
        (
            "categories",
            "state",
            "reason",
            "opened_at",
            "code_expires_at",
            "failures",
            "attempts",
            "next_try_at",
            "failure",
            "status",
            "digest",
            "ended_at",
        ): PROCEDURE,
        "code_digest": Secret(category=Category.AUTHENTICATION, origin=Origin.DERIVED),
    }


@declare(Export)
class ExportPersonalData(PersonalData):
    """What a member of staff took out for audit; it names nobody whose request it was."""

    subject, purpose, retention = "asked_by", REQUEST_HANDLING, kept("asked_at")
    row = Row.RETAINED
    fields = {
        ("id", "request_reference", "token"): TECHNICAL,
        "asked_by": ACCOUNT,
        ("asked_at", "by", "first_day", "last_day", "seed", "sample_size"): PROCEDURE,
        ("state", "beat_at", "attempts", "done", "total", "entries", "rows"): PROCEDURE,
        "sample": NotPersonal(because="Public references and draws by hash."),
        "finished_at": PROCEDURE,
    }


@declare(Download)
class DownloadPersonalData(PersonalData):
    """Each time somebody fetched a package."""

    subject, purpose, retention = "by", REQUEST_HANDLING, kept("started_at")
    row = Row.RETAINED
    fields = {
        ("id", "package"): TECHNICAL,
        "by": ACCOUNT,
        ("started_at", "first_byte", "next_byte", "completed_at"): Held(
            category=Category.COMMUNICATIONS_METADATA, origin=Origin.OBSERVED
        ),
    }


@declare(Reply)
class ReplyPersonalData(PersonalData):
    """What the API answered to one call, kept for a day so that the call sent again gets the same answer."""

    subject, purpose = "user", REQUEST_HANDLING
    retention = Retention(
        after="expires_at", days=1, law="Needed no longer once the key has expired"
    )
    born = "given_at"
    fields = {
        ("id", "digest"): TECHNICAL,
        "user": ACCOUNT,
        ("key", "status", "body"): PROCEDURE,
        ("given_at", "expires_at"): ACCOUNT,
    }
