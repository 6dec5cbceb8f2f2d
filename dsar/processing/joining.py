"""What somebody is asked and told when they open an account, and how their answers are kept (R105, R169, R170).

Each optional purpose is a question of its own, and none is answered beforehand. That somebody read the privacy policy
is recorded with its version and is consent to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from dsar.contract import registry
from dsar.contract.vocabulary import LegalBasis
from dsar.crashpoints import effect
from dsar.processing import signals
from dsar.registers import consents, policies, purposes
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.registers.people import Person

METHOD = "sign_up"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One optional purpose, in the words in which it is asked for."""

    code: str
    wording: str
    consequence: str
    """What turning it off later means."""


def questions() -> list[Question]:
    """Every purpose that rests on consent, in the reader's language where the app has it."""
    return [
        Question(
            code=purpose.code,
            wording=purposes.in_words(purpose.label),
            consequence=purposes.in_words(purpose.consequence),
        )
        for purpose in sorted(registry.current().purposes.values(), key=lambda one: one.code)
        if purpose.basis == LegalBasis.CONSENT
    ]


def policy_version() -> str:
    """What the privacy policy in force is called; empty where there is none."""
    return policies.version_in_force()


def join(
    person: Person,
    *,
    agreed: Mapping[str, str],
    policy_version: str,
    language: str,
    signal: str = "",
) -> None:
    """Keep what a new person said: the purposes agreed to, in their wording, and the policy that they read."""
    with effect("consent.join"), transaction.atomic():
        policy = policies.published().filter(version=policy_version).first()
        if policy is not None:
            policies.acknowledge(policy, person=key_of(person))
        # Before the consents: what somebody ticks is their later and more particular will.
        signals.honour(person, signal)
        for code, wording in agreed.items():
            consents.give(
                person,
                code,
                wording=wording,
                policy_version=policy_version,
                language=language,
                method=METHOD,
            )
