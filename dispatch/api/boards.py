"""What the board needs besides the live feed: which cases are one's own, and numbers to decide about."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from agencies.apiview import ActorRequest, ApiView
from agencies.reference import RegionRef
from agencies.rest import body_of, wish_of
from dispatch import docs
from dispatch.api.feed import region_for
from dispatch.reading import Strict, uuid_of
from dispatch.rows import local
from events import clock
from events import selectors as events
from incidents import selectors as incidents
from incidents.models import NumberFlag
from incidents.services import flagging


class OwnIncidentsView(ApiView):
    @extend_schema(**docs.OWN_INCIDENTS)
    def get(self, request: ActorRequest) -> Response:
        """Open cases on which this person has acted."""
        region = region_for(request, "page.board")
        seen = incidents.visible_to(request.user).filter(region_id=region.code, status="open")
        ids = events.acted_on(actor_id=request.user.id, among=seen.values_list("id", flat=True))
        return Response({"incidents": [str(id_) for id_ in ids]})


class NumbersView(ApiView):
    @extend_schema(**docs.NUMBERS)
    def get(self, request: ActorRequest) -> Response:
        region, at = region_for(request, "call.list"), clock.now()
        flags = flagging.flags_of(request.user, region.code, at).select_related("decided_by")
        proposed = flagging.proposals_of(request.user, region.code, at)
        return Response(
            {
                "flags": [flag_answer(flag, region) for flag in flags],
                "proposed": [
                    {"call": str(one.call), "hint": one.hint, "calls": one.calls,
                     "last_at": local(one.last_at, region.tz)}
                    for one in proposed
                ],
            }
        )  # fmt: skip

    @extend_schema(**docs.FLAG_NUMBER)
    def post(self, request: ActorRequest) -> Response:
        read = Strict(body_of(request))
        call = uuid_of(read.text("call", required=True))
        if not call:
            read.fault("call", "bukan id")
        reason, days = read.text("reason", required=True), read.integer("days", required=True)
        read.finish({"call", "reason", "days"})
        done = flagging.flag_number(
            call_id=UUID(call),
            reason=reason[:200],
            days=days,
            actor=request.user,
            at=clock.now(),
            wish=wish_of(request),
        )
        return Response({"id": str(done.object_id)}, status=done.status)


def flag_answer(flag: NumberFlag, region: RegionRef) -> dict[str, Any]:
    return {
        "id": str(flag.id),
        "hint": flag.number_hint,
        "reason": flag.reason,
        "since": local(flag.since, region.tz),
        "until": local(flag.until, region.tz),
        "by": str(flag.decided_by) if flag.decided_by else "",
    }


class EndFlagView(ApiView):
    @extend_schema(**docs.END_FLAG)
    def post(self, request: ActorRequest, flag_id: UUID) -> Response:
        Strict(body_of(request)).finish(set())
        done = flagging.end_flag(flag_id=flag_id, actor=request.user, at=clock.now(), wish=wish_of(request))
        return Response({"id": str(done.object_id)}, status=done.status)
