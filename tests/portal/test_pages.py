"""Every page: only for whom it is, small, self-contained, of few statements, and silent about what is concealed."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsar.cases import messages
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.files import File
from dsar.cases.message_models import Attachment
from dsar.cases.models import Letter
from dsar.portal import urls
from dsar.registers import consents
from tests import faces, noted, policies, transfers
from tests.testapp.privacy import LENDING, NEWSLETTER

PAGES = {
    "home": "",
    "held": "held/",
    "note": "held/notes/{note}/",
    "choices": "choices/",
    "receipt": "choices/receipts/{receipt}/",
    "cookies": "cookies/",
    "figures": "figures/",
    "policy": "policy/",
    "policy_version": "policy/{coming}/",
    "policy_changes": "policy/{coming}/changes/",
    "holder": "holder/{transfer}/",
    "ask": "ask/",
    "open": "ask/open/",
    "open_sent": "ask/open/sent/",
    "ask_check": "ask/check/",
    "ask_detail": "ask/deletion/",
    "question": "question/",
    "question_sent": "question/sent/",
    "requests": "requests/",
    "case": "requests/{reference}/",
    "progress": "requests/{reference}/progress/",
    "confirm_identity": "requests/{reference}/confirm/",
    "letter": "requests/{reference}/letters/{letter}/",
    "letter_pdf": "requests/{reference}/letters/{letter}/pdf/",
    "messages": "requests/{reference}/messages/",
    "attachment": "requests/{reference}/files/{attachment}/",
    "complain": "requests/{reference}/complain/",
    "withdraw": "requests/{reference}/{request}/withdraw/",
    "package": "requests/{reference}/{request}/copy/",
    "renew": "requests/{reference}/{request}/copy/renew/",
}
FILES = {"package", "letter_pdf", "attachment", "receipt"}
OPEN = {
    *("home", "cookies", "figures", "ask", "open", "open_sent"),
    *("policy", "policy_version", "policy_changes", "question", "question_sent"),
}
ACTS = {"cookies_delete", "policy_seen", "stop_marketing", "switch", "answer_code", "holder_renew"}
BY_LINK = {
    "unsubscribe",
    *("confirm", "confirm_arrive", "answer", "answer_letter", "answer_letter_pdf"),
    *(
        "answer_messages",
        "answer_attachment",
        "answer_package",
        "answer_renew",
        "answer_complain",
        "answer_arrive",
    ),
}
MOST_STATEMENTS = 10
MOST_BYTES = 100_000


@pytest.fixture(autouse=True)
def _figures_are_published(settings):
    settings.DSAR = settings.DSAR | {"PUBLISH_FIGURES": True}


@pytest.fixture
def places(cast):
    case = faces.file(cast.alice, "access")
    faces.work()
    attach(case, cast.alice)
    two = {"by": cast.bob.user, "then": cast.carol.user}
    policies.published(**two)
    return {
        "coming": policies.published(**two, days=20, significant=True, rights="More.").version,
        "note": noted.nickname(cast.alice, wanted="Alix").pk,
        "receipt": _receipt(cast.alice),
        "transfer": _transfer(cast.carol),
        "reference": case.reference,
        "request": case.requests.get().pk,
        "letter": Letter.objects.filter(case=case).latest("written_at").pk,
        "attachment": Attachment.objects.get(message__case=case).pk,
    }


def _receipt(person):
    consents.give(person.pk, NEWSLETTER, wording="Yes.")
    return consents.events(person.pk).get().pk


def _transfer(by):
    return transfers.confirmed(by=by.user, bound=False, purposes=[LENDING.code]).pk


def attach(case, person):
    """Have the person of a case write and send a file."""
    sent = [File(name="proof.txt", content=b"canary")]
    actor = Actor(kind=ActorKind.REQUESTER, user=person.user)
    messages.reply(case, text="Here it is.", actor=actor, attached=sent)


def address(name, places):
    return "/privacy/" + PAGES[name].format(**places)


def portal_names():
    return {pattern.name for pattern in urls.urlpatterns}


def test_every_address_is_in_these_tests():
    assert portal_names() == set(PAGES) | ACTS | BY_LINK


@pytest.mark.parametrize("name", sorted(set(PAGES) - FILES - {"progress"}))
def test_a_page_is_small_of_few_statements_and_self_contained(name, places, alice):
    alice.post("/privacy/ask/", {"rights": ["deletion"]})
    alice.get(address(name, places))
    with CaptureQueriesContext(connection) as asked:
        answer = alice.get(address(name, places), follow=True)
    assert answer.status_code == 200
    assert len(answer.content) < MOST_BYTES
    assert len(asked) <= MOST_STATEMENTS, "\n".join(one["sql"][:150] for one in asked)
    text = answer.content.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text)
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
