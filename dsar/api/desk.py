"""Staff's side of whole cases: authority to ask for another, doubts about who asks, frozen cases."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import ForStaff, staff
from dsar.api.strictness import Strict
from dsar.cases import authority, freezing, identity, permissions, uploads
from dsar.cases.authority import Authority
from dsar.cases.models import Case
from dsar.engine import reception

if TYPE_CHECKING:
    from rest_framework.request import Request as Call

_NOTHING = OpenApiResponse(description="Done.")


class AuthoritySerializer(Strict):
    """What a representative showed."""

    kind = serializers.ChoiceField(choices=list(Authority))


class ReasonSerializer(Strict):
    """Why; sealed in the case, read by staff only."""

    reason = serializers.CharField(max_length=4000)


class DoubtfulSerializer(ReasonSerializer):
    """Why staff doubt, and what they need."""

    needed = serializers.CharField(
        max_length=1000, required=False, help_text="What exactly is needed; the requester reads it."
    )


class DoubtSerializer(serializers.Serializer[Any]):
    """What noting a doubt brought to light."""

    late = serializers.BooleanField(
        help_text="Whether more is asked later than three days after the request came; it should have been sooner."
    )


class _OnCase(ForStaff):
    """A call about one case."""

    needs = permissions.HANDLE

    def case_of(self, reference: str) -> Case:
        """The case; raises Http404."""
        return get_object_or_404(Case.objects.select_related("key"), reference=reference)


class AcceptAuthority(_OnCase):
    """Accepting that somebody may ask for another."""

    @extend_schema(
        operation_id="staff_cases_authority",
        request=AuthoritySerializer,
        responses={204: _NOTHING},
    )
    def post(self, call: Call, reference: str) -> Response:
        """Say which proof you saw and accept; a copy of it is not kept. What waited for it goes on."""
        given = AuthoritySerializer(data=call.data)
        given.is_valid(raise_exception=True)
        case = self.case_of(reference)
        authority.accept(case, kind=Authority(given.validated_data["kind"]), actor=staff(call))
        reception.look_again(case)
        return Response(status=HTTPStatus.NO_CONTENT)


class Doubt(_OnCase):
    """Doubting who asks."""

    @extend_schema(
        operation_id="staff_cases_doubt", request=DoubtfulSerializer, responses=DoubtSerializer
    )
    def post(self, call: Call, reference: str) -> Response:
        """Say why you doubt who asks, and ask them by letter for what you need; without a reason nothing is."""
        given = DoubtfulSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        late = identity.doubt(self.case_of(reference), actor=staff(call), **given.validated_data)
        return Response({"late": late})


class AllowPapers(_OnCase):
    """Allowing copies of papers."""

    needs = permissions.APPROVE

    @extend_schema(
        operation_id="staff_cases_papers", request=ReasonSerializer, responses={204: _NOTHING}
    )
    def post(self, call: Call, reference: str) -> Response:
        """Allow copies of papers for this case, with the reason why nothing less will do. They go once they served."""
        uploads.allow_papers(self.case_of(reference), actor=staff(call), reason=_reason(call))
        return Response(status=HTTPStatus.NO_CONTENT)


class Thaw(_OnCase):
    """Letting a frozen case go on."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_cases_thaw", request=ReasonSerializer, responses={204: _NOTHING}
    )
    def post(self, call: Call, reference: str) -> Response:
        """Let a case go on that somebody disowned, with the reason why."""
        freezing.thaw(self.case_of(reference), actor=staff(call), reason=_reason(call))
        return Response(status=HTTPStatus.NO_CONTENT)


def _reason(call: Call) -> str:
    given = ReasonSerializer(data=call.data)
    given.is_valid(raise_exception=True)
    return str(given.validated_data["reason"])
