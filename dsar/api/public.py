"""Filing without log-in, and the button behind a mailed link: the same answer for everybody, known or unknown (R16)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NoReturn

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from dsar.api import cases, throttles
from dsar.api.problems import ProblemError
from dsar.api.strictness import Strict
from dsar.cases import confirmations, contents
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.claims import Said
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case
from dsar.engine import reception
from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request as Call

OUTSIDE: Final = Actor(kind=ActorKind.REQUESTER)
_NEXT: Final = (
    "We have received your request. A mail is on its way to the address that you gave; please press the button behind "
    "its link. If no mail comes, write to us or come by: the contact stands here."
)
_DONE: Final = "Thank you. Whatever follows is mailed to you."
_MAY_GIVE: Final = "I may give you the data of the person I ask for."
_TEXT: Final = 20_000


class OnBehalfSerializer(Strict):
    """The person whose data it is, where somebody asks for another."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)
    permission = serializers.CharField(
        max_length=_TEXT,
        required=False,
        help_text="The signed permission, as text. It suffices where an agent opts out for somebody.",
    )


class AffirmedSerializer(OnBehalfSerializer):
    """The same from somebody who files for another themselves, and says that they may."""

    affirmed = serializers.BooleanField(
        help_text=f"“{_MAY_GIVE}” Only true is taken; the words are kept with the time."
    )

    def validate_affirmed(self, value: bool) -> bool:  # noqa: FBT001 - the framework's signature.
        """Refuse whoever may not."""
        if not value:
            raise serializers.ValidationError("Affirm that you may give this person's data.")
        return value


class OpenCorrectionSerializer(cases.CorrectionSerializer):
    """A field that is wrong; without a record it means every record in which it is."""

    row = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)


class OpenAskedSerializer(cases.AskedSerializer):
    """One right asked for without log-in."""

    corrections = OpenCorrectionSerializer(many=True, required=False, max_length=200)  # type: ignore[call-arg]  # it goes to the list


class NumberField(serializers.CharField):
    """Where calls and texts are to stop, whether or not a record holds the number (R122)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=suppression.LONGEST_NUMBER,
            required=False,
            help_text="With an objection to advertising: a telephone number at which it is to stop. Its HMAC is kept.",
            **kwargs,
        )


class OpenFilingSerializer(cases.FilingSerializer):
    """What somebody without log-in asks, and who they say they are. No identity number is ever asked for."""

    rights = OpenAskedSerializer(many=True, min_length=1, max_length=20)  # type: ignore[call-arg]  # as above
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)
    relation = serializers.ChoiceField(
        choices=Claim.Relation.choices, default=Claim.Relation.CUSTOMER
    )
    text = serializers.CharField(max_length=_TEXT, required=False)
    facts = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text="What you know of what we hold, such as `order_number`; it is compared, not noted.",
    )
    on_behalf = AffirmedSerializer(required=False)
    number = NumberField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Whoever asks for another says for whom; nobody else does."""
        if (attrs["relation"] in Claim.FOR_OTHERS) != ("on_behalf" in attrs):
            raise serializers.ValidationError({"on_behalf": [_whom(attrs["relation"])]})
        return attrs


def _whom(relation: str) -> str:
    if relation == Claim.Relation.COMPANY:
        return "Only people have these rights, not companies: say whose data it is."
    return "Say for whom, if you ask for another; leave it out if not."


class ReceivedSerializer(serializers.Serializer[Any]):
    """The same for everybody."""

    next = serializers.CharField()
    contact = serializers.CharField()


class PressedSerializer(Strict):
    """The token of a mailed link."""

    token = serializers.CharField(max_length=200)


class _Open(APIView):
    """A call that anybody may make."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def throttled(self, request: Call, wait: float) -> NoReturn:
        """Too often by this way; every other way stays open (R17)."""
        raise ProblemError(
            status=429,
            code="too_often",
            title="Too many requests by this way",
            detail=f"Wait as many seconds as `Retry-After` says, or write or come to us: {contents.contact()}",
            headers={"Retry-After": str(int(wait or 0) + 1)},
        )


class OpenFilings(_Open):
    """Filing without log-in."""

    throttle_classes = (throttles.OpenFilings, throttles.OpenFilingsOfOne)

    @extend_schema(
        operation_id="cases_create_openly",
        auth=[],
        request=OpenFilingSerializer,
        responses={202: ReceivedSerializer},
        examples=[
            OpenApiExample(
                "Somebody who ordered without account",
                value={
                    "name": "Reader O'Fiction",
                    "email": "reader@example.com",
                    "rights": [{"right": "access"}],
                    "facts": {"order_number": "T-000001"},
                },
                request_only=True,
            )
        ],
    )
    def post(self, call: Call) -> Response:
        """File a request without account. The answer is the same whether or not the address is known."""
        return _take_in(call)


class Confirmations(_Open):
    """The button behind a mailed link."""

    throttle_classes = (throttles.Codes,)

    @extend_schema(
        operation_id="confirmations_press",
        auth=[],
        request=PressedSerializer,
        responses={200: ReceivedSerializer},
    )
    def post(self, call: Call) -> Response:
        """Press the button behind a mailed link, once. Only a POST does anything: looking at a link burns none."""
        given = PressedSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        confirmations.press(given.validated_data["token"])
        return Response(_told(_DONE), headers={"Cache-Control": "no-store"})


def _take_in(call: Call) -> Response:
    given = OpenFilingSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    said = given.validated_data
    reception.file_openly(
        claimed(said),
        asked=[cases.asked(one) for one in said["rights"]],
        actor=OUTSIDE,
        channel=Case.Channel.API,
        language=said.get("language", settings.LANGUAGE_CODE),
        residence=said.get("residence", ""),
        number=said.get("number", ""),
    )
    return Response(_told(_NEXT), status=HTTPStatus.ACCEPTED)


def claimed(said: Mapping[str, Any]) -> Said:
    """What somebody says of themselves, as the cases keep it."""
    other = said.get("on_behalf", {})
    return Said(
        name=said["name"],
        address=said["email"],
        relation=said["relation"],
        text=said.get("text", ""),
        facts=said.get("facts", {}),
        for_name=other.get("name", ""),
        for_address=other.get("email", ""),
        permission=other.get("permission", ""),
        affirmed=_MAY_GIVE if other.get("affirmed") else "",
    )


def _told(what: str) -> dict[str, str]:
    return {"next": what, "contact": contents.contact()}
