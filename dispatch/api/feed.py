"""The board and the events behind the live feed, for everybody who fetches instead of listening."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from agencies.access import Actor
from agencies.apiview import ActorRequest, ApiView
from agencies.problems import Malformed, Reset
from agencies.rest import allow
from agencies.rowlevel import repeatable_sight
from dispatch import docs, likeness, radar, selectors, timetravel
from dispatch.api.pages import limit_of
from dispatch.frames import Frames
from dispatch.parsing import read_moment
from dispatch.rows import local
from events import clock
from events import selectors as events

KEPT = 200_000
"""Events further back than this are not followed any more: fetch the board."""


def region_for(request: ActorRequest, permission: str) -> Any:
    code = request.query_params.get("region", "")
    if not code:
        raise Malformed(errors=[{"field": "region", "message": "wajib diisi"}])
    region = selectors.region_or_404(code)
    allow(request.user, permission, region.code)
    return region


class BoardView(ApiView):
    reads_in_sight = False

    @extend_schema(**docs.BOARD)
    def get(self, request: ActorRequest) -> Response:
        region = region_for(request, "board.view")
        actor: Actor = request.user
        if at := read_moment(request.query_params.get("at"), clock.now()):
            with repeatable_sight(actor):
                then = timetravel.board_at(actor, region, at)
            return Response({"as_of": local(at, region.tz), "region": region.code} | then)
        with repeatable_sight(actor):  # seq and rows from one snapshot
            head = events.head()
            rows = selectors.board_of(actor, region)
            units = selectors.unit_rows_for(actor, region)
        return Response(
            {"seq": head.seq, "epoch": head.epoch, "region": region.code, "incidents": rows, "units": units}
        )


class BurstsView(ApiView):
    @extend_schema(**docs.BURSTS)
    def get(self, request: ActorRequest) -> Response:
        region = region_for(request, "board.view")
        found = radar.bursts_now(request.user, region, at=clock.now())
        return Response({"region": region.code, "bursts": likeness.bursts_answer(found, region)})


class EventsView(ApiView):
    @extend_schema(**docs.EVENTS)
    def get(self, request: ActorRequest) -> Response:
        region = region_for(request, "events.follow")
        after = _seq(request.query_params.get("after", "0"))
        limit = limit_of(request.query_params.get("limit"), 200, 1000)
        head = events.head()
        epoch = request.query_params.get("epoch")
        if (epoch and epoch != head.epoch) or after > head.seq or after < head.seq - KEPT:
            raise Reset(epoch=head.epoch, head=head.seq)
        logged = events.public_after(after, upto=head.seq, region=region.code, limit=limit + 1)
        page, more = logged[:limit], len(logged) > limit
        frames = Frames(request.user, region).of(page, after)
        upto = page[-1].seq if more else head.seq
        return Response({"events": frames, "next": upto, "more": more, "head": head.seq, "epoch": head.epoch})


def _seq(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise Malformed(errors=[{"field": "after", "message": "harus bilangan"}])
    return int(value)
