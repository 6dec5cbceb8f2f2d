"""The rule by which a person's data may be used for a purpose, written once and as one condition on people.

Nothing is used for a purpose before its start. Consent needs one that is open, and whatever the person said against
the purpose since it was given counts. Legal obligation goes on whatever the person says (GDPR Art. 17(3)(b), 18(2)).
Everything else stops at a restriction, public and legitimate interest also at an objection, marketing also at one to
marketing as a whole. Marketing is asked for by channel: it reaches people only in those that its purpose declares,
and an objection stops those that it is about (R113). Where a new holder of the data is not bound by the privacy
policy, whatever a person did not renew stops on the day (R149).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Case, Exists, Model, OuterRef, Q, When
from django.db.models.functions import Now

from dsar.contract.vocabulary import Channel, LegalBasis
from dsar.registers import minors, objections, purposes, transfers
from dsar.registers.models import Consent, Objection, Restriction
from dsar.registers.models import Purpose as Known
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose
    from dsar.registers.people import Person

People = TypeVar("People", bound=Model)


def permitted(
    person: Person | None, purpose: Purpose | str, *, channel: Channel = Channel.EMAIL
) -> bool:
    """Whether this person's data may be used for this purpose now; False for whoever or whatever is unknown."""
    key = key_of(person)
    if key is None:
        return False
    # The base manager: a default one may hide people from lists.
    one = get_user_model()._base_manager.filter(pk=key)
    return only_permitted(one, purpose, channel=channel).exists()


def permitted_but_for_restrictions(person: Person | None, purpose: Purpose) -> bool:
    """Whether nothing but a restriction may stand against it: see `despite`, which alone may pass by one."""
    one = get_user_model()._base_manager.filter(pk=key_of(person))
    return one.filter(
        _is_active(one.model), _has_basis(purpose, Channel.EMAIL, restrictable=False)
    ).exists()


def permitted_purposes(person: Person | None, among: Sequence[Purpose]) -> set[str]:
    """The codes of those purposes for which `permitted` is true, by e-mail, in one statement."""
    one = get_user_model()._base_manager.filter(pk=key_of(person))
    answers = one.values_list(*(_answer(one.model, purpose) for purpose in among)).first()
    told = zip(among, answers or (), strict=False)
    return {purpose.code for purpose, may in told if may and _is_used_in(purpose, Channel.EMAIL)}


def _is_used_in(purpose: Purpose, channel: Channel) -> bool:
    return not purpose.marketing or channel in purpose.channels


def _answer(model: type[Model], purpose: Purpose) -> Case:
    may = _is_active(model) & _has_basis(purposes.declared(purpose), Channel.EMAIL)
    # A condition that always holds is an empty one, which no WHEN can stand on.
    may = may or Q(pk__isnull=False)
    return Case(When(may, then=True), default=False, output_field=BooleanField())


def only_permitted(
    people: QuerySet[People], purpose: Purpose | str, *, channel: Channel = Channel.EMAIL
) -> QuerySet[People]:
    """Narrow a queryset of users to those for whom `permitted` is true, in the same one statement."""
    try:
        said = purposes.declared(purpose)
    except purposes.UnknownPurposeError:
        return people.none()
    if not _is_used_in(said, channel):
        return people.none()
    return people.filter(_is_active(people.model), _has_basis(said, channel))


def _is_active(model: type[Model]) -> Q:
    """A closed account permits nothing; a user model without the field closes none."""
    try:
        model._meta.get_field("is_active")
    except FieldDoesNotExist:
        return Q()
    return Q(is_active=True)


def _has_basis(purpose: Purpose, channel: Channel, *, restrictable: bool = True) -> Q:
    if purpose.basis == LegalBasis.LEGAL_OBLIGATION:
        return Q()
    unopposed = _is_agreed_or_unopposed(purpose, channel, restrictable=restrictable)
    if purpose.basis == LegalBasis.VITAL_INTEREST:
        return _is_in_use(purpose) & unopposed
    # Nothing new is done with a minor's data until it is gone, whatever the minor agrees to (R138).
    is_minors = Exists(minors.confirmed().filter(subject=OuterRef("pk")))
    return ~Q(is_minors) & _is_in_use(purpose) & unopposed


def _is_in_use(purpose: Purpose) -> Q:
    """Of nobody before people were told of the purpose, and before it was weighed where it must be (R115, R200)."""
    if purpose.basis in purposes.UNCONDITIONAL:
        return Q()
    return Q(Exists(Known.objects.filter(code=purpose.code, active_from__lte=Now())))


def _is_agreed_or_unopposed(purpose: Purpose, channel: Channel, *, restrictable: bool) -> Q:
    if purpose.basis == LegalBasis.CONSENT:
        return Q(Exists(_consents(purpose, channel)))
    # Conditions joined by AND: PostgreSQL makes an anti-join of each, of an OR it would make none.
    unopposed = ~Q(Exists(transfers.stopped(purpose.code).filter(subject=OuterRef("pk"))))
    if restrictable:
        unopposed &= ~Q(Exists(_restrictions(purpose).filter(subject=OuterRef("pk"))))
    if _objectionable(purpose):
        unopposed &= ~Q(Exists(_objections(purpose, channel).filter(subject=OuterRef("pk"))))
    return unopposed


def _consents(purpose: Purpose, channel: Channel) -> QuerySet[Consent]:
    """Open consents of the person outside, without those that the person spoke against later."""
    given = Consent.objects.filter(
        subject=OuterRef("pk"), purpose=purpose.code, withdrawn_at__isnull=True
    )
    later_restrictions = _restrictions(purpose).filter(
        subject=OuterRef("subject"), restricted_at__gte=OuterRef("given_at")
    )
    handed_over = transfers.stopped(purpose.code).filter(
        subject=OuterRef("subject"), transfer__confirmed_at__gte=OuterRef("given_at")
    )
    given = given.filter(~Exists(later_restrictions), ~Exists(handed_over))
    if not purpose.marketing:
        return given
    later_objections = _objections(purpose, channel).filter(
        subject=OuterRef("subject"), objected_at__gte=OuterRef("given_at")
    )
    return given.filter(~Exists(later_objections))


def _restrictions(purpose: Purpose) -> QuerySet[Restriction]:
    """The open restrictions of this purpose, or of all."""
    return Restriction.objects.filter(
        Q(purpose=purpose.code) | Q(purpose__isnull=True), lifted_at__isnull=True
    )


def _objections(purpose: Purpose, channel: Channel) -> QuerySet[Objection]:
    """The open objections to this purpose, and where it is marketing, to marketing as a whole in this channel."""
    meant = Q(purpose=purpose.code)
    if purpose.marketing:
        meant |= Q(purpose__isnull=True) & objections.in_channel(channel)
    return Objection.objects.filter(meant, lifted_at__isnull=True)


def _objectionable(purpose: Purpose) -> bool:
    interests = (LegalBasis.PUBLIC_INTEREST, LegalBasis.LEGITIMATE_INTEREST)
    return purpose.marketing or purpose.basis in interests
