"""What the caller disputes in their own records, and their words about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import Own, must_be_fresh
from dsar.api.strictness import Strict
from dsar.engine import annotating
from dsar.registers import disputes
from dsar.registers.annotation_models import Annotation

if TYPE_CHECKING:
    from rest_framework.request import Request as Call


class BesideSerializer(serializers.Serializer[Any]):
    """What is noted beside one value: a correction that was refused, or a source that says otherwise."""

    id = serializers.UUIDField()
    row = serializers.CharField()
    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member of that name
    kind = serializers.ChoiceField(choices=Annotation.Kind.choices)
    wanted = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # as above
    statement = serializers.CharField(allow_blank=True)
    noted_at = serializers.DateTimeField()


class AnnotationSerializer(BesideSerializer):
    """The same with the kind of record that it is about."""

    declaration = serializers.CharField()


class WordsSerializer(Strict):
    """The person's own words."""

    statement = serializers.CharField(max_length=disputes.LONGEST, allow_blank=True)


class Annotations(Own):
    """All of them."""

    @extend_schema(operation_id="annotations_list", responses=AnnotationSerializer(many=True))
    def get(self, call: Call) -> Response:
        """List what is noted beside your records: corrections that were refused, and sources that say otherwise."""
        must_be_fresh(call)
        person: Any = call.user.pk
        return Response([_told(one) for one in disputes.of(person)])


class OneAnnotation(Own):
    """One of them."""

    @extend_schema(
        operation_id="annotations_update", request=WordsSerializer, responses=AnnotationSerializer
    )
    def put(self, call: Call, pk: Any) -> Response:
        """Say in your own words what is wrong; it stands wherever the value does. Empty words take yours away."""
        must_be_fresh(call)
        found = _own(call, pk)
        given = WordsSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        disputes.state(found, given.validated_data["statement"])
        return Response(_told(found))

    @extend_schema(operation_id="annotations_destroy", responses={204: None})
    def delete(self, call: Call, pk: Any) -> Response:
        """Take a note away that you no longer want."""
        must_be_fresh(call)
        disputes.remove(_own(call, pk))
        return Response(status=HTTPStatus.NO_CONTENT)


def _own(call: Call, pk: Any) -> Annotation:
    person: Any = call.user.pk
    return get_object_or_404(disputes.of(person), pk=pk)


def _told(one: Annotation) -> dict[str, Any]:
    noted = annotating.in_words(one)
    return noted.said | {"label": noted.name, "declaration": one.declaration}
