"""What staff can do with a request: each act with its permission, the states it fits, its question and its effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsar import conf
from dsar.cases import (
    attaching,
    decisions,
    extending,
    fees,
    lifecycle,
    owning,
    pausing,
    permissions,
    setting_aside,
)
from dsar.cases.models import Decision
from dsar.cases.states import UNDECIDED, Outcome, Right, State
from dsar.engine import reception, review, skipping
from dsar.staff.forms import (
    AsideForm,
    AskForm,
    ConfirmForm,
    DecideForm,
    FeeForm,
    GiveForm,
    MendedForm,
    PaymentForm,
    SkipForm,
)
from dsar.staff.timeforms import ExtendForm, LawsForm, PromiseForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.registers.recipient_models import RecipientRecord

_OPEN = frozenset(State) - {State.CLOSED}


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act; `plans` puts the plan as it would run now above the question, `signs` the one decided on.

    `to` is the state it leads to: the table of permissions then has the last word.
    """

    name: str
    label: str
    says: Callable[[Request], str]
    needs: str
    states: frozenset[State]
    do: Callable[[Request, Any, Actor], object]
    form: type[ConfirmForm] = ConfirmForm
    to: State | None = None
    plans: bool = False
    signs: bool = False
    fits: Callable[[Request], bool] = lambda _: True
    writes: bool = False
    """Whether a letter may go out with it, which can then be read before."""
    does: bool = True
    """False where there is only something to be read."""

    def is_open(self, request: Request, actor: Actor) -> bool:
        """Whether this actor may do it to the request as it stands."""
        if not actor.may(self.needs) or State(request.state) not in self.states:
            return False
        moves = self.to is None or permissions.allows(actor, request, to=self.to)
        return moves and self.fits(request)


def _decide(request: Request, form: DecideForm, actor: Actor) -> object:
    return review.decide(
        request,
        verdict=Decision.Verdict(form.cleaned_data["verdict"]),
        actor=actor,
        shown=form.cleaned_data["shown"],
        grounds=form.grounds,
        reason=form.cleaned_data["reason"],
        balancing=form.cleaned_data["balancing"],
        derived_from=form.cleaned_data["derived_from"],
        looked_again=form.looked_again,
        refusals=form.refusals,
        kept=form.kept,
    )


def _set_aside(request: Request, form: AsideForm, actor: Actor) -> object:
    outcome = Outcome(form.cleaned_data["outcome"])
    to: RecipientRecord | None = form.cleaned_data["to"]
    return setting_aside.set_aside(
        request,
        outcome=outcome,
        actor=actor,
        reason=form.cleaned_data["reason"],
        to="" if to is None else to.pk,
    )


def _ask(request: Request, form: AskForm, actor: Actor) -> object:
    return pausing.ask(request, actor=actor, **form.cleaned_data)


def _announce_fee(request: Request, form: FeeForm, actor: Actor) -> object:
    return fees.announce(request, actor=actor, **form.cleaned_data)


def _extend(request: Request, form: ExtendForm, actor: Actor) -> object:
    reasons = form.cleaned_data["reasons"]
    return extending.extend(request, grounds=form.grounds, reasons=reasons, actor=actor)


def _promise(request: Request, form: PromiseForm, actor: Actor) -> object:
    return extending.promise(request, actor=actor, **form.cleaned_data)


def _change_laws(request: Request, form: LawsForm, actor: Actor) -> object:
    return attaching.change(request.case, actor=actor, **form.cleaned_data)


def _awaits_signature(request: Request) -> bool:
    granted = {Decision.Verdict.GRANTED, Decision.Verdict.GRANTED_IN_PART}
    decision = getattr(request, "decision", None)
    if decision is None or decision.approved_at is not None:
        return False
    unsigned = review.needs_second_person(request) and decision.verdict in granted
    return unsigned or decisions.awaits_officer(decision)


def _resume_says(request: Request) -> str:
    if fees.standing(request) is not None:
        return "The fee is not paid, and you go on without it; what was announced is void."
    return "The requester has replied; the request is under review again."


def _signature_says(request: Request) -> str:
    if decisions.awaits_officer(request.decision):
        return "You sign a refusal as second person. The letter with the grounds is sent, and the request closes."
    if request.right != Right.DELETION:
        return "You give the second signature. The plan that was decided on is carried out at once."
    days, seconds = divmod(conf.get("WAITING_PERIOD_SECONDS"), 24 * 3600)
    wait = f"{days} days" if days else f"{seconds} seconds"
    return (
        f"You give the second signature. The plan that was decided on is carried out {wait} from now, "
        "and cannot be undone once it has begun. Until then the person can take the request back."
    )


ACTS: tuple[Act, ...] = (
    Act(
        name="preview",
        label="Preview plan",
        says=lambda _: (
            "This is what the request would do if it ran now. That you looked is recorded."
        ),
        needs=permissions.HANDLE,
        states=frozenset(State) - {State.CLOSED, State.EXECUTING},
        do=lambda *_: None,
        does=False,
        plans=True,
    ),
    Act(
        name="decide",
        label="Decide",
        says=lambda _: (
            "You decide on exactly the plan that you are shown; if it changes before, nothing is decided. "
            "A refusal closes the request and sends the letter with the grounds."
        ),
        needs=permissions.DECIDE,
        states=frozenset({State.IN_REVIEW}),
        do=_decide,
        form=DecideForm,
        plans=True,
        writes=True,
    ),
    Act(
        name="approve",
        label="Approve",
        says=_signature_says,
        needs=permissions.APPROVE,
        states=frozenset({State.IN_REVIEW}),
        do=lambda request, _, actor: review.approve(request, actor=actor),
        signs=True,
        fits=_awaits_signature,
        writes=True,
    ),
    Act(
        name="verify",
        label="Vouch for identity",
        says=lambda _: (
            "You say that you established who asks. Every request of this case that waits for it goes on."
        ),
        needs=permissions.HANDLE,
        states=frozenset({State.AWAITING_VERIFICATION}),
        do=lambda request, _, actor: reception.verify(request.case, actor=actor),
    ),
    Act(
        name="take",
        label="Take",
        says=lambda _: "You look after this request, and hear first when its date comes near.",
        needs=permissions.HANDLE,
        states=_OPEN,
        do=lambda request, _, actor: owning.take(request, actor=actor),
    ),
    Act(
        name="give",
        label="Give to a colleague",
        says=lambda _: (
            "Your colleague looks after this request, and hears first when its date comes near."
        ),
        needs=permissions.HANDLE,
        states=_OPEN,
        do=lambda request, form, actor: owning.give(
            request, to=form.cleaned_data["to"], actor=actor
        ),
        form=GiveForm,
    ),
    Act(
        name="ask",
        label="Ask the requester",
        says=lambda _: (
            "A letter asks the requester; the request waits until they have replied or their time has passed."
        ),
        needs=permissions.HANDLE,
        states=frozenset({State.IN_REVIEW}),
        do=_ask,
        to=State.AWAITING_REQUESTER,
        form=AskForm,
        writes=True,
    ),
    Act(
        name="fee",
        label="Announce a fee",
        says=lambda _: (
            "A letter says what an answer would cost and what stays free. The request waits until the person has paid, "
            "for ten days at most; they can agree, or drop it at no cost."
        ),
        needs=permissions.HANDLE,
        states=frozenset({State.IN_REVIEW}),
        do=_announce_fee,
        to=State.AWAITING_REQUESTER,
        form=FeeForm,
        fits=fees.is_possible,
        writes=True,
    ),
    Act(
        name="payment",
        label="Record the payment",
        says=lambda _: (
            "The person has paid the fee as announced, and so agreed. The request goes on."
        ),
        needs=permissions.HANDLE,
        states=frozenset({State.AWAITING_REQUESTER, State.IN_REVIEW}),
        do=lambda request, form, actor: fees.record_payment(
            request, actor=actor, **form.cleaned_data
        ),
        form=PaymentForm,
        fits=lambda request: fees.payable(request) is not None,
    ),
    Act(
        name="extend",
        label="Extend",
        says=lambda _: (
            "The notice goes out at once, with the reasons as you write them. It gives more time only under the laws "
            "for which you choose a ground, and once."
        ),
        needs=permissions.DECIDE,
        states=_OPEN,
        do=_extend,
        form=ExtendForm,
        fits=extending.is_open_to_extension,
        writes=True,
    ),
    Act(
        name="promise",
        label="Promise a day",
        says=lambda _: (
            "The person is told at once by which day you answer. That day is kept and shown."
        ),
        needs=permissions.DECIDE,
        states=_OPEN,
        do=_promise,
        form=PromiseForm,
        fits=extending.is_open_to_promise,
        writes=True,
    ),
    Act(
        name="laws",
        label="Change laws",
        says=lambda _: (
            "Every open request of this case gets the dates of the laws that apply then."
        ),
        needs=permissions.DECIDE,
        states=_OPEN,
        do=_change_laws,
        form=LawsForm,
    ),
    Act(
        name="resume",
        label="Go on",
        says=_resume_says,
        needs=permissions.HANDLE,
        states=frozenset({State.AWAITING_REQUESTER}),
        do=lambda request, _, actor: lifecycle.advance(request, to=State.IN_REVIEW, actor=actor),
        to=State.IN_REVIEW,
    ),
    Act(
        name="retry",
        label="Retry",
        says=lambda _: (
            "A worker carries out what is left of the approved plan; what is done is not done again. "
            "If the cause is still there, the request stops once more."
        ),
        needs=permissions.DECIDE,
        states=frozenset({State.NEEDS_ATTENTION}),
        do=lambda request, _, actor: review.retry(request, actor=actor),
        to=State.EXECUTING,
    ),
    Act(
        name="mended",
        label="Set right by hand",
        says=lambda _: (
            "You confirm that you have set right what stopped the request. Your words are kept for the file, sealed. "
            "A worker then carries out what is left and looks again: your word alone closes nothing."
        ),
        needs=permissions.DECIDE,
        states=frozenset({State.NEEDS_ATTENTION}),
        do=lambda request, form, actor: review.retry(
            request, actor=actor, mended=form.cleaned_data["mended"]
        ),
        to=State.EXECUTING,
        form=MendedForm,
    ),
    Act(
        name="skip",
        label="Leave out what failed",
        says=lambda request: (
            f"{skipping.failed(request)} could not be read. The copy is made without this kind of record and its "
            "files; all the rest is in it. The answer says that it is held and could not be read, and ends as "
            "done in part. Your words are kept for the file, sealed."
        ),
        needs=permissions.DECIDE,
        states=frozenset({State.NEEDS_ATTENTION}),
        do=lambda request, form, actor: skipping.skip(request, actor=actor, **form.cleaned_data),
        to=State.EXECUTING,
        form=SkipForm,
        fits=lambda request: bool(skipping.failed(request)),
    ),
    Act(
        name="review",
        label="Back to review",
        says=lambda _: (
            "Nothing more is done on the old plan, and a second signature is void; what was done stays done. "
            "The request is decided anew: granted, granted in part, or refused with a ground and a letter."
        ),
        needs=permissions.DECIDE,
        states=frozenset({State.NEEDS_ATTENTION, State.APPROVED}),
        do=lambda request, _, actor: lifecycle.advance(request, to=State.IN_REVIEW, actor=actor),
        to=State.IN_REVIEW,
    ),
    Act(
        name="aside",
        label="Set aside",
        says=lambda _: (
            "The request is closed without being carried out, with the letter that it needs."
        ),
        needs=permissions.HANDLE,
        states=UNDECIDED,
        do=_set_aside,
        to=State.CLOSED,
        form=AsideForm,
        writes=True,
    ),
)


def open_to(request: Request, actor: Actor) -> list[Act]:
    """The acts that this actor may do now, in the order of the buttons."""
    return [act for act in ACTS if act.is_open(request, actor)]


def offered(request: Request, actor: Actor) -> list[tuple[Act, str]]:
    """The same, each with what follows from it, to be read before anything is opened."""
    return [(act, act.says(request)) for act in open_to(request, actor)]


def named(name: str) -> Act | None:
    """The act with this name."""
    return next((act for act in ACTS if act.name == name), None)
