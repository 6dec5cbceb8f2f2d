"""Every run of the tests, and every worker of a run, has a broker and a cache of its own."""

from __future__ import annotations

import os

from config import testing


def test_whoever_starts_from_anothers_number_takes_a_new_one():
    taken = [os.environ["REDIS_URL"]]
    for _ in range(4):
        taken.append(testing.own_numbers(taken[-1]))
    assert len(set(taken)) == 5
