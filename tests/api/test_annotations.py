"""What the caller disputes is listed, worded and taken away by nobody but the caller."""

from __future__ import annotations

from dsar.registers.annotation_models import Annotation
from tests import noted


def test_a_person_reads_words_and_removes_their_own_notes_and_nobody_elses(cast, alice, bob):
    note = noted.nickname(cast.alice, wanted="Alix")
    listed = alice.get("/api/v1/annotations").json()
    assert [(one["declaration"], one["field"], one["wanted"]) for one in listed] == [
        ("testapp.Member", "nickname", "Alix")
    ]
    assert bob.get("/api/v1/annotations").json() == []
    place = f"/api/v1/annotations/{note.pk}"
    words = {"statement": "Everybody calls me Alix."}
    assert bob.put(place, words, format="json").status_code == 404
    assert bob.delete(place).status_code == 404
    assert alice.put(place, {"statement": "x" * 2001}, format="json").status_code == 422
    assert alice.put(place, words, format="json").json()["statement"] == words["statement"]
    held = {one["declaration"]: one for one in alice.get("/api/v1/holdings").json()}
    (beside,) = held["testapp.Member"]["annotations"]
    assert beside["statement"] == words["statement"]
    assert alice.delete(place).status_code == 204
    assert not Annotation.objects.exists()
