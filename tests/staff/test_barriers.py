"""Every page of the desk in a real browser, at its width and at 400 %: no barrier, nothing that the policy refuses.

The pages are those of the tables in test_matrix.py, which are held to the URL configuration there: whoever adds one
says here what row it shows, or where it is looked at instead.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from dsar.cases import complaints, enquiries, messages
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.complaint_models import Complaint
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.files import File
from dsar.cases.intake import Asked
from dsar.cases.models import Case, Letter
from dsar.cases.states import Right, State
from dsar.registers import consents, restrictions
from dsar.registers.models import Hold, Restriction
from dsar.registers.policy_models import PrivacyPolicy
from tests import faces, incidents, policies, transfers
from tests import recipients as made
from tests.staff.test_matrix import PAGES
from tests.testapp.privacy import LENDING, NEWSLETTER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]

MAY = {name: given for name, (given, may) in PAGES.items() if "officer" in may}
PLAIN = sorted(name for name, given in MAY.items() if not given and name != "jsi18n")
OF_A_ROW: dict[str, Any] = {
    "dsar_case_note": Case.objects.all(),
    "dsar_case_astray": Case.objects.all(),
    "dsar_case_hold": Case.objects.all(),
    "dsar_complaint_answer": Complaint.objects.all(),
    "dsar_enquiry_answer": Enquiry.objects.all(),
    "dsar_restriction_announce": Restriction.objects.all(),
    "dsar_restriction_keep": Restriction.objects.all(),
    "dsar_hold_keep": Hold.objects.all(),
    "dsar_privacypolicy_rewrite": PrivacyPolicy.objects.filter(published_at__isnull=True),
}
"""What stands in the address of each page about a row."""
BY_CODE = {
    "dsar_handlingrule_enter": "access",
    "dsar_housereview_sign": "access",
    "dsar_recipient_edit": made.PRINTER.code,
    "dsar_purpose_assess": NEWSLETTER.code,
}
ELSEWHERE = {
    "dsar_request_texts": "test_redactions.py",
    "dsar_request_mark": "test_redactions.py",
    "dsar_request_files": "test_redactions.py",
    "dsar_request_leave_file": "test_redactions.py",
    "dsar_request_file": "a file",
    "dsar_request_replacement": "a file",
    "dsar_export_fetch": "a file",
    "datamap_file": "a file",
    "dsar_case_reveal": "asks nothing of an officer, who sees it in clear",
    "dsar_case_minor": "for a case that reports a minor's data: test_minors.py",
    "dsar_case_posted": "the question of a kind that every act asks: test_posted.py",
    "dsar_retention_approve": "the question of a kind that every act asks",
    "dsar_anonymousset_test": "as above",
    "dsar_anonymousset_share": "as above",
}
"""Pages that are not opened here, and where they are looked at or why they are none."""


@pytest.fixture
def busy(cast, ask, dora, worked):
    """Something in every list that a day's work fills."""
    case = ask(cast.alice, "access")
    ask(cast.bob, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    claims = ask(cast.bob, Asked(right=Right.RESTRICTION, scope={"ground": "claims"}))
    worked()
    request = claims.requests.get().pk
    restrictions.restrict(cast.bob.user, ground=Restriction.Ground.CLAIMS, request=request)
    me = Actor(kind=ActorKind.REQUESTER, user=cast.alice.user)
    messages.reply(case, text="Here.", actor=me, attached=[File(name="n.txt", content=b"canary")])
    complaints.file(case, text="No.", actor=me, request=case.requests.get())
    enquiries.file(
        kind=Enquiry.Kind.QUESTION,
        text="Why?",
        contact="anna@example.com",
        actor=SYSTEM,
        channel="post",
        language="en",
        received_at=case.received_at,
    )
    made.withdrawn(cast.carol)
    consents.give(cast.alice.pk, NEWSLETTER, wording="Yes.")
    first, second = (faces.member_of_staff("officer", one) for one in ("olga", "omar"))
    policies.published(by=first, then=second)
    policies.draft(by=first, days=20)
    transfers.confirmed(by=first, bound=False, purposes=[LENDING.code])
    incidents.entered(Actor(kind=ActorKind.STAFF, user=first))
    case = ask(cast.alice, "deletion")
    day = timezone.localdate() + timedelta(days=30)
    said = {"ground": "A claim", "law": "Limitation Act", "review_on": day.isoformat()}
    dora.post(reverse("admin:dsar_case_hold", args=[case.pk]), said)
    assert Hold.objects.exists()
    return case


def _ours() -> list[Any]:
    found = apps.get_app_config("dsar").get_models()
    return [one for one in found if admin.site.is_registered(one)]


def _addresses() -> list[str]:
    """Every page without an argument or about a row, every list, and the page and history of a row of each model."""
    found = [reverse(f"admin:{name}") for name in PLAIN]
    for name, rows in OF_A_ROW.items():
        row = rows.first()
        assert row is not None, name
        found.append(reverse(f"admin:{name}", args=[row.pk]))
    found += [reverse(f"admin:{name}", args=[code]) for name, code in BY_CODE.items()]
    for model in _ours():
        base = f"admin:dsar_{model._meta.model_name}"
        found.append(reverse(f"{base}_changelist"))
        row = model._base_manager.first()
        if row is not None:
            found += [reverse(f"{base}_{page}", args=[row.pk]) for page in ("change", "history")]
    return found


def test_every_page_is_looked_at_or_said_to_be_elsewhere():
    assert sorted([*PLAIN, *OF_A_ROW, *BY_CODE, *ELSEWHERE, "jsi18n"]) == sorted(MAY)


def test_every_page_is_there(busy, dora):
    for address in _addresses():
        assert dora.get(address).status_code == 200, address


@pytest.mark.slow
def test_no_page_scrolls_sideways_at_400_per_cent(busy, dora, live_server, browser):
    """1,280 pixels at 400 % are 320 (WCAG 2.2, 1.4.10); a table of data scrolls within its own frame."""
    page = faces.page_for(dora, browser, live_server.url, width=320)
    wide = []
    for address in _addresses():
        page.goto(live_server.url + address)
        wide += [address] if page.evaluate(faces.SCROLLS_SIDEWAYS) else []
    page.context.close()
    assert wide == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 320])
def test_no_list_and_no_page_has_a_barrier(busy, dora, clean, width):
    addresses = _addresses()
    assert len(addresses) > len(PLAIN) + len(_ours()) + 6
    clean(dora, *addresses, width=width)


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.slow)])
def test_no_question_before_an_act_has_a_barrier(busy, dora, clean, width):
    request = busy.requests.get()
    assert request.state == State.IN_REVIEW
    page = dora.get(reverse("admin:dsar_request_change", args=[request.pk]))
    acts = [one for one, _ in page.context["offered"]]
    assert len(acts) >= 8
    letter = Letter.objects.filter(case=busy).earliest("written_at")
    clean(
        dora,
        *(reverse("admin:dsar_request_act", args=[request.pk, one.name]) for one in acts),
        *(reverse(f"admin:dsar_case_{one}", args=[busy.pk]) for one in ("note", "hold", "astray")),
        reverse("admin:dsar_case_letter", args=[busy.pk, letter.pk]),
        width=width,
    )
