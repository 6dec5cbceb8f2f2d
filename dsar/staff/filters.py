"""How the list of requests is narrowed, and what filters of any list share.

No choice is read from the requests themselves, so none costs more as they grow.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from dsar.cases import posted
from dsar.cases.identity_models import Claim
from dsar.cases.states import State
from dsar.law import rules
from dsar.staff import gone, waiting

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from dsar.cases.models import Request


class Standing(admin.SimpleListFilter):
    """Open requests, unless others are asked for: the queue is what is to be done."""

    title = "standing"
    parameter_name = "standing"

    def __init__(self, request: HttpRequest, *rest: Any) -> None:
        super().__init__(request, *rest)
        # A closed case whose reference was typed in is found, and so is the state that was chosen.
        self.is_sought = bool(request.GET.get("q")) or "state__exact" in request.GET

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The choices beside "open"."""
        return [("closed", "Closed"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """Name the default for what it is."""
        first, *others = super().choices(changelist)
        yield first | {"display": "Open, or as sought" if self.is_sought else "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        """Narrow the list."""
        if self.value() == "closed":
            return queryset.filter(state=State.CLOSED)
        if self.value() == "all" or self.is_sought:
            return queryset
        return queryset.filter(waiting.IS_OPEN)


class Choice(admin.SimpleListFilter):
    """A filter of fixed choices, each a condition; a value that is not among them narrows nothing."""

    @abstractmethod
    def condition(self, request: HttpRequest, value: str) -> Any:
        """What the rows fulfil."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        value = self.value()
        if value is None or value not in {str(one) for one, _ in self.lookup_choices}:
            return queryset
        return queryset.filter(self.condition(request, value))


class Due(Choice):
    """By how near the date is; what is closed is no longer due."""

    title = "due"
    parameter_name = "due"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The spans."""
        return [("late", "Late"), ("soon", "Within 3 days"), ("week", "Within a week")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """The span."""
        now = timezone.now()
        if value == "late":
            return waiting.late(now)
        period = waiting.SOON if value == "soon" else waiting.WEEK
        return waiting.due_within(period, now=now)


class Owner(Choice):
    """By who looks after it."""

    title = "owner"
    parameter_name = "owner"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """Mine or nobody's."""
        return [("me", "Me"), ("nobody", "Nobody")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """The owner."""
        return Q(owner=request.user.pk) if value == "me" else Q(owner__isnull=True)


class Signature(Choice):
    """What a second person has to sign."""

    title = "second signature"
    parameter_name = "signature"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """Wanted."""
        return [("wanted", "Wanted")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Decided and not signed."""
        return waiting.WANTS_SIGNATURE


class Gone(Choice):
    """Copies of which records went before they were made."""

    title = "records gone meanwhile"
    parameter_name = "gone"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The one choice."""
        return [("lately", "Noticed lately")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Noticed in the last days."""
        return gone.lately(timezone.now(), of="plan__")


class Law(Choice):
    """By a law that applies."""

    title = "law"
    parameter_name = "law"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """Every regime whose rules are known."""
        return [(code, code) for code in sorted(rules.known())]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """One among the laws of the case."""
        return Q(case__regimes__contains=[value])


class Kind(Choice):
    """By who asks, as they say themselves."""

    title = "requester"
    parameter_name = "kind"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """Every kind."""
        return list(Claim.Relation.choices)

    def condition(self, request: HttpRequest, value: str) -> Any:
        """That kind."""
        return Q(case__subject_relation=value)


class Language(Choice):
    """By the language of the answer."""

    title = "language"
    parameter_name = "language"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The languages of the site."""
        return list(settings.LANGUAGES)

    def condition(self, request: HttpRequest, value: str) -> Any:
        """That language."""
        return Q(case__language=value)


class OnHold(Choice):
    """By whether a hold stands; only those who decide may know."""

    title = "hold"
    parameter_name = "hold"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """Either."""
        return [("yes", "On hold"), ("no", "Not on hold")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """A hold, or none."""
        return waiting.on_hold() if value == "yes" else ~waiting.on_hold()


class LettersToPost(Choice):
    """Cases with a letter that nobody has posted yet."""

    title = "letters"
    parameter_name = "letters"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The one choice."""
        return [("to_post", "To be posted")]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """A letter that waits for the post."""
        return Exists(posted.waiting().filter(case=OuterRef("pk")))
