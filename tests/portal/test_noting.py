"""What a person disputes stands on their page, in words that they write themselves."""

from __future__ import annotations

from dsar.registers.annotation_models import Annotation
from tests import noted


def test_the_note_is_shown_beside_the_records_and_gets_the_persons_own_words(cast, alice, bob):
    note = noted.nickname(cast.alice, wanted="Alix <i>")
    page = f"/privacy/held/notes/{note.pk}/"
    held = alice.get("/privacy/held/").content.decode()
    assert "you say that it should be “Alix &lt;i&gt;”" in held
    assert page in held
    assert "Alix" not in bob.get("/privacy/held/").content.decode()
    assert bob.get(page).status_code == 404
    assert bob.post(page, {"statement": "mine"}).status_code == 404
    said = alice.post(page, {"statement": "So it says on <b>my card</b>."}, follow=True)
    assert "So it says on &lt;b&gt;my card&lt;/b&gt;." in said.content.decode()
    alice.post(page, {"remove": "1"})
    assert not Annotation.objects.exists()


def test_the_page_of_corrections_says_which_value_is_disputed(cast, alice):
    noted.nickname(cast.alice, wanted="Alix")
    alice.post("/privacy/ask/", {"rights": ["correction"]})
    page = alice.get("/privacy/ask/correction/").content.decode()
    assert page.count("You dispute this.") == 1
