"""The words an app uses in its privacy.py to declare the personal data it holds: values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from dsar.contract.vocabulary import Category, Channel, LegalBasis, Origin, Row, Whose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody to whom a purpose's data goes (GDPR Art. 15(1)(c), by name: CJEU C-154/21)."""

    code: str
    name: str
    role: str
    """processor | controller | authority."""
    country: str
    """ISO 3166-1 alpha-2."""
    safeguard: str = ""
    """What protects a transfer out of Singapore or the EEA; empty where none is needed."""
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Why personal data is processed, on exactly one legal basis (R196).

    `pdpa` is the basis' counterpart in Singapore (a section and its name), `locations` ISO country
    codes of where it is stored, `consequence` what withdrawing or objecting costs the person.
    """

    code: str
    label: str
    basis: LegalBasis
    pdpa: str
    dpv: str = ""
    recipients: tuple[Recipient, ...] = ()
    locations: tuple[str, ...] = ("SG",)
    marketing: bool = False
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    """How marketing for this purpose reaches people; in no other way is it permitted."""
    interest: str = ""
    """The interest pursued; required where the basis is a legitimate interest (Art. 13(1)(d))."""
    consequence: str = ""
    automated_decision: str = ""
    """Logic, significance and consequences, where a decision is automated (Art. 15(1)(h))."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long rows are kept: a period after a trigger, by which law, and then what.

    `after` names a date or datetime field of the model, or a `__` path to one; `from_end_of` moves
    the trigger to the end of that period ("financial_year" ends on 31 December, "day": at once).
    `law` cites the statute, or the policy section where no statute says.
    """

    after: str
    law: str
    years: int = 0
    months: int = 0
    days: int = 0
    from_end_of: str = "day"
    then: Row = Row.DELETED


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A way from a row to the person that no foreign key shows.

    The row belongs to the person when its field `on` equals `key` of a row of model `via`
    (`app_label.Model`) whose look-up path `to` leads to the person.
    """

    via: str
    key: str
    to: str
    on: str


Path = str | Linked


@dataclass(frozen=True, kw_only=True)
class Identified:
    """The rows of a person without account: found by identifiers, told apart by names, owned by no account.

    `owned_through` are the look-up paths to account holders: a row that leads to one is never a guest's.
    """

    by: tuple[str, ...]
    told_apart_by: tuple[str, ...] = ()
    owned_through: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The rows whose keys were noted under the declaration's label."""

    label: str


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What one field is and what happens to it; use one of the subclasses."""


@dataclass(frozen=True, kw_only=True)
class NotPersonal(Treatment):
    """A field that says nothing about anybody; it is exported so that the rows can be understood."""

    because: str


@dataclass(frozen=True, kw_only=True)
class Personal(Treatment):
    """A field that says something about somebody."""

    category: Category
    origin: Origin = Origin.PROVIDED
    whose: Whose = Whose.SUBJECT
    source: str = ""
    """Who it came from, where the origin is another source (GDPR Art. 15(1)(g))."""
    read: Callable[[Any], object] | None = None
    """Makes the row's value readable where the column alone is not (sealed under a case key)."""


@dataclass(frozen=True, kw_only=True)
class Held(Personal):
    """Personal data that lives and goes with its row."""

    correctable: bool = False


@dataclass(frozen=True, kw_only=True)
class Erase(Personal):
    """Personal data that deletion overwrites with `to` while the row stays.

    `to` is a plain value that fits the column; or `Surrogate()`, for columns that are unique.
    """

    to: object
    correctable: bool = False


@dataclass(frozen=True, kw_only=True)
class Surrogate:
    """A random value, fresh for every row, that leads back to nobody: `prefix` + 32 hex digits + `suffix`."""

    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Retain(Personal):
    """Personal data that outlives a deletion because a law demands it, until the declaration's retention ends."""

    law: str
    correctable: bool = False


@dataclass(frozen=True, kw_only=True)
class Secret(Personal):
    """A password hash, token or key: never exported, only said to be held (R67).

    `to` overwrites it where the row survives; leave it out where the row is deleted.
    """

    to: object = None


@dataclass(frozen=True, kw_only=True)
class DisclosedTo:
    """Who received rows one by one, besides the recipients of their purpose: the buyer of a report, for example.

    An organisation is told by name (CJEU C-154/21), anybody else by the recipient's own name, which says the category:
    who a buyer is that is no organisation, is that person's data. All paths start at the declared model.
    """

    recipient: Recipient
    """The category, under the name by which it is told."""
    name: str
    """Path to what the one recipient of a row is called."""
    is_organisation: str
    """Path to whether that names an organisation."""
    at: str
    """Path to the moment of the disclosure."""
    unless: Mapping[str, object] = field(default_factory=dict)
    """Look-ups of rows that nobody received after all."""


class PersonalData:
    """Base of every declaration: one model, one purpose, one retention, one treatment a field.

    `subject`      look-up path(s) from the row to the person, in the model's own field names
                   (`"customer"`, `"thread__user"`); the user model itself says `"pk"`.
    `identifiers`  text fields, or `__` paths to one, by which a person without an account is found
                   (`"contact_email"`, `"order__contact_email"`).
    `told_apart_by` text fields, or paths to one, with the name under which a row knows its person: people who
                   share an address are told apart by it.
    `facts`        what somebody without account can be asked to be sure who they are: a name for each fact, and the
                   field or path that holds it (`{"order_number": "number"}`); never an identity number (R27).
    `row`          what deletion does with the row: DELETED, OVERWRITTEN (fields erased, row stays) or
                   RETAINED (nothing changes). Erase needs OVERWRITTEN; Retain needs OVERWRITTEN or RETAINED.
    `born`         the date-time field that says when the row was made; a replayed deletion touches only rows
                   born before it.
    `reviewed`     its rows are seen by staff before they are released (legal advice, holds, notes).
    `released`     False: rows are held and said to be held, but never handed out (legal privilege).
    `concealed`    values of columns that mark rows the person must never learn of: neither shown nor counted
                   nor hinted at (`{"secret": True}`, PDPA s 21(4)).
    `disclosed_to` who received each row, besides the recipients of the purpose; not beside `concealed`.
    `fields`       a treatment for every concrete field, many-to-many field and generic relation; a key may be
                   one name or a tuple of names that share a treatment.
    `files_of`     (by itself from FileField): nothing to declare; files follow their field's treatment.
    """

    subject: ClassVar[Path | tuple[Path, ...]]
    identifiers: ClassVar[tuple[str, ...]] = ()
    told_apart_by: ClassVar[tuple[str, ...]] = ()
    facts: ClassVar[Mapping[str, str]] = {}
    purpose: ClassVar[Purpose]
    retention: ClassVar[Retention]
    row: ClassVar[Row] = Row.DELETED
    born: ClassVar[str] = ""
    reviewed: ClassVar[bool] = False
    released: ClassVar[bool] = True
    concealed: ClassVar[Mapping[str, object]] = {}
    disclosed_to: ClassVar[DisclosedTo | None] = None
    fields: ClassVar[Mapping[str | tuple[str, ...], Treatment]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Declaration:
    """A registered declaration: what `PersonalData` said, bound to its model."""

    model: type[Model]
    role: str
    """Which of the people in the row it is about; empty where there is one."""
    describe: str
    subject: tuple[Path, ...]
    identifiers: tuple[str, ...]
    purpose: Purpose
    retention: Retention
    row: Row
    born: str
    reviewed: bool
    released: bool
    concealed: Mapping[str, object]
    fields: Mapping[str, Treatment]
    told_apart_by: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    disclosed_to: DisclosedTo | None = None
    reach: Identified | Listed | None = None
    """How a person without account is reached; None for account holders. `contract.reach` binds it."""
    twice: tuple[str, ...] = field(default=())
    """Fields that were given two treatments; the checks refuse them."""

    @cached_property
    def label(self) -> str:
        """`app_label.Model`, followed by `:role` where the model has several."""
        base = self.model._meta.label
        return f"{base}:{self.role}" if self.role else base
