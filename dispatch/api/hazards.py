"""Where it is dangerous now: read by every map of a region, drawn and ended by its desk."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from agencies import caches
from agencies.apiview import ActorRequest, ApiView
from agencies.rest import allow, body_of, wish_of
from dispatch import docs
from dispatch.api.feed import region_for
from dispatch.reading import Strict
from dispatch.selectors import region_or_404
from events import clock
from incidents.models import HazardArea
from incidents.selectors import hazard_row, hazards_in_force
from incidents.services import hazards

_FIELDS = {"region", "kind", "name", "hours", "outline", "areas"}


class HazardsView(ApiView):
    @extend_schema(**docs.HAZARDS)
    def get(self, request: ActorRequest) -> Response:
        region = region_for(request, "map.view")
        rows = hazards_in_force(request.user, region.code, clock.now())
        return Response({"results": [hazard_row(row, region.tz) for row in rows]})

    @extend_schema(**docs.DRAW_HAZARD)
    def post(self, request: ActorRequest) -> Response:
        body = body_of(request)
        read = Strict(body)
        region = region_or_404(read.text("region", required=True))
        allow(request.user, "hazard.draw", region.code)
        new = hazards.NewHazard(
            kind=read.one_of("kind", HazardArea.Kind.values, required=True),
            name=read.text("name", required=True).strip()[:80], hours=read.integer("hours", required=True),
            outline=body.get("outline"), areas=_codes(read, body.get("areas")),
        )  # fmt: skip
        if (new.outline is None) == (not new.areas):
            read.fault("outline", "isi outline atau areas, salah satu")
        read.finish(_FIELDS)
        done = hazards.draw_hazard(new=new, region=region, actor=request.user, at=clock.now(), wish=wish_of(request))
        row = HazardArea.objects.get(id=done.object_id)
        return Response(hazard_row(row, region.tz), status=done.status)


def _codes(read: Strict, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or len(value) > 100:
        read.fault("areas", "harus daftar kode wilayah, paling banyak 100")
        return ()
    return tuple(dict.fromkeys(value))


class EndHazardView(ApiView):
    @extend_schema(**docs.END_HAZARD)
    def post(self, request: ActorRequest, hazard_id: UUID) -> Response:
        Strict(body_of(request)).finish(set())
        done = hazards.end_hazard(
            hazard_id=hazard_id, regions=caches.reference().region, actor=request.user, at=clock.now(),
            wish=wish_of(request),
        )  # fmt: skip
        row = HazardArea.objects.get(id=done.object_id)
        return Response(hazard_row(row, region_or_404(row.region_id).tz))
