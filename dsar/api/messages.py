"""Correspondence and complaints: the requester's side, logged in or by mailed link and code, and staff's side."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from dsar.api.answers import BY_LINK, opened
from dsar.api.callers import ByLink, ForStaff, Own, cases_of, requester
from dsar.api.strictness import Strict
from dsar.cases import files, messages, permissions
from dsar.cases.files import FileRefusedError
from dsar.cases.models import Case, Request

if TYPE_CHECKING:
    from rest_framework.request import Request as Call

    from dsar.cases.actors import Actor


class AttachmentSerializer(serializers.Serializer[Any]):
    """A file beside a message."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()


class MessageSerializer(serializers.Serializer[Any]):
    """One message."""

    id = serializers.UUIDField()
    sender = serializers.CharField()
    written_at = serializers.DateTimeField()
    request = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()
    answer_by = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    attachments = AttachmentSerializer(many=True)


class WrittenSerializer(Strict):
    """What a requester writes."""

    text = serializers.CharField(max_length=10_000)


class ReplySerializer(WrittenSerializer):
    """The same with files, where the call is a form."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        max_length=files.MOST_FILES,
    )


WRITTEN_OR_FORM = {
    "application/json": WrittenSerializer,
    "multipart/form-data": ReplySerializer,
}


class AnyFileRenderer(BaseRenderer):
    """Lets a caller ask for any type; the file itself is sent past it."""

    media_type = "application/octet-stream"
    format = "file"
    render_style = "binary"

    def render(self, data: Any, *_context: Any, **_more: Any) -> bytes:
        """Render what stands in the file's place, an error, as JSON."""
        return JSONRenderer().render(data)


class Messages(Own):
    """The correspondence of one's own case."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(operation_id="messages_list", responses=MessageSerializer(many=True))
    def get(self, call: Call, reference: str) -> Response:
        """Read what you and staff wrote to each other in one of your cases."""
        return Response(messages.of(_own(call, reference)))

    @extend_schema(
        operation_id="messages_create", request=WRITTEN_OR_FORM, responses={201: MessageSerializer}
    )
    def post(self, call: Call, reference: str) -> Response:
        """Write to staff, or answer what they asked; a request that waited for you goes on."""
        return _reply(call, _own(call, reference), actor=requester(call))


class OneAttachment(Own):
    """A file of one's own case."""

    renderer_classes = (JSONRenderer, AnyFileRenderer)

    @extend_schema(
        operation_id="attachments_download",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, call: Call, reference: str, pk: Any) -> HttpResponse:
        """Fetch a file that was sent with a message of one of your cases."""
        return _file(_own(call, reference), pk)


class AnswerByLink(ByLink):
    """Writing without account."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(
        operation_id="answer_message",
        auth=[],
        parameters=BY_LINK,
        request=WRITTEN_OR_FORM,
        responses={201: MessageSerializer},
    )
    def post(self, call: Call) -> Response:
        """Answer what staff asked, without account, by the mailed link and a mailed code, which works once."""
        _checked(call)
        actor = opened(call)
        return _reply(call, get_object_or_404(Case, pk=actor.case), actor=actor)


class StaffMessages(ForStaff):
    """The correspondence of a request's case, for staff."""

    needs = permissions.HANDLE

    @extend_schema(operation_id="staff_messages_list", responses=MessageSerializer(many=True))
    def get(self, call: Call, pk: Any) -> Response:
        """Read what the requester and staff wrote to each other in the case of this request."""
        return Response(messages.of(_of_request(pk)))


class StaffAttachment(ForStaff):
    """A file of a request's case, for staff."""

    needs = permissions.HANDLE
    renderer_classes = (JSONRenderer, AnyFileRenderer)

    @extend_schema(
        operation_id="staff_attachments_download",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, call: Call, pk: Any, attachment: Any) -> HttpResponse:
        """Fetch a file that was sent with a message."""
        return _file(_of_request(pk), attachment)


def _own(call: Call, reference: str) -> Case:
    return get_object_or_404(cases_of(call).select_related("key"), reference=reference)


def _of_request(pk: Any) -> Case:
    return get_object_or_404(Request.objects.select_related("case__key"), pk=pk).case


def _checked(call: Call) -> dict[str, Any]:
    given = ReplySerializer(data=call.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _reply(call: Call, case: Case, *, actor: Actor) -> Response:
    said = _checked(call)
    sent = [
        files.File(name=one.name or "", content=one.read(files.MOST_BYTES + 1))
        for one in said.get("files", [])
    ]
    try:
        message = messages.reply(case, text=said["text"], actor=actor, attached=sent)
    except FileRefusedError as error:
        raise serializers.ValidationError({"files": [str(error)]}) from error
    (shown,) = [one for one in messages.of(case) if one["id"] == message.pk]
    return Response(shown, status=HTTPStatus.CREATED)


def _file(case: Case, pk: Any) -> HttpResponse:
    found = messages.attachment(case, pk)
    if found is None:
        raise Http404
    _, media_type, content = found
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
