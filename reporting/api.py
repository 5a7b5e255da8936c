"""The figures of the wall. Counts and times of a region's day: nothing of a person, nothing of a confidential case."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.response import Response

from agencies.access import Actor
from agencies.apiview import ActorRequest, ApiView
from agencies.problems import Malformed
from agencies.reference import RegionRef
from agencies.rest import allow
from dispatch.rows import local
from dispatch.selectors import region_or_404
from reporting import kpi, selectors
from reporting.release import release

STAGES = ("acknowledge", "arrive")


class FiguresView(ApiView):
    @extend_schema(
        operation_id="figures", summary="Angka hari ini untuk layar dinding", responses=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("region", str, required=True)],
    )  # fmt: skip
    def get(self, request: ActorRequest) -> Response:
        code = request.query_params.get("region", "")
        if not code:
            raise Malformed(errors=[{"field": "region", "message": "wajib diisi"}])
        region = region_or_404(code)
        allow(request.user, "page.wall", region.code)
        now = timezone.now()
        since = selectors.midnight_of(region, now)
        steps = list(selectors.step_times(request.user, region, since))
        return Response(
            {
                "region": region.code,
                "at": local(now, region.tz),
                "release": release(),
                "incidents": selectors.incidents_since(request.user, region, since),
                "calls": _calls(request.user, region, since, now),
                "agencies": {stage: _paces(steps, stage, region, now) for stage in STAGES},
                "notices": [
                    {"kind": row.kind, "text": row.text, "until": local(row.until_at, region.tz)}
                    for row in selectors.notices(region, now)
                ],
                "paused": _paused(region, now),
            }
        )


def _calls(actor: Actor, region: RegionRef, since: datetime, now: datetime) -> dict[str, Any] | None:
    """None for somebody who may not count calls (an agency's head): a zero would be a lie."""
    if region.code not in actor.regions():
        return None
    calls = selectors.call_times(actor, region, since)
    target = next((t.seconds for t in region.targets if t.stage == "answer" and not t.type), None)
    day = kpi.calls_of_day(calls, since=since, now=now, target=target)
    return {
        "hours": [[hour.answered, hour.abandoned, hour.waiting] for hour in day.hours],
        "answered": day.answered,
        "abandoned": day.abandoned,
        "waiting": day.waiting,
        "answer": _spread(day.answer) | {"target": target},
    }


def _spread(found: kpi.Spread) -> dict[str, Any]:
    return {"n": found.n, "in_time": found.in_time, "p50": found.p50, "p90": found.p90}


def _paces(steps: list[kpi.StepTimes], stage: str, region: RegionRef, now: datetime) -> dict[str, Any]:
    """`ranked`: agencies with enough cases, the most reliable first; `few`: how many agencies have fewer."""
    found = kpi.paces(steps, stage=stage, now=now)
    ranked = kpi.ranked(found)
    return {
        "fewest": kpi.FEWEST,
        "few": len(found) - len(ranked),
        "ranked": [
            {"agency": _name(region, pace.agency), "open": pace.open, "target": [pace.least, pace.most],
             **_spread(pace.spread)}
            for pace in ranked
        ],
    }  # fmt: skip


def _name(region: RegionRef, code: str) -> str:
    agency = region.agencies.get(code)
    return (agency.short or agency.name) if agency else code


def _paused(region: RegionRef, now: datetime) -> list[dict[str, Any]]:
    return [
        {"agency": agency.short or agency.name, "until": local(agency.paused_until, region.tz)}
        for agency in region.agencies.values()
        if agency.paused_until is not None and now < agency.paused_until
    ]
