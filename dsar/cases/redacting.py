"""Mark passages and files that a copy leaves out, on grounds under every law, with a second look where one is due."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import files, permissions, policy, structured, variants
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Request
from dsar.cases.policy import Handling
from dsar.cases.redaction_models import Redaction, Replacement
from dsar.cases.states import COPIES, State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.law import grounds as law
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from dsar.cases.actors import Actor
    from dsar.cases.files import File

Span = tuple[int, int]
"""From a character to the one before another."""


class RedactionError(MoveError):
    """This passage cannot be left out."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text that a copy will hold: where it stands, what it says, and whether the person gave it or did it."""

    declaration: str
    row: str
    field: str
    words: str
    own: bool
    structured: bool = False
    """Whether the words are JSON, of which values alone can be left out."""
    file: str = ""
    """Of a stored file, whose name the words are: what it is recognised by."""

    @property
    def known_by(self) -> str:
        """What tells that it is still the same."""
        return self.file or self.words


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why passages are left out: a ground per regime, a reason for the file, and whose words they are."""

    grounds: Mapping[str, str]
    reason: str = ""
    not_own: bool = False
    """It is affirmed that the requester neither wrote nor did what the passage tells."""


def is_open(request: Request) -> bool:
    """Whether passages can be marked now: in a copy that is under review."""
    return request.right in COPIES and request.state == State.IN_REVIEW


def mark(
    request: Request, text: Text, *, spans: Sequence[Span], why: Why, actor: Actor
) -> list[Redaction]:
    """Leave passages of one text out of the copy.

    Raises RedactionError and NotPermittedError, and then nothing is marked.
    """
    with effect("redaction.mark"), transaction.atomic():
        locked = _locked(request, actor=actor)
        _check(locked, text, why)
        there = _of_text(locked, text)
        _check_spans(text, spans, [(one.start, one.end) for one in there])
        made = [_made(locked, text, span, why=why, actor=actor) for span in spans]
        after = applied(text.words, [*there, *made], is_structured=text.structured)
        _check_structure(text, after)
        Redaction.objects.bulk_create(made)
        for one in made:
            said = _marked(locked, one) | {"after": digest(locked, after)}
            _say(Tag.REDACTION_MARKED, one, actor, **said)
    return made


def leave_out_file(
    request: Request, text: Text, *, why: Why, actor: Actor, instead: File | None = None
) -> Redaction:
    """Leave a stored file out of the copy, or give another in its place.

    Raises RedactionError, NotPermittedError and FileRefusedError, and then nothing is left out.
    """
    with effect("redaction.leave_file"), transaction.atomic():
        locked = _locked(request, actor=actor)
        _check(locked, text, why)
        whole = (0, len(text.words))
        _check_spans(text, [whole], [(one.start, one.end) for one in _of_text(locked, text)])
        made = _made(locked, text, whole, why=why, actor=actor)
        made.of_file = True
        replacement = _replaced(locked, made, instead)
        made.save(force_insert=True)
        if replacement is not None:
            replacement.save(force_insert=True)
        said = _marked(locked, made) | {"after": made.instead_digest}
        _say(Tag.REDACTION_MARKED, made, actor, **said)
    return made


def _replaced(request: Request, made: Redaction, instead: File | None) -> Replacement | None:
    if instead is None:
        return None
    [one] = files.sniffed([instead])
    made.instead_digest = digest(request, hashlib.sha256(one.content).hexdigest())
    content = box.seal(request.case.key, one.content)
    return Replacement(
        redaction=made, media_type=one.media_type, size=len(one.content), content=content
    )


def replacement(request: Request, redaction: Redaction) -> tuple[str, bytes]:
    """Type and content of the file that is given in place of the stored one."""
    found = Replacement.objects.get(redaction=redaction, redaction__request=request)
    return found.media_type, box.unseal(request.case.key, found.content)


def undo(request: Request, pk: UUID, *, actor: Actor) -> bool:
    """Take a mark back; False where there is none."""
    with effect("redaction.undo"), transaction.atomic():
        found = Redaction.objects.filter(request=_locked(request, actor=actor), pk=pk).first()
        if found is None:
            return False
        _say(Tag.REDACTION_UNDONE, found, actor)
        found.delete()
    return True


def see(request: Request, *, marks: Collection[UUID], actor: Actor) -> int:
    """Give the second look to those of the marks shown that this person may look at; how many those were."""
    with effect("redaction.see"), transaction.atomic():
        locked = _locked(request, actor=actor)
        shown = (one for one in waiting(locked) if one.pk in marks)
        found = [one for one in shown if may_see(one, actor=actor)]
        now = timezone.now()
        Redaction.objects.filter(pk__in=[one.pk for one in found]).update(
            seen_by=actor.user, seen_at=now
        )
        for one in found:
            _say(Tag.REDACTION_SEEN, one, actor)
    return len(found)


def may_see(redaction: Redaction, *, actor: Actor) -> bool:
    """Whether this actor is a second person for a mark; an officer where its ground needs one (R66)."""
    if actor.user is None or redaction.made_by_id in {None, actor.user.pk}:
        return False
    needed = permissions.APPROVE if redaction.needs_officer else permissions.DECIDE
    return actor.may(needed)


def waiting(request: Request) -> list[Redaction]:
    """The marks that still wait for a second look."""
    unseen = Redaction.objects.filter(request=request, seen_at__isnull=True)
    if policy.handling(request) is not Handling.TWO_PEOPLE:
        unseen = unseen.filter(needs_officer=True)
    return list(unseen)


def choices(request: Request, *, own: bool) -> dict[str, list[law.Ground]]:
    """The grounds to choose from under each law of the case that knows the right."""
    variant = variants.of(request)
    return {
        regime: law.of_parts(variant, regime=regime, own=own)
        for regime in law.knowing(variant, regimes=request.case.regimes)
    }


def applied(words: str, redactions: Iterable[Redaction], *, is_structured: bool = False) -> str:
    """The text without the passages; where each stood, a mark with the code of its ground. JSON stays JSON."""
    pieces: list[str] = []
    reached = 0
    for one in sorted(redactions, key=lambda found: found.start):
        mark_ = f"[redacted: {', '.join(told(one))}]"
        if is_structured:
            mark_ = structured.mark(words, one.start, mark_)
        pieces += [words[reached : one.start], mark_]
        reached = one.end
    return "".join([*pieces, words[reached:]])


def told(redaction: Redaction) -> list[str]:
    """The codes of a mark's grounds as the person may see them."""
    known = law.all_grounds()
    return sorted({known[code].told for code in redaction.grounds.values()})


def digest(request: Request, words: str) -> str:
    """What a text is recognised by, without a word of it."""
    return box.digest(request.case.key, words)


def read_reason(request: Request, redaction: Redaction) -> str:
    """The sealed reason of a mark."""
    if redaction.reason is None:
        return ""
    return box.unseal(request.case.key, redaction.reason).decode()


def _locked(request: Request, *, actor: Actor) -> Request:
    if not actor.may(permissions.DECIDE):
        raise NotPermittedError
    queue = Request.objects.select_for_update(of=("self",)).select_related("case__key")
    locked = queue.get(pk=request.pk)
    if not is_open(locked):
        message = "Passages are marked while a copy is under review."
        raise RedactionError(message)
    return locked


def _check(request: Request, text: Text, why: Why) -> None:
    """A ground under every law that knows the right, which fits whose words they are (R65)."""
    own = text.own and not why.not_own
    for regime, known in choices(request, own=own).items():
        if why.grounds.get(regime) not in {one.code for one in known}:
            message = f"This needs a ground under the law of {regime} that allows a passage to be left out here."
            raise RedactionError(message)
    evidence = law.Need.EVIDENCE in law.needs(why.grounds.values())
    if (evidence or (why.not_own and text.own)) and not why.reason.strip():
        message = "This needs a reason in words, for the file."
        raise RedactionError(message)


def _check_spans(text: Text, spans: Sequence[Span], there: Sequence[Span]) -> None:
    taken = sorted([*there, *spans])
    outside = any(not 0 <= start < end <= len(text.words) for start, end in spans)
    if not spans or outside:
        message = "There is no such passage in this text."
        raise RedactionError(message)
    if any(end > start for (_, end), (start, _) in pairwise(taken)):
        message = "A part of this passage is marked already."
        raise RedactionError(message)


def _check_structure(text: Text, after: str) -> None:
    if text.structured and not structured.is_only_lacking(text.words, after):
        message = "Of structured data only values can be left out, or words within one: no name and no sign."
        raise RedactionError(message)


def _of_text(request: Request, text: Text) -> list[Redaction]:
    where = {"declaration": text.declaration, "row": text.row, "field": text.field}
    found = list(Redaction.objects.filter(request=request, **where))
    if any(one.text_digest != digest(request, text.known_by) for one in found):
        message = (
            "The text has changed since passages of it were marked; take those marks back first."
        )
        raise RedactionError(message)
    return found


def _made(request: Request, text: Text, span: Span, *, why: Why, actor: Actor) -> Redaction:
    officer = law.Need.OFFICER in law.needs(why.grounds.values())
    reason = why.reason.strip()
    return Redaction(
        request=request,
        declaration=text.declaration,
        row=text.row,
        field=text.field,
        start=span[0],
        end=span[1],
        text_digest=digest(request, text.known_by),
        grounds={regime: why.grounds[regime] for regime in choices(request, own=False)},
        not_own=why.not_own,
        reason=box.seal(request.case.key, reason.encode()) if reason else None,
        needs_officer=officer and not actor.may(permissions.APPROVE),
        made_by=actor.user,
    )


def _marked(request: Request, redaction: Redaction) -> dict[str, Any]:
    reason = read_reason(request, redaction)
    said: dict[str, Any] = {"grounds": redaction.grounds, "not_own": redaction.not_own}
    if reason:
        said["reason"] = box.digest(request.case.key, reason)
    return said | {"before": redaction.text_digest, "file": redaction.of_file}


def _say(tag: Tag, redaction: Redaction, actor: Actor, **detail: Any) -> None:
    log.append(
        tag,
        request=redaction.request_id,
        redaction=str(redaction.pk),
        declaration=redaction.declaration,
        field=redaction.field,
        **detail,
        **actor.witnessed(redaction.request.case),
    )
