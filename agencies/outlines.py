"""`/peta/<region>/<area>.json`: how far an area reaches, for maps that show what is known of a place."""

from typing import Any

import shapely
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from shapely.geometry import mapping

from agencies import caches, terrain
from agencies.access import can
from agencies.reference import AreaRef, RegionRef
from agencies.views import actor_of

FINE_DEGREES = 0.00005  # five metres: finer than any line on a screen of a whole village


@require_safe
@login_required
def area_map(request: HttpRequest, region: str, area: str) -> HttpResponse:
    """A GeoJSON feature: the imported outline, else the middle with an assumed `radius_m`."""
    if not can(actor_of(request), "map.view"):
        raise PermissionDenied
    known = caches.reference().region(region)
    named = known.areas.get(area) if known else None
    if known is None or named is None:
        raise Http404
    response = JsonResponse(_feature(known, named), content_type="application/geo+json")
    response["Cache-Control"] = "private, max-age=60"
    return response


def _feature(region: RegionRef, area: AreaRef) -> dict[str, Any]:
    found = terrain.terrain().shape_of(region.code, area.code)
    properties: dict[str, Any] = {"code": area.code, "name": area.name, "level": area.level, "radius_m": None}
    if found is not None:
        geometry = mapping(shapely.simplify(found.shape, FINE_DEGREES))
    elif area.lat is not None and area.lon is not None:
        geometry = {"type": "Point", "coordinates": [area.lon, area.lat]}
        properties["radius_m"] = round(terrain.radius_of(region, area.code))
    else:
        raise Http404
    return {"type": "Feature", "properties": properties, "geometry": geometry}
