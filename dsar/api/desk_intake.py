"""What staff enter for somebody: by mail, post, telephone, in person or through an authority."""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api import cases
from dsar.api.callers import ForStaff, staff
from dsar.api.public import NumberField, OnBehalfSerializer, OpenAskedSerializer, claimed
from dsar.api.strictness import Strict
from dsar.cases import mail_reading, permissions, uploads
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case
from dsar.engine import reception

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request as Call

_CHANNELS = [
    Case.Channel.EMAIL,
    Case.Channel.POST,
    Case.Channel.PHONE,
    Case.Channel.IN_PERSON,
    Case.Channel.AUTHORITY,
]
_LONGEST = 4 * mail_reading.MOST_BYTES // 3 + 4
"""A message in base64."""


_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z"


class Base64Field(serializers.RegexField):
    """A message, as it was mailed, in base64."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_BASE64, max_length=_LONGEST, **kwargs)


def _read(value: str) -> mail_reading.Message:
    """A message in base64, read; raises ValidationError and MailUnreadableError."""
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise serializers.ValidationError("This is not base64.") from error
    return mail_reading.read(raw)


class ReadMailSerializer(Strict):
    """A message as it was mailed."""

    message = Base64Field(help_text="The .eml, in base64.")

    def validate_message(self, value: str) -> mail_reading.Message:
        """The message, read."""
        return _read(value)


class TakenInSerializer(cases.FilingSerializer):
    """A request as it came, with its true arrival."""

    rights = OpenAskedSerializer(many=True, min_length=1, max_length=20)  # type: ignore[call-arg]  # it goes to the list
    channel = serializers.ChoiceField(choices=_CHANNELS)
    received_at = serializers.DateTimeField(
        help_text="When it arrived, read or not; due dates are counted from here."
    )
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254, required=False)
    contact = serializers.CharField(
        max_length=500, required=False, help_text="Where the answer goes, if not by e-mail."
    )
    relation = serializers.ChoiceField(
        choices=Claim.Relation.choices, default=Claim.Relation.CUSTOMER
    )
    text = serializers.CharField(max_length=mail_reading.LONGEST_TEXT, required=False)
    facts = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    on_behalf = OnBehalfSerializer(required=False)
    number = NumberField()
    message = Base64Field(
        required=False,
        help_text="The message that it came in, in base64; the files in it are sealed and kept.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The answer must go somewhere, and whoever asks for another says for whom."""
        if not attrs.get("email") and not attrs.get("contact"):
            raise serializers.ValidationError({"contact": ["Say where the answer should go."]})
        for_another = attrs["relation"] in Claim.FOR_OTHERS
        asked = attrs["relation"] == Claim.Relation.COMPANY
        if for_another != ("on_behalf" in attrs) and not asked:
            raise serializers.ValidationError(
                {
                    "on_behalf": [
                        "Say for whom, if it is for another; a company may be asked for the person."
                    ]
                }
            )
        return attrs

    def validate_message(self, value: str) -> mail_reading.Message:
        """The message, read."""
        return _read(value)


class EnteredCaseSerializer(serializers.Serializer[Any]):
    """The case that was made, and earlier cases that look like it."""

    reference = serializers.CharField()
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    looks_like = serializers.ListField(child=serializers.CharField())
    flags = serializers.ListField(child=serializers.CharField())


class PrefilledFileSerializer(serializers.Serializer[Any]):
    """A file in a message."""

    name = serializers.CharField()
    media_type = serializers.CharField()
    bytes = serializers.IntegerField()


class PrefilledSerializer(serializers.Serializer[Any]):
    """What a message says, to be looked at before it is filed."""

    name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField(allow_null=True)
    files = PrefilledFileSerializer(many=True)


class TakeIn(ForStaff):
    """Entering a request for somebody."""

    needs = permissions.TAKE_IN

    @extend_schema(
        operation_id="staff_cases_create",
        request=TakenInSerializer,
        responses={201: EnteredCaseSerializer},
    )
    def post(self, call: Call) -> Response:
        """Enter what came by mail, post, telephone, in person or through an authority, with when it arrived."""
        given = TakenInSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            case = _take_in(call, given.validated_data)
        return Response(_entered(case), status=HTTPStatus.CREATED)


class ReadMail(ForStaff):
    """Reading a message before it is filed."""

    needs = permissions.TAKE_IN

    @extend_schema(
        operation_id="staff_mail_read",
        request=ReadMailSerializer,
        responses=PrefilledSerializer,
    )
    def post(self, call: Call) -> Response:
        """Read an .eml: sender, arrival, text and files, to be filled in. Nothing of it is kept."""
        given = ReadMailSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        found: mail_reading.Message = given.validated_data["message"]
        return Response(
            {
                "name": found.name,
                "email": found.address,
                "subject": found.subject,
                "text": found.text,
                "received_at": found.received_at,
                "files": [
                    {"name": one.name, "media_type": one.media_type, "bytes": len(one.content)}
                    for one in found.files
                ],
            },
            headers={"Cache-Control": "no-store"},
        )


def _take_in(call: Call, said: Mapping[str, Any]) -> Case:
    address = said.get("email", "")
    case = reception.take_in(
        claimed({**said, "email": address}),
        asked=[cases.asked(one) for one in said["rights"]],
        actor=staff(call),
        channel=said["channel"],
        language=said.get("language", settings.LANGUAGE_CODE),
        residence=said.get("residence", ""),
        contact=address or said["contact"],
        received_at=said["received_at"],
        number=said.get("number", ""),
    )
    message: mail_reading.Message | None = said.get("message")
    for one in message.files if message else ():
        uploads.keep(case, name=one.name, media_type=one.media_type, content=one.content)
    return case


def _entered(case: Case) -> dict[str, Any]:
    first = case.requests.order_by("due_at")[0]
    return {
        "reference": case.reference,
        "received_at": case.received_at,
        "due_at": first.due_at,
        "looks_like": sorted(reception.looks_like(case)),
        "flags": Claim.objects.get(case=case).flags,
    }
