"""Tell whom a transfer concerns before it takes effect, and write down who went over (R149).

Who is concerned is one statement in the transaction that confirms it, and again each hour until the day for those who
joined since. The mails are a campaign: nobody's notice is lost when a worker dies, and `attempts` shows what may have
come twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.utils import timezone

from dsar import conf
from dsar.cases.models import Request
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.duties import campaigns, reached
from dsar.duties.campaigns import Campaign
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.processing import gate
from dsar.registers import transfers
from dsar.registers.inserting import insert_missing
from dsar.registers.models import Consent
from dsar.registers.transfer_models import Transfer, TransferNotice

if TYPE_CHECKING:
    from typing import Any

    from django.contrib.auth.base_user import AbstractBaseUser


def confirm(transfer: Transfer, *, by: AbstractBaseUser) -> Transfer:
    """Confirm a transfer and enrol whom it concerns; raises a TransferError."""
    with effect("transferring.confirm"), transaction.atomic():
        confirmed = transfers.confirm(transfer, by=by)
        _enrol(confirmed)
        outbox.wake(transfers.ANNOUNCE, confirmed.pk, queue="mail")
    return confirmed


def concerned(transfer: Transfer) -> QuerySet[Any]:
    """Whose data goes: everybody's with an account, open or closed, or that of those who agreed."""
    if transfer.consent_purpose_id is None:
        return _users()
    return gate.only_permitted(_users(), transfer.consent_purpose_id)


def announce(pk: int) -> int:
    """Mail whoever waits to be told of a transfer; how many mails left. Safe to run again."""
    transfer = transfers.coming().filter(pk=pk).first()
    if transfer is None:
        return 0
    _enrol(transfer)
    mailed = campaigns.run(
        Campaign(
            waiting=_waiting(transfer),
            addresses=reached.addresses,
            subject=f"{_name()}: your data gets a new holder",
            text=_text(transfer),
        )
    )
    if mailed:
        with effect("transferring.note"):
            waiting = _waiting(transfer).count()
            log.append(Tag.TRANSFER_ANNOUNCED, transfer=transfer.pk, mailed=mailed, waiting=waiting)
    return mailed


def sweep() -> None:
    """Wake the campaign of each coming transfer, and end those whose day has come."""
    for pk in list(transfers.coming().values_list("pk", flat=True)):
        outbox.wake(transfers.ANNOUNCE, pk, queue="mail")
    due = transfers.confirmed().filter(ended_at__isnull=True, effective_at__lte=timezone.now())
    for transfer in list(due):
        end(transfer)


def end(transfer: Transfer) -> None:
    """Write down who went over, how many were never told, and how many open requests go along; once."""
    with effect("transferring.end"), transaction.atomic():
        found = Transfer.objects.select_for_update().get(pk=transfer.pk)
        if found.ended_at is not None:
            return
        notices = TransferNotice.objects.filter(transfer=found)
        notices.update(went=Exists(_going(found)))
        if found.bound:
            notices.update(closed_at=timezone.now())
        found.ended_at, found.requests_open = timezone.now(), _open_requests()
        found.save(update_fields=["ended_at", "requests_open"])
        log.append(
            Tag.TRANSFER_ENDED,
            transfer=found.pk,
            went=notices.filter(went=True).count(),
            untold=notices.filter(mailed_at__isnull=True).count(),
            requests=found.requests_open,
        )


def _users() -> QuerySet[Any]:
    return get_user_model()._base_manager.all()


def _going(transfer: Transfer) -> QuerySet[Any]:
    """The person of the notice outside, if their data goes: by consent only where that stands now."""
    return concerned(transfer).filter(pk=OuterRef("subject_id"))


def _open_requests() -> int:
    return Request.objects.filter(closed_at__isnull=True).count()


def _enrol(transfer: Transfer) -> None:
    """Write down whom it concerns, in one statement; whoever stands there stays as they are."""
    whom = concerned(transfer).order_by()
    if transfer.consent_purpose_id is None:
        rows = whom.values_list(Value(transfer.pk), "pk")
        fields = ["transfer", "subject"]
    else:
        agreed = Consent.objects.filter(
            purpose=transfer.consent_purpose_id, subject__in=whom.values("pk")
        )
        rows = agreed.values_list(Value(transfer.pk), "subject_id", "pk")
        fields = ["transfer", "subject", "consent"]
    with effect("transferring.enrol"), transaction.atomic():
        insert_missing(TransferNotice, fields, rows)


def _waiting(transfer: Transfer) -> QuerySet[TransferNotice]:
    return TransferNotice.objects.filter(
        transfer=transfer, mailed_at__isnull=True, attempts__lt=campaigns.MOST_ATTEMPTS
    )


def _name() -> str:
    return str(conf.get("ORGANISATION").get("name", ""))


def _text(transfer: Transfer) -> str:
    """Who it is, when, and what one can do, in every language of the site; the same for everybody."""
    day = timezone.localdate(transfer.effective_at).isoformat()
    who = f"{transfer.holder} ({transfer.country}), {transfer.contact}"
    opening = {
        "en": f"On {day} your data gets a new holder: {who}.",
        "zh-hans": f"您的数据将于 {day} 转移给新的持有者：{who}。",
    }
    closing = {language: said[_closing(transfer)] for language, said in _CLOSINGS.items()}
    return campaigns.in_each_language(transfer.says, opening=opening, closing=closing)


def _closing(transfer: Transfer) -> str:
    if transfer.kind == Transfer.Kind.CONSENT:
        return "consent"
    return "bound" if transfer.bound else "anew"


_CLOSINGS = {
    "en": {
        "bound": "The new holder is bound by our privacy policy. In the privacy centre you can object to uses of "
        "your data, withdraw any consent, or ask for deletion.",
        "anew": "The new holder is not bound by our privacy policy and needs your authorisation. In the privacy "
        "centre you can give it for each use. What you do not renew stops on that day.",
        "consent": "Your data goes because you agreed to it. Until that day you can withdraw your consent in the "
        "privacy centre; then nothing of yours goes.",
    },
    "zh-hans": {
        "bound": "新的持有者受我们的隐私政策约束。您可以在隐私中心反对对您数据的使用、撤回任何同意或要求删除。",
        "anew": "新的持有者不受我们的隐私政策约束，需要您重新授权。"
        "您可以在隐私中心逐项授权；未重新授权的使用将于当日停止。",
        "consent": "您的数据因您的同意而转移。在该日之前，您可以在隐私中心撤回同意；撤回后您的数据不会转移。",
    },
}
