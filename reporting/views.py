"""The wall of the command room, and the ministry's view of who is how far."""

from collections import Counter
from typing import Any

from django.http import HttpRequest

from agencies import caches
from agencies.access import Actor
from agencies.models.region import Region, Stage
from agencies.reference import RegionRef
from agencies.views import page


@page("page.wall", "wall", "reporting/wall.html")
def wall(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """Board rows only, without scrolling, readable from five metres. The script adds them."""


@page("page.national", "national", "reporting/national.html", live=False)
def national(request: HttpRequest, actor: Actor, region: None, context: dict[str, Any]) -> None:
    """How many kabupaten and kota stand at which step, by province. No incidents, no figures of single centres."""
    regions = list(caches.reference().regions.values())
    provinces = {r.code: r.name for r in regions if r.kind == Region.Kind.PROVINCE}
    table: dict[str, Counter[str]] = {code: Counter() for code in provinces}
    for region_ in regions:
        if region_.kind != Region.Kind.PROVINCE:
            centre = caches.reference().centre_of(region_.code) or region_  # the six of DKI are served by the province
            table.setdefault(region_.code.split(".")[0], Counter())[centre.stage] += 1
    total = sum(table.values(), Counter())
    context["stages"] = [{"label": stage.label, "count": total[stage.value]} for stage in Stage]
    context["regions_total"] = total.total()
    context["provinces"] = [
        {"name": provinces.get(code, code), "counts": [row[stage.value] for stage in Stage], "total": row.total()}
        for code, row in sorted(table.items())
        if row.total()
    ]
