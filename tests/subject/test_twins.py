"""Twins of whom one has a secret meet the same: pages, answers, counts, sizes, previews, letters and mails (R38, R121).

Of Billy a disclosure is kept from him, a hold stands that is hidden, and a second report is concealed; of Annie none
of it. Every address of theirs is opened, sent to and opened again, step by step for both.
"""

from __future__ import annotations

import difflib
import io
import json
import pprint
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone
from pypdf import PdfReader

from dsar.cases import decisions, notices
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Case, Decision, Letter, Request
from dsar.cases.states import State
from dsar.registers import disclosures, holds, recipients
from dsar.registers.exemptions import Exempted
from dsar.registers.models import Disclosure, Hold
from dsar.registers.policy_models import PrivacyPolicy
from tests import entering, faces, policies, transfers
from tests.recipients import POLICE
from tests.subject import places
from tests.testapp import factories
from tests.testapp.models import Assessment, Member, Report, Tool
from tests.testapp.privacy import LENDING, NEWSLETTER

NAMES = ("annie", "billy")
"""Equally long, so that what is cut off is cut off at the same place."""
TAKEN = {200, 201, 202, 204, 302}
SECRET = "canary-of-the-secret"
SCOPES: dict[str, dict[str, Any]] = {
    "objection": {"objection": "marketing"},
    "restriction": {"ground": "claims"},
    "consent_withdrawal": {"purposes": [NEWSLETTER.code]},
}
LAST = {"dsar_portal:cookies_delete", "dsar_portal:confirm", "dsar_api:confirmations"}
"""What ends a session, or is there for a secret that was mailed; sent to last."""


@pytest.fixture
def twins(cast):
    """Annie, and Billy who must not learn of three things."""
    tool = Tool.objects.create(title="Ladder", price=12)
    annie, billy = (factories.make_person(one) for one in NAMES)
    for person, other in ((annie, billy), (billy, annie)):
        factories.fill_membership(person)
        factories.fill_loans(person, tool=tool)
        factories.fill_talk(person, other=other, tool=tool)
        factories.fill_devices(person)
        factories.fill_opinions(person)
    Assessment.objects.all().delete()
    dora = faces.member_of_staff("officer", "dora")
    policies.published(by=dora, then=cast.carol.user)
    conceal(billy, by=dora)
    met = [Twin(annie), Twin(billy)]
    made = transfers.confirmed(by=dora, bound=False, purposes=[LENDING.code])
    for one in met:
        one.own = replace(one.own, transfer=made.pk)
    return met


def conceal(person, *, by):
    """Have a disclosure, a hold and a report that this person is not told of."""
    recipients.enter(POLICE)
    disclosures.record(
        person.pk,
        recipient=POLICE,
        purpose=NEWSLETTER,
        categories=[],
        basis=SECRET,
        secret=True,
        exempted=Exempted(code="justice", reason=SECRET),
    )
    review = timezone.localdate() + timedelta(days=30)
    holds.place(person.pk, ground=SECRET, law=SECRET, by=by, review_on=review)
    Report.objects.create(about_id=person.pk, authority=SECRET, text=SECRET, secret=True)
    assert Disclosure.objects.filter(secret=True, subject_id=person.pk).exists()
    assert Hold.objects.filter(hidden=True, subject_id=person.pk).exists()


class Twin:
    """One of them, with every way in, and with what fills the addresses."""

    def __init__(self, person: Any) -> None:
        self.person = person
        self.own = places.belongings(person)
        self.case = Case.objects.select_related("key").get(reference=self.own.reference)
        self.page = entering.browsing(person)
        self.call = entering.calling(person.user)
        self.linked = entering.by_link(self.case)

    def meets(self, address, method, given):
        """What comes of one call, without what names this twin."""
        shared = {"right": given.pop("_right", "deletion")}
        if address.name == "dsar_portal:switch":
            shared["code"] = NEWSLETTER.code
        shared["version"] = PrivacyPolicy.objects.get().version
        filled = address.filled(self.own.at(address) | shared)
        client = self.call if address.is_call else self.page
        if "answer" in address.name and not address.is_call:
            client = self.linked
        keys = entering.headers_of(self.case) if address.name.startswith("dsar_api:answer") else {}
        sent = {"data": given, "format": "json"} if method == "post" and address.is_call else {}
        sent = sent or {"data": given}
        answer = getattr(client, method)(filled, headers=keys, **sent)
        return self.told(answer)

    def told(self, answer):
        """What an answer says, without what names this twin."""
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = {
            name: self.plain(answer.headers.get(name, ""))
            for name in ("Content-Type", "Content-Disposition", "Location", "Allow")
        }
        return answer.status_code, headers, self.content(content)

    def content(self, content):
        """What a file says: of an archive each member, of a letter its text."""
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return sorted(
                    (
                        self.row(name),
                        sorted(map(self.row, archive.read(name).decode().splitlines())),
                    )
                    for name in archive.namelist()
                )
        if content.startswith(b"%PDF"):
            pages = PdfReader(io.BytesIO(content)).pages
            content = "\n".join(one.extract_text() for one in pages).encode()
        assert SECRET.encode() not in content
        if content.startswith((b"{", b"[")):
            content = json.dumps(_sorted(json.loads(content)), indent=1).encode()
        return self.plain(content.decode()).splitlines()

    def row(self, text):
        """The same without numbers, and without what the storage puts behind a file's name that there is already."""
        plain = self.plain(text).lstrip(",").replace("OTHER", "PERSON")
        bare = re.sub(r"\d+", "N", re.sub(r"(slip|portrait)_\w{7}", r"\1", plain))
        return "<td".join(sorted(re.split("<td|</tr>", bare)))

    def plain(self, text):
        """The text without names, numbers of rows, secrets and times."""
        for pattern, instead in _NAMING:
            text = pattern.sub(instead, text)
        (other,) = {*NAMES} - {self.person.name}
        return text.replace(self.person.name, "PERSON").replace(other, "OTHER")


def _sorted(said):
    """What stands in the order of random keys, in an order that both have."""
    if isinstance(said, dict):
        return {key: _sorted(value) for key, value in said.items()}
    if not isinstance(said, list):
        return said
    inner = [_sorted(one) for one in said]
    keyed = all(isinstance(one, dict) and "right" in one for one in inner)
    return sorted(inner, key=lambda one: str(one["right"])) if keyed else inner


_NAMING = [
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID"),
        (r"\b[0-9a-f]{64}\b", "HASH"),
        (r"[0-9a-f]{32}\.[\w-]{43}", "TOKEN"),
        (r'"row": ?"\d+"', "ROW"),
        (r'"record_id": ?"consent-\d+"', "RECORD"),
        (r'"entity_id": ?"\d+"', "WHO"),
        (r'"pii_principal_id": ?"\d+"', "WHO"),
        (r"((?:testapp|accounts)[._-][\w:]+[/_-])\d+([/_-])", r"\1ROW\2"),
        (r"[0-9a-f]{2}/[0-9a-f]{30,}\.age", "FILE"),
        (r"DSR-\d{4}-\w{10}", "REFERENCE"),
        (r"seen=[0-9a-f]+", "seen="),
        (r'value="[A-Za-z0-9]{64}"', "TOKEN"),
        (r'("token": ?)"\w{64}"', r"\1TOKEN"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:[\d.]*(?:Z|[+-]\d\d:?\d\d)?", "TIME"),
        (r"\b\d{1,2}:\d\d(?::\d\d)?\b", "TIME"),
        (r"\d+(\.\d+)?\W(KB|bytes)", "SIZE"),
        (r'("(?:bytes|size|archive_bytes)": ?)\d+', r"\1SIZE"),
    )
]


def given(twin):
    """What is sent to which address, one thing after the other; to every other nothing is sent."""
    member = Member.objects.get(user=twin.person.pk).pk
    corrected = {"declaration": "testapp.Member", "row": str(member), "field": "nickname"}
    field = f"testapp.Member/{member}/nickname"
    text = {"text": "Who else knows?"}
    said = text | {"about": "case"}
    rights = ["access", "portability", "deletion", *SCOPES]
    details = [{"_right": one} | scope for one, scope in SCOPES.items()]
    details += [{"_right": "portability", "send_to": ""}]
    return {
        "dsar_api:consents": [{"purpose": NEWSLETTER.code, "wording": "Yes."}],
        "dsar_api:cases": [
            *({"rights": [{"right": one, "scope": SCOPES.get(one, {})}]} for one in rights),
            {"rights": [{"right": "correction", "corrections": [corrected | {"value": "New"}]}]},
        ],
        "dsar_api:messages": [text],
        "dsar_api:complaints": [{"text": "No."}],
        "dsar_api:answer_message": [text],
        "dsar_api:answer_complaint": [{"text": "No."}],
        "dsar_api:answer_code": [{"token": twin.own.token}],
        "dsar_api:open_filings": [
            {"rights": [{"right": "access"}], "name": "A", "email": twin.person.email}
        ],
        "dsar_portal:messages": [said],
        "dsar_portal:complain": [said],
        "dsar_portal:answer_messages": [said],
        "dsar_portal:answer_complain": [said],
        "dsar_portal:switch": [{"to": "off"}, {"to": "on"}],
        "dsar_portal:ask": [{"rights": [*rights, "correction"]}],
        "dsar_portal:ask_detail": [
            {"_right": "correction", field: "Newer"},
            {"_right": "deletion", "extent": "everything", "seen": "on"},
            *details,
        ],
        "dsar_portal:ask_check": [{"residence": ""}],
        "dsar_portal:open": [
            {"relation": "customer", "rights": ["access"], "name": "A", "email": twin.person.email}
        ],
        "dsar_portal:cookies_delete": [{"name": settings.LANGUAGE_COOKIE_NAME}],
    }


def differing(name, one, other):
    """Where the two did not meet the same, line by line."""
    if one == other:
        return []
    here, there = (pprint.pformat(each, width=150).splitlines() for each in (one, other))
    return [name, *difflib.unified_diff(here, there, lineterm="", n=1)]


def opened(twins):
    """What differs in all that can be opened."""
    return [
        line
        for address in places.of_people()
        if address.name not in LAST
        for line in differing(address.name, *(one.meets(address, "get", {}) for one in twins))
    ]


def sent(twins):
    """What differs in all that can be sent to, and the addresses that took what was sent."""
    lines, taken = [], set()
    for address in sorted(places.of_people(), key=lambda one: one.name in LAST):
        for steps in zip(*(given(one).get(address.name, [{}]) for one in twins), strict=True):
            met = [one.meets(address, "post", step) for one, step in zip(twins, steps, strict=True)]
            lines += differing(address.name, *met)
            taken |= {address.name} if met[0][0] in TAKEN else set()
    return lines, taken


def refuse(twin, *, by):
    """Have an officer refuse the deletions that are looked at; the law keeps what both have."""
    asked = Request.objects.filter(case__subject_id=twin.person.pk, right="deletion")
    waiting = list(asked.filter(state=State.IN_REVIEW))
    assert waiting
    for one in waiting:
        grounds = {"SG": "legal_obligation_retention"}
        decisions.decide(one, verdict=Decision.Verdict.REFUSED, actor=by, grounds=grounds)


def written(twins):
    """What differs in all letters, to read, to keep and over the API, and in the mails about them."""
    for twin in twins:
        twin.page.get(
            "/privacy/"
        )  # shows what was said last, which whichever letter is opened first would show
    letters = [list(Letter.objects.filter(case__subject_id=one.person.pk)) for one in twins]
    assert {one.kind for one in letters[0]} >= {
        "receipt",
        "answer",
        "refusal",
        "complaint_received",
    }
    one, other = (
        sorted((_letter(twin, letter) for letter in own), key=repr)
        for twin, own in zip(twins, letters, strict=True)
    )
    return differing("letters", one, other)


def _letter(twin, letter):
    """How a letter reads in each of its forms, with the mail about it."""
    pages, calls = "/privacy/requests/", "/api/v1/cases/"
    place = f"{letter.case.reference}/letters/{letter.pk}"
    mail.outbox.clear()
    notices.send(str(letter.pk))
    mails = [(one.to, one.subject, str(one.body), one.extra_headers) for one in mail.outbox]
    plain = twin.plain(repr(mails))
    shown = [twin.page.get(f"{pages}{place}/"), twin.page.get(f"{pages}{place}/pdf/")]
    return [twin.told(one) for one in [*shown, twin.call.get(f"{calls}{place}")]], plain


@pytest.mark.timeout(300)
def test_twins_meet_the_same_whatever_is_concealed_of_one(twins):
    lines, taken = sent(twins)
    assert lines == []
    assert taken >= set(given(twins[0]))
    otto = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("officer", "otto"))
    for twin in twins:
        refuse(twin, by=otto)
    faces.work()
    assert opened(twins) == []
    assert written(twins) == []
