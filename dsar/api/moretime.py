"""Staff's acts on a request's time: extend it, promise a day, change the laws of its case, enter a holiday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dsar.api.callers import ForStaff, staff
from dsar.api.queue import InFullSerializer, OnOne, in_full
from dsar.api.strictness import Strict
from dsar.cases import attaching, extending, holidays, permissions, preserving
from dsar.cases.delays import Holiday
from dsar.cases.models import Case

if TYPE_CHECKING:
    from rest_framework.request import Request as Call

_LONGEST = 10_000


class ExtensionSerializer(Strict):
    """An extension, under each law that is to give more time."""

    grounds = serializers.DictField(
        child=serializers.CharField(max_length=60), help_text="A ground under each law named."
    )
    reasons = serializers.CharField(
        max_length=_LONGEST, help_text="The person reads them in the notice."
    )


class PromiseSerializer(Strict):
    """The day by which the answer is promised."""

    until = serializers.DateField()
    reasons = serializers.CharField(max_length=_LONGEST, help_text="As above.")


class PreservationSerializer(Strict):
    """Until when a refused copy is kept."""

    until = serializers.DateField()
    reason = serializers.CharField(
        max_length=_LONGEST, write_only=True, help_text="For the ledger, as a digest."
    )


class LawsSerializer(Strict):
    """One law to add to a case, or to take away."""

    add = serializers.CharField(max_length=12, required=False, default="")
    remove = serializers.CharField(max_length=12, required=False, default="")
    reason = serializers.CharField(max_length=_LONGEST, help_text="For the file, sealed.")


class AttachedSerializer(serializers.Serializer[Any]):
    """The laws of a case, and which could be added or taken away."""

    laws = serializers.ListField(child=serializers.CharField())
    attachable = serializers.ListField(child=serializers.CharField())
    detachable = serializers.ListField(child=serializers.CharField())


class HolidaySerializer(Strict):
    """What is known of a day."""

    country = serializers.RegexField(r"^[A-Z]{2}\Z")
    part = serializers.RegexField(r"^[A-Z0-9]{1,3}\Z", required=False, allow_blank=True, default="")
    day = serializers.DateField()
    free = serializers.BooleanField(default=True, help_text="False: it is worked after all.")
    name = serializers.CharField(max_length=120)


class EnteredSerializer(HolidaySerializer):
    """An entry, whose number is the version of the calendar."""

    version = serializers.IntegerField()


class MovedSerializer(serializers.Serializer[Any]):
    """How many open requests got another date."""

    moved = serializers.IntegerField()


class Extend(OnOne):
    """Taking more time."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_requests_extend",
        request=ExtensionSerializer,
        responses=InFullSerializer,
        examples=[
            OpenApiExample(
                "Extend",
                value={"grounds": {"EU": "complexity"}, "reasons": "Four archives are searched."},
                request_only=True,
            )
        ],
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Extend, once under each law, within the first period; the notice is written with it."""
        given = ExtensionSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        extending.extend(self.request_of(pk), actor=staff(call), **given.validated_data)
        return Response(in_full(self.request_of(pk)))


class Promise(OnOne):
    """Telling the day of the answer."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_requests_promise", request=PromiseSerializer, responses=InFullSerializer
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Promise the day of the answer where a law lets that move the date; may be done again, each time in time."""
        given = PromiseSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        extending.promise(self.request_of(pk), actor=staff(call), **given.validated_data)
        return Response(in_full(self.request_of(pk)))


class Preserve(OnOne):
    """Keeping a refused copy longer."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_requests_preserve",
        request=PreservationSerializer,
        responses=PreservationSerializer,
    )
    def post(self, call: Call, pk: Any) -> Response:
        """Keep what was refused until a later day, while an authority or a court looks at the refusal."""
        given = PreservationSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        preserving.prolong(self.request_of(pk), actor=staff(call), **given.validated_data)
        return Response({"until": given.validated_data["until"]})


class Laws(ForStaff):
    """The laws of a case."""

    needs = permissions.DECIDE

    @extend_schema(operation_id="staff_laws_retrieve", responses=AttachedSerializer)
    def get(self, _: Call, reference: str) -> Response:
        """Read which laws apply, and which could be added or taken away."""
        return Response(_attached(get_object_or_404(Case, reference=reference)))

    @extend_schema(
        operation_id="staff_laws_change", request=LawsSerializer, responses=AttachedSerializer
    )
    def post(self, call: Call, reference: str) -> Response:
        """Add one law or take one away; every open request's dates are counted anew."""
        given = LawsSerializer(data=call.data)
        given.is_valid(raise_exception=True)
        case = get_object_or_404(Case, reference=reference)
        changed = attaching.change(case, actor=staff(call), **given.validated_data)
        return Response(_attached(changed))


class Holidays(ForStaff):
    """What staff know better of a day than the calendar."""

    needs = permissions.DECIDE

    @extend_schema(
        operation_id="staff_holidays_list", responses=EnteredSerializer(many=True), filters=False
    )
    def get(self, _: Call) -> Response:
        """List what was entered, the last word first, at most 500."""
        return Response([_entered(one) for one in Holiday.objects.order_by("-id")[:500]])

    @extend_schema(
        operation_id="staff_holidays_enter", request=HolidaySerializer, responses=MovedSerializer
    )
    def post(self, call: Call) -> Response:
        """Enter a day; open requests whose date moves get an entry each."""
        given = HolidaySerializer(data=call.data)
        given.is_valid(raise_exception=True)
        moved = holidays.enter(actor=staff(call), **given.validated_data)
        return Response({"moved": moved})


def _attached(case: Case) -> dict[str, Any]:
    return {
        "laws": case.regimes,
        "attachable": attaching.attachable(case),
        "detachable": attaching.detachable(case),
    }


def _entered(one: Holiday) -> dict[str, Any]:
    return {
        "country": one.country,
        "part": one.part,
        "day": one.day,
        "free": one.free,
        "name": one.name,
        "version": one.pk,
    }
