"""The base of every map without tiles: a region's outline, its neighbours' outlines, names of its areas. Pure.

The shipped borders are coarse and indicative (agencies/geodata/README.md): good for finding one's way on a screen, not
for deciding which region a point lies in.
"""

from collections.abc import Iterable
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from agencies.reference import Reference, RegionRef

NEIGHBOUR_DEGREES = 0.25
"""Outlines that come this close to the region's box are drawn as neighbours (about 28 km)."""
FRAME_SHARE = 0.05
"""A part of the region smaller than this does not widen the first view: the Thousand Islands would shrink Jakarta."""
DECIMALS = 4  # eleven metres: finer than the borders are


def base_map(
    region: RegionRef, reference: Reference, boundaries: Iterable[tuple[str, dict[str, object]]]
) -> dict[str, Any]:
    """GeoJSON FeatureCollection: polygons with role `region` or `neighbour`, points with role `area` and a level."""
    outlines = {code: shape(geometry) for code, geometry in boundaries}  # type: ignore[arg-type]
    own = {code for code in outlines if _answered_by(code, reference) == region.code}
    if not own:
        return {"type": "FeatureCollection", "features": []}
    reach = shapely.box(*shapely.total_bounds([outlines[code] for code in own])).buffer(NEIGHBOUR_DEGREES)
    ground = sum(outlines[code].area for code in own)
    features = [
        _outline(code, outline, reference, "region" if code in own else "neighbour", outline.area / ground)
        for code, outline in outlines.items()
        if code in own or reach.intersects(outline)
    ]
    features.sort(key=lambda feature: feature["properties"]["role"])  # neighbours first: the region lies on top
    return {"type": "FeatureCollection", "features": [*features, *_areas(region)]}


def _answered_by(code: str, reference: Reference) -> str:
    centre = reference.centre_of(code)
    return centre.code if centre else code


def _outline(code: str, outline: shapely.Geometry, reference: Reference, role: str, share: float) -> dict[str, Any]:
    region = reference.region(code)
    rounded = shapely.set_precision(outline, 10**-DECIMALS)
    return {
        "type": "Feature",
        "properties": {
            "code": code,
            "name": region.name if region else code,
            "role": role,
            "frames": role == "region" and share >= FRAME_SHARE,
        },
        "geometry": mapping(rounded),
    }


def _areas(region: RegionRef) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "properties": {"code": area.code, "name": area.name, "role": "area", "level": area.level},
            "geometry": {
                "type": "Point",
                "coordinates": [round(area.lon, DECIMALS), round(area.lat, DECIMALS)],
            },
        }
        for area in region.areas.values()
        if area.lat is not None and area.lon is not None
    ]
