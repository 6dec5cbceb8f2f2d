"""Each kind that goes rests on one ground of Art. 17(1), said in the person's language and by their laws alone."""

from __future__ import annotations

import pytest

from dsar.law import erasures
from dsar.law.bases import BASES
from dsar.law.erasures import Ground


def test_the_ground_follows_from_child_objection_and_basis() -> None:
    def of(basis: str, *, objected: bool = False, child: bool = False) -> Ground:
        return erasures.ground(basis=basis, is_objected=objected, is_of_a_child=child)

    for basis in BASES:
        rests_on_consent = basis == "consent"
        expected = Ground.CONSENT_WITHDRAWN if rests_on_consent else Ground.NO_LONGER_NEEDED
        assert of(basis) is expected
        assert of(basis, objected=True) is Ground.OBJECTED
        assert of(basis, objected=True, child=True) is Ground.OF_A_CHILD


@pytest.mark.parametrize("code", list(Ground))
def test_every_ground_is_said_in_both_languages_and_names_no_other_law(code: Ground) -> None:
    for language in ("en", "zh-hans"):
        plain = erasures.in_words(code, regimes=["SG"], language=language)
        both = erasures.in_words(code, regimes=["EU", "GB", "SG"], language=language)
        british = erasures.in_words(code, regimes=["GB"], language=language)
        assert plain
        assert "17" not in plain
        assert "GDPR Art. 17(1)(" in both
        assert "; UK GDPR Art. 17(1)(" in both
        assert british.count("GDPR") == british.count("UK GDPR") == 1
