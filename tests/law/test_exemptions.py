"""The list of cases without authorisation fits its schema, and a wrong one is refused."""

from __future__ import annotations

import jsonschema
import pytest

from dsar.law import exemptions
from dsar.law.exemptions import Act

GOOD = {"acts": ["use"], "words": {"en": "Yes.", "zh-hans": "是。"}, "sources": {"SG": "PDPA"}}


def test_five_cases_allow_use_and_six_allow_a_transfer():
    known = exemptions.known()
    assert sum(Act.USE in one.acts for one in known.values()) == 5
    assert sum(Act.TRANSFER in one.acts for one in known.values()) == 6
    assert all({"SG", "EU"} <= set(one.sources) for one in known.values())


def test_a_case_serves_only_what_it_is_for_and_what_is_none_serves_nothing():
    assert exemptions.serves("public_sources", Act.TRANSFER)
    assert not exemptions.serves("public_sources", Act.USE)
    assert exemptions.serves("vital_interest", Act.USE)
    for act in Act:
        assert not exemptions.serves("convenience", act)
        assert not exemptions.serves("", act)


@pytest.mark.parametrize(
    "wrong",
    [
        {"acts": []},
        {"acts": ["sale"]},
        {"words": {"en": "Only English."}},
        {"words": {"en": "", "zh-hans": ""}},
        {"sources": {}},
        {"sources": {"Singapore": "PDPA"}},
        {"more": 1},
    ],
)
def test_a_file_that_does_not_fit_is_refused(wrong):
    assert exemptions.read({"good_one": GOOD})["good_one"].in_words("fr") == "Yes."
    with pytest.raises(jsonschema.ValidationError):
        exemptions.read({"bad_one": GOOD | wrong})
