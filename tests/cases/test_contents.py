"""Each letter, for each right under each law and in each language, has what the law demands and nothing it forbids."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from dsar.cases import contents, letters, variants, wording
from dsar.cases.letters import LetterForbiddenError, LetterIncompleteError
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right
from dsar.declarations import Recipient
from dsar.law import contents as law
from dsar.law import grounds, rules
from dsar.registers import disclosures, recipients
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

RESIDENCES = {
    "SG": (("SG",), ""),
    "EU": ((), "DE"),
    "GB": ((), "GB"),
    "SG and EU": (("SG",), "DE"),
    "SG and GB": (("SG",), "GB"),
    "US-CA": ((), "US-CA"),
    "BR": ((), "BR"),
    "CN": ((), "CN"),
    "DEFAULT": ((), "NZ"),
}
RIGHTS: dict[str, tuple[Right, dict[str, Any]]] = {
    "access": (Right.ACCESS, {}),
    "portability": (Right.PORTABILITY, {}),
    "deletion": (Right.DELETION, {}),
    "restriction": (Right.RESTRICTION, {"ground": "unlawful"}),
    "consent_withdrawal": (Right.CONSENT_WITHDRAWAL, {"purposes": ["test_newsletter"]}),
    "objection_marketing": (Right.OBJECTION, {"objection": "marketing"}),
    "objection_sale": (Right.OBJECTION, {"objection": "sale", "purposes": ["test_safety"]}),
    "objection_sensitive": (
        Right.OBJECTION,
        {"objection": "sensitive", "purposes": ["test_safety"]},
    ),
    "objection_other": (Right.OBJECTION, {"objection": "other", "purposes": ["test_safety"]}),
}
FOR_CASES = (
    *("identity", "breach", "lifting", "complaint_received", "complaint_outcome"),
    *("enquiry_received", "enquiry_answer"),
)
FOR_REQUESTS = (
    "answer",
    "refusal",
    "sent_on",
    "not_verified",
    "clarification",
    "extension",
    "interim",
    "fee",
    "forwarded",
    "withdrawn",
)
SAMPLES: dict[str, Any] = {
    **cast.ACCESS_ANSWER,
    **cast.DELETION_ANSWER,
    "receipts": [
        {
            "title": "orders",
            "deleted": 0,
            "overwritten": 0,
            "retained": 3,
            "reason": "Kept 5 years: Companies Act 1967 s 199(2).",
        }
    ],
    "sent_on": "On 3 March 2026 we sent your copy to The Other (import.other.example).",
    "expected_by": "24 December 2026",
    "reply": "We keep it for five years.",
    "format": "JSON",
    "out_of_scope": [],
    "starts_at": "2026-11-24T10:00:00+00:00",
    "effective_at": "2026-11-24T10:00:00+00:00",
    "covers": ["Statistics"],
    "purposes": ["Newsletter"],
    "consequences": ["No more news."],
    "processors": ["Example Mailer Inc."],
    "fields": [{"field": "nickname", "old": "Al", "new": "Ali", "result": "corrected"}],
    "why": "Two people share this name.",
    "needed": ["In which year did you first order?"],
    "deadline": "2026-12-24",
    "first_due": "2026-12-24",
    "new_due": "2027-02-24",
    "lifted_at": "2027-02-24",
    "estimate": "SGD 20",
    "basis": "A fee is allowed.",
    "forwarded_to": "Example Bank Ltd",
    "withdrawn_at": "2026-11-24",
    "what": "A laptop was stolen.",
    "data": ["Names"],
    "effects": ["Unwanted mail"],
    "measures": ["The disk was encrypted."],
    "what_to_do": ["Be careful with mail that names us."],
    "finding": "We overlooked an order.",
    "consequence": "The request is open again.",
    "reasons": ["It takes longer because there are many records."],
}
AT_ONCE = {"objection_marketing", "objection_sale", "objection_sensitive", "consent_withdrawal"}
OWING = [
    (kind, right)
    for kind in FOR_REQUESTS
    for right in RIGHTS
    if kind != "refusal" or right not in AT_ONCE
]
READERS = [(where, language) for where in RESIDENCES for language in wording.LANGUAGES]


def knows(where: str, right: str) -> bool:
    """Whether any law of the place knows the right."""
    home, residence = RESIDENCES[where]
    attached = rules.attached(residence, home=home, on=timezone.localdate())
    return any(right in rules.latest(code).rights for code in attached)


def filed(user: AbstractBaseUser, settings, *, right: str, where: str, **more: Any) -> Request:
    home, residence = RESIDENCES[where]
    settings.DSAR = {**settings.DSAR, "REGIMES": home}
    name, scope = RIGHTS[right]
    return cast.request_of(user, name, scope=scope, residence=residence, **more)


def sample(about: Any, *, kind: str, variant: str, regimes: list[str]) -> dict[str, Any]:
    """What the caller has to bring: every owed part that does not follow from the case."""
    request = about if isinstance(about, Request) else None
    case = about.case if request else about
    given = contents.common(case, request, kind=kind)
    if kind == "refusal":
        given.pop("reasons")
    owed = law.owed(kind, variant=variant).parts(regimes)
    return {part: SAMPLES[part] for part in owed if part not in given}


def write(about: Any, *, kind: str) -> Letter:
    request = about if isinstance(about, Request) else None
    case = about.case if request else about
    variant = variants.of(request) if request else ""
    said = sample(about, kind=kind, variant=variant, regimes=case.regimes)
    return letters.write(about, kind=Letter.Kind(kind), content=said)


def check(letter: Letter, *, variant: str) -> None:
    regimes = letter.case.regimes
    headings = wording.words(letter.case.language)["headings"]
    rendered = letters.render(letter)
    for part in law.owed(letter.kind, variant=variant).parts(regimes):
        assert headings[part] in rendered.text
        assert headings[part] in unescape(rendered.html)
    said = letters.read(letter)
    for part, of_regime in (("complaint", "authority"), ("remedies", "remedy")):
        if part in law.owed(letter.kind, variant=variant).parts(regimes):
            own = [wording.regime(one, language=letter.case.language)[of_regime] for one in regimes]
            assert said[part] == own
    assert law.foreign(rendered.text, regimes=regimes) == []


@pytest.mark.parametrize("right", RIGHTS)
def test_a_letter_about_a_request_has_what_its_laws_demand_and_names_no_other_law(
    alice: AbstractBaseUser, settings, right: str
) -> None:
    kinds = [kind for kind, of_right in OWING if of_right == right]
    for where, language in READERS:
        if not knows(where, right):
            continue
        request = filed(alice, settings, right=right, where=where, language=language)
        for kind in kinds:
            if law.exists(kind, regimes=request.case.regimes):
                check(write(request, kind=kind), variant=right)
            else:
                with pytest.raises(LetterForbiddenError):
                    write(request, kind=kind)


@pytest.mark.parametrize("kind", [*FOR_CASES, "receipt"])
def test_a_letter_about_a_case_has_what_its_laws_demand_and_names_no_other_law(
    alice: AbstractBaseUser, settings, kind: str
) -> None:
    for where, language in READERS:
        request = filed(alice, settings, right="access", where=where, language=language)
        receipt = Letter.objects.get(case=request.case)
        check(receipt if kind == "receipt" else write(request.case, kind=kind), variant="")


@pytest.mark.parametrize(("kind", "right"), OWING)
def test_a_letter_that_lacks_an_owed_part_is_not_written(
    alice: AbstractBaseUser, settings, kind: str, right: str
) -> None:
    where = "SG and EU" if knows("SG and EU", right) else "US-CA"
    request = filed(alice, settings, right=right, where=where)
    said = sample(request, kind=kind, variant=right, regimes=request.case.regimes)
    for part in law.owed(kind, variant=right).parts(request.case.regimes):
        # Without an outcome nobody knows which parts are owed, so the outcome itself is missed.
        lacking = {"outcome": ""} if part == "outcome" else said | {part: None}
        with pytest.raises(LetterIncompleteError) as caught:
            letters.write(request, kind=Letter.Kind(kind), content=lacking)
        assert part in caught.value.missing
    assert not Letter.objects.filter(request=request).exists()


def test_a_letter_that_forgets_one_authority_is_not_written(
    alice: AbstractBaseUser, settings
) -> None:
    request = filed(alice, settings, right="access", where="SG and EU")
    only = wording.laws(["EU"], language="en")["complaint"]
    with pytest.raises(LetterIncompleteError) as caught:
        letters.write(
            request,
            kind=Letter.Kind.ANSWER,
            content={**cast.ACCESS_ANSWER, "complaint": only},
        )
    assert caught.value.missing == ["complaint.SG"]


def test_what_stays_has_its_reason_under_each_law_and_no_foreign_statute(
    alice: AbstractBaseUser, settings
) -> None:
    for where, cited in (("SG", True), ("SG and EU", True), ("EU", False)):
        request = filed(alice, settings, right="deletion", where=where)
        text = letters.render(write(request, kind="answer")).text
        assert ("Companies Act" in text) is cited
        assert ("GDPR Art. 17(1)(a)" in text) is ("EU" in where)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_same_letter_gives_the_same_pdf_in_accessible_form(
    alice: AbstractBaseUser, settings, language: str
) -> None:
    request = filed(alice, settings, right="access", where="SG and EU", language=language)
    letter = write(request, kind="answer")
    made = letters.as_pdf(letter)
    assert made == letters.as_pdf(Letter.objects.get(pk=letter.pk))
    reader: Any = PdfReader(BytesIO(made))
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in reader.root_object
    words = wording.words(language)
    assert reader.metadata.title == words["titles"]["answer access"]
    assert str(reader.root_object["/Lang"]).startswith(language[:2])
    assert b"pdfuaid" in reader.root_object["/Metadata"].get_data()
    shown = "".join(page.extract_text() for page in reader.pages)
    assert request.case.reference in shown
    assert words["headings"]["exclusions"][:4] in shown


def test_typst_syntax_in_data_stays_text(alice: AbstractBaseUser) -> None:
    nasty = '#panic("x") $a$ *b* #read("/etc/passwd") @ref <label>'
    request = cast.request_of(alice, Right.DELETION)
    letter = cast.answer(request, **cast.DELETION_ANSWER | {"receipts": [nasty]})
    shown = "".join(
        page.extract_text() for page in PdfReader(BytesIO(letters.as_pdf(letter))).pages
    )
    assert nasty.replace(" ", "") in "".join(shown.split())


def test_in_singapore_the_answer_lists_whom_data_went_to_in_exactly_the_year_before(
    alice: AbstractBaseUser, settings
) -> None:
    """The example of the Commission's key concepts: a request of 5 December covers 6 December to 5 December."""
    zone = ZoneInfo("Asia/Singapore")
    for name, when, secret in (
        ("before", datetime(2025, 12, 5, 23, 59, tzinfo=zone), False),
        ("first", datetime(2025, 12, 6, 0, 0, tzinfo=zone), False),
        ("secret", datetime(2026, 6, 1, 12, 0, tzinfo=zone), True),
        ("last", datetime(2026, 12, 5, 23, 59, tzinfo=zone), False),
        ("after", datetime(2026, 12, 6, 0, 0, tzinfo=zone), False),
    ):
        recipient = Recipient(code=name, name=f"{name} Ltd", role="controller", country="SG")
        recipients.enter(recipient)
        disclosures.record(
            alice,
            recipient=recipient,
            purpose="test_lending",
            categories=[],
            basis="contract",
            since=when,
            secret=secret,
        )
    with time_machine.travel(datetime(2026, 12, 5, 12, 0, tzinfo=zone), tick=False):
        letter = write(filed(alice, settings, right="access", where="SG"), kind="answer")
        elsewhere = write(filed(alice, settings, right="access", where="EU"), kind="answer")
    told = [one["recipient"] for one in letters.read(letter)["used_last_year"]]
    assert told == ["last Ltd", "first Ltd"]
    assert "secret Ltd" not in letters.render(letter).html
    assert "used_last_year" not in letters.read(elsewhere)


@pytest.mark.parametrize("part", ["titles", "openings", "sentences", "outcomes"])
def test_the_english_is_easy_to_read(part: str) -> None:
    """At most 25 words to a sentence, and on the whole a Flesch-Kincaid grade that a school-leaver reads."""
    texts = wording.words("en")[part].values()
    sentences = [one for text in texts for one in re.split(r"[.?!:]\s|[.?!]$", text) if one]
    spoken = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    assert max(len(one.split()) for one in sentences) <= 25
    grade = 0.39 * len(spoken) / len(sentences) + 11.8 * _syllables(spoken) / len(spoken) - 15.59
    assert grade <= 9


def _syllables(spoken: list[str]) -> int:
    return sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e(d)?$", "", word.casefold()))))
        for word in spoken
    )


def test_every_language_has_every_word() -> None:
    english = wording.words("en")
    for language in wording.LANGUAGES:
        for part, said in wording.words(language).items():
            if isinstance(said, dict) and part != "regimes":
                assert set(said) == set(english[part])
    for regime in rules.enabled():
        assert regime.code in wording.words("zh-hans")["regimes"]
    for ground in grounds.all_grounds().values():
        assert set(ground.words) in ({"en", "zh-hans"}, set())
