"""Drawing where it is dangerous, and taking it back before its time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.utils.translation import gettext as _

from agencies import terrain
from agencies.access import Actor, can
from agencies.problems import Malformed, NotPermitted, NotVisible, Unprocessable
from agencies.reference import RegionRef
from agencies.writing import writing
from events.services import Answered, Fact, Intent
from incidents.hazardshapes import BadShape, as_geojson, circle, drawn, joined
from incidents.models import HazardArea
from incidents.selectors import hazard_row, hazards_in_force
from incidents.vault import user_id

MOST_HOURS = 72
MOST_IN_FORCE = 50


@dataclass(frozen=True, slots=True)
class NewHazard:
    """`outline`: corners `[[lat, lon], …]`, else `areas`: codes of areas of the region. `hours`: 1–MOST_HOURS."""

    kind: str
    name: str
    hours: int
    outline: Any = None
    areas: Sequence[str] = ()


def draw_hazard(*, new: NewHazard, region: RegionRef, actor: Actor, at: datetime,
                wish: Intent | None = None) -> Answered:  # fmt: skip
    """Keep a hazard area and tell every map of the region. Raises Unprocessable when its shape cannot be used."""
    if not 1 <= new.hours <= MOST_HOURS:
        raise Malformed(errors=[{"field": "hours", "message": _("1 sampai %(most)d") % {"most": MOST_HOURS}}])
    try:
        geometry = as_geojson(_shape(new, region))
    except BadShape as error:
        raise Unprocessable(str(error)) from error
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        if hazards_in_force(actor, region.code, at).count() >= MOST_IN_FORCE:
            raise Unprocessable(_("Sudah ada %(n)d kawasan. Akhiri yang tidak berlaku lagi.") % {"n": MOST_IN_FORCE})
        row = HazardArea.objects.create(
            region_id=region.code, kind=new.kind, name=new.name, geometry=geometry, areas=list(new.areas),
            drawn_by_id=user_id(actor), drawn_by_label=actor.label, created_at=at,
            expires_at=at + timedelta(hours=new.hours),
        )  # fmt: skip
        write.record([_fact("hazard.drawn", row, region)])
        return write.done(region=region.code, kind="hazard", id=row.id, version=1, status=201)


def _shape(new: NewHazard, region: RegionRef) -> shapely.Geometry:
    if new.outline is not None:
        return drawn(new.outline)
    return joined(_area(region, code) for code in new.areas)


def _area(region: RegionRef, code: str) -> shapely.Geometry:
    area = region.areas.get(code)
    if area is None:
        raise BadShape(_("Wilayah tidak dikenal."))
    found = terrain.terrain().shape_of(region.code, code)
    if found is not None:
        return found.shape
    if area.lat is None or area.lon is None:
        raise BadShape(_("Letak %(name)s tidak diketahui; gambarlah di peta.") % {"name": area.name})
    return circle(area.lat, area.lon, terrain.radius_of(region, code))


def end_hazard(*, hazard_id: uuid.UUID, regions: Any, actor: Actor, at: datetime,
               wish: Intent | None = None) -> Answered:  # fmt: skip
    """The danger is over. `regions`: code → region, as configured. Raises NotVisible, NotPermitted."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        row = HazardArea.objects.select_for_update(of=("self",)).filter(id=hazard_id).first()
        region = regions(row.region_id) if row else None
        if row is None or region is None or row.region_id not in actor.all_regions:
            raise NotVisible
        if not can(actor, "hazard.draw", row.region_id):
            raise NotPermitted
        if row.ended_at is None:
            row.ended_at, row.ended_by_label = at, actor.label
            row.save(update_fields=["ended_at", "ended_by_label"])
            write.record([_fact("hazard.ended", row, region)])
        return write.done(region=row.region_id, kind="hazard", id=row.id, version=2)


def _fact(kind: str, row: HazardArea, region: RegionRef) -> Fact:
    """For every map of the region: the desk, the wall and all its agencies."""
    agencies = {agency.id: "full" for agency in region.agencies.values()}
    sight = {"agencies": agencies, "users": {}, "confidential": False}
    codes = tuple(sorted(agency.code for agency in region.agencies.values()))
    data = {"hazard": hazard_row(row, region.tz), "sight": sight}
    return Fact(kind=kind, region=region.code, data=data, agency_codes=codes)
