"""The processing gate, a door: whether a person's data may be used for a purpose, now; what a new person is asked."""

from __future__ import annotations

from dsar.law.restricted import Despite
from dsar.processing.calling import Call, only_callable
from dsar.processing.despite import ProcessingRestrictedError, use_despite_restriction
from dsar.processing.gate import only_permitted, permitted
from dsar.processing.importing import Contact, imported, not_to_return
from dsar.processing.joining import Question, join, policy_version, questions
from dsar.processing.signals import sent
from dsar.processing.unsubscribing import optional_mail
from dsar.registers.disputes import beside as annotations_beside
from dsar.registers.suppression import suppressed_among

__all__ = [
    "Call",
    "Contact",
    "Despite",
    "ProcessingRestrictedError",
    "Question",
    "annotations_beside",
    "imported",
    "join",
    "not_to_return",
    "only_callable",
    "only_permitted",
    "optional_mail",
    "permitted",
    "policy_version",
    "questions",
    "sent",
    "suppressed_among",
    "use_despite_restriction",
]
