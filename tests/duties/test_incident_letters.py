"""People are found by their records or a list, and told with or after the authority, each once."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar import tasks
from dsar.cases import wording
from dsar.dispatch.models import Wake
from dsar.duties import (
    affected,
    campaigns,
    incident_closing,
    incident_letters,
    incidents,
    misdelivery,
)
from dsar.duties.incident_letters import IncompleteLetterError, TooEarlyError
from dsar.duties.incidents import IncidentError, NotAllowedError, OwedError, ReasonNeededError
from dsar.law.incidents import Risk
from dsar.ledger.models import Entry
from dsar.registers import suppression
from dsar.registers.incident_models import IncidentNotice
from tests import faces
from tests import incidents as made
from tests.cast import person
from tests.testapp.factories import make_cast
from tests.testapp.models import Loan, Member


@pytest.fixture
def officer(db):
    return made.staff("officer")


@pytest.fixture
def people(db):
    return [person(name) for name in ("ann", "ben", "cleo")]


def _reached():
    return sorted(one.to[0] for one in mail.outbox)


def _release(incident, officer, *, at_once=False, reason=""):
    incident_letters.release(incident, at_once=at_once, reason=reason, actor=officer)


def _counted(incident):
    return {name: number for name, number in incident_letters.counted(incident).items() if number}


def test_nobody_is_told_before_the_authority(officer, people):
    incident = made.ready(officer, people)
    with pytest.raises(TooEarlyError, match="SG"):
        _release(incident, officer)
    with pytest.raises(TooEarlyError):
        _release(incident, officer, at_once=True, reason="They must know.")
    assert incident_letters.send(incident.pk) == 0
    assert mail.outbox == []
    made.authority_told(incident, officer)
    assert incident_letters.send(incident.pk) == 0, "Nobody let them go yet."
    _release(incident, officer)
    assert incident_letters.send(incident.pk) == len(people)


def test_an_authority_that_is_owed_since_the_release_holds_the_rest_back(officer, people):
    incident = made.decided(made.entered(officer, "EU"), officer, risk=Risk.UNLIKELY)
    affected.add(incident, listed=people[0].email, actor=officer)
    incident_letters.write(incident, said=made.letter(), actor=officer)
    _release(incident, officer)
    made.decided(incident, officer)
    assert incident_letters.send(incident.pk) == 0
    made.authority_told(incident, officer)
    assert incident_letters.send(incident.pk) == 1


def test_where_the_law_lets_them_people_are_told_at_once_for_a_reason(officer, people):
    incident = made.ready(officer, people, "EU")
    with pytest.raises(TooEarlyError):
        _release(incident, officer)
    with pytest.raises(ReasonNeededError):
        _release(incident, officer, at_once=True)
    _release(incident, officer, at_once=True, reason="Passwords are being tried now.")
    assert incident_letters.send(incident.pk) == len(people)
    both = made.ready(officer, people, "EU", "SG")
    with pytest.raises(TooEarlyError, match="SG"):
        _release(both, officer, at_once=True, reason="Passwords are being tried now.")


def test_each_is_told_once_in_both_languages_and_nobody_else(officer, people):
    neighbour: Any = person("dan")
    incident = made.released(officer, people)
    assert incident_letters.send(incident.pk) == len(people)
    assert incident_letters.send(incident.pk) == 0
    assert _reached() == sorted(one.email for one in people)
    assert neighbour.email not in _reached()
    body = mail.outbox[0].body
    for part in made.letter()["en"].values():
        assert part in body
    assert "一台笔记本电脑被盗。" in body
    for language in ("en", "zh-hans"):
        assert wording.sentence("for_guardian", language=language)[:20] in body
    assert {one.body for one in mail.outbox} == {body}
    assert _counted(incident) == {"people": 3, "told": 3}
    (entry,) = Entry.objects.filter(tag="incident.letters_sent")
    assert '"mailed":3' in entry.canonical


def test_who_wants_no_mail_is_told_all_the_same(officer, people):
    suppression.add(people[0].email, scope=suppression.EVERYTHING)
    assert incident_letters.send(made.released(officer, people).pk) == len(people)


@pytest.mark.parametrize("part", incident_letters.PARTS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_letter_that_lacks_a_part_in_a_language_does_not_go(officer, people, part, language):
    incident = made.ready(officer, people)
    made.authority_told(incident, officer)
    said = made.letter()
    said[language][part] = " "
    incident_letters.write(incident, said=said, actor=officer)
    with pytest.raises(IncompleteLetterError, match=language):
        _release(incident, officer)


def test_what_some_were_told_is_not_rewritten_for_the_others(officer, people):
    incident = made.released(officer, people)
    incident_letters.send(incident.pk)
    with pytest.raises(IncidentError, match="have left"):
        incident_letters.write(incident, said=made.letter(what="x"), actor=officer)


def test_a_refused_address_and_a_server_that_fails_are_seen_and_tried_again_on_demand(
    officer, people, monkeypatch
):
    incident, sends = made.released(officer, people), EmailBackend.send_messages
    refused = people[1].email

    def away(self, messages):
        raise SMTPServerDisconnected

    def refuses(self, messages):
        if messages[0].to == [refused]:
            raise SMTPRecipientsRefused({})
        return sends(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    assert incident_letters.send(incident.pk) == 0
    IncidentNotice.objects.update(claimed_at=F("claimed_at") - campaigns.DEAD_AFTER * 2)
    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    assert incident_letters.send(incident.pk) == 1
    IncidentNotice.objects.update(claimed_at=F("claimed_at") - campaigns.DEAD_AFTER * 2)
    assert incident_letters.send(incident.pk) == 0
    assert _counted(incident) == {"people": 3, "told": 1, "unsure": 2}
    with pytest.raises(OwedError, match="not known"):
        incident_closing.close(incident, reason="Over.", actor=officer)
    monkeypatch.setattr(EmailBackend, "send_messages", sends)
    assert incident_letters.try_again(incident, reason="The server is back.", actor=officer) == 2
    assert incident_letters.send(incident.pk) == 2
    assert _reached() == sorted(one.email for one in people)
    incident_closing.close(incident, reason="Over.", actor=officer)


def test_letters_that_are_held_back_stay(officer, people):
    incident = made.released(officer, people)
    incident_letters.hold_back(incident, reason="The police asks for it.", actor=officer)
    assert incident_letters.send(incident.pk) == 0
    with pytest.raises(OwedError, match="wait"):
        incident_closing.close(incident, reason="Over.", actor=officer)
    _release(incident, officer)
    assert incident_letters.send(incident.pk) == 3


def test_what_was_lost_is_woken_every_hour_until_all_are_told(officer, people):
    incident = made.released(officer, people)
    made.ready(officer, people)
    Wake.objects.all().delete()
    assert incident_letters.sweep() == 1
    (wake,) = Wake.objects.all()
    assert (wake.task, wake.arguments) == (incident_letters.TASK, [incident.pk])
    tasks.mail_incident(*wake.arguments)
    assert len(mail.outbox) == 3
    assert incident_letters.sweep() == 0


def test_an_account_without_address_is_counted_and_not_waited_for(officer, people):
    incident = made.released(officer, people)
    people[0].delete()
    assert incident_letters.send(incident.pk) == 2
    assert _counted(incident) == {"people": 3, "told": 2, "unreachable": 1}
    assert incident_letters.sweep() == 0


def _of(incident):
    return set(incident.notices.exclude(subject=None).values_list("subject_id", flat=True))


def test_people_are_found_by_the_records_that_were_hit_and_nobody_else(officer, transactional_db):
    cast = make_cast()
    Member.objects.filter(user_id=cast.bob.pk).delete()
    incident = made.entered(officer)
    new = affected.find(incident, labels=["testapp.Member"], actor=officer)
    members = set(Member.objects.values_list("user_id", flat=True))
    assert {cast.alice.pk} <= members
    assert _of(incident) == members
    assert new == len(members)
    assert affected.find(incident, labels=["testapp.Member"], actor=officer) == 0
    affected.find(incident, labels=["testapp.Message"], actor=officer)
    assert cast.bob.pk in _of(incident), "Found by the second of two paths."


def test_a_way_that_no_key_shows_leads_to_people_too(officer, transactional_db):
    cast = make_cast()
    incident = made.entered(officer)
    affected.find(incident, labels=["testapp.Visit"], actor=officer)
    assert {cast.alice.pk, cast.bob.pk} <= _of(incident)


def test_people_without_account_are_found_by_their_records_and_stay_sealed(
    officer, transactional_db
):
    cast = make_cast()
    loan = Loan.objects.filter(borrower_id=cast.bob.pk).first()
    assert loan is not None
    loan.pk, loan.borrower_id, loan.code = None, None, "guest-loan"
    loan.contact_email = "Guest.Canary@example.test"
    loan.save()
    incident = made.decided(made.entered(officer), officer)
    affected.find(incident, labels=["testapp.Loan"], actor=officer)
    (guest,) = incident.notices.filter(subject=None)
    assert b"canary" not in bytes(guest.address or b"").lower()
    assert "canary" not in guest.digest
    affected.find(incident, labels=["testapp.Loan"], actor=officer)
    assert incident.notices.filter(subject=None).count() == 1
    incident_letters.write(incident, said=made.letter(), actor=officer)
    made.authority_told(incident, officer)
    _release(incident, officer)
    incident_letters.send(incident.pk)
    assert "guest.canary@example.test" in _reached()
    assert "canary" not in "".join(Entry.objects.values_list("canonical", flat=True))


def test_a_list_of_addresses_and_accounts_finds_each_once(officer, people):
    incident = made.entered(officer)
    listed = (
        f"{people[0].email.upper()}, {people[0].pk};{people[1].pk}\n"
        "stranger@example.test Stranger@example.test =HYPERLINK(1) 99999999999999999999"
    )
    assert affected.add(incident, listed=listed, actor=officer) == (3, 2)
    assert affected.add(incident, listed=listed, actor=officer) == (0, 2)
    assert _of(incident) == {people[0].pk, people[1].pk}
    assert incident.notices.count() == 3


def test_finding_many_costs_no_more_statements_than_finding_few(officer, transactional_db):
    make_cast()
    asked, found = [], set()
    for number in range(2):
        for each in range(number * 30):
            one: Any = person(f"extra-{each}")
            Member.objects.create(
                user=one, nickname="x", card_token=f"card {one.pk}", joined_at=timezone.now()
            )
        incident = made.entered(officer)
        with CaptureQueriesContext(connection) as captured:
            affected.find(incident, labels=["testapp.Member"], actor=officer)
        asked.append(len(captured))
        found = _of(incident)
    assert asked[0] == asked[1]
    assert len(found) > 30


def test_the_person_whose_answer_went_astray_is_the_first_to_be_told(officer, transactional_db):
    cast = faces.plain_cast()
    case = faces.file(cast.alice, "access")
    incident = misdelivery.report(case, facts="Bob got it.", actor=officer)
    assert _of(incident) == {cast.alice.pk}


@pytest.mark.parametrize("role", ["handler", "reviewer", "auditor", "nobody"])
def test_nobody_but_the_officer_finds_or_tells_people(officer, people, role):
    incident = made.ready(officer, people)
    made.authority_told(incident, officer)
    other = made.staff(role)
    for act in (
        lambda: affected.add(incident, listed="x@example.test", actor=other),
        lambda: affected.find(incident, labels=[], actor=other),
        lambda: incident_letters.write(incident, said=made.letter(), actor=other),
        lambda: _release(incident, other),
        lambda: incident_letters.try_again(incident, reason="x", actor=other),
        lambda: incident_letters.hold_back(incident, reason="x", actor=other),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert incident.notices.count() == len(people)
    incident.refresh_from_db()
    assert incident.released_at is None
    assert incidents.timeline(incident)[-1]["entry"].kind == incidents.Kind.AUTHORITY_TOLD
