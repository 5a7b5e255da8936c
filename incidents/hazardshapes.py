"""The shape of a hazard area: read from what a hand drew or from outlines of areas, and what lies inside. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry import mapping, shape

LEAST_CORNERS, MOST_CORNERS = 3, 200
WEST, SOUTH, EAST, NORTH = 94.0, -11.5, 142.0, 6.5
"""Indonesia's box, WGS 84 degrees."""
WIDEST_DEGREES = 3.0
"""An area wider than this (330 km) is a slip of the hand."""
DECIMALS = 5  # a metre
CORNERS_KEPT = 400
_METRES_PER_DEGREE = 111_320.0


class BadShape(Exception):
    """What is wrong with it, for the person who drew it."""


def drawn(corners: Any) -> shapely.Geometry:
    """The polygon through `[[lat, lon], …]`. Raises BadShape."""
    if not isinstance(corners, list) or not LEAST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise BadShape(f"Kawasan perlu {LEAST_CORNERS}–{MOST_CORNERS} titik sudut.")
    polygon = shapely.Polygon([_lon_lat(corner) for corner in corners])
    if not polygon.is_valid or polygon.area == 0:
        raise BadShape("Garis kawasan tidak boleh saling memotong.")
    return _sized(polygon)


def _lon_lat(corner: Any) -> tuple[float, float]:
    if not isinstance(corner, list | tuple) or len(corner) != 2 or not all(map(_is_number, corner)):
        raise BadShape("Titik sudut harus berupa pasangan lintang dan bujur.")
    lat, lon = corner
    if not (SOUTH <= lat <= NORTH and WEST <= lon <= EAST):
        raise BadShape("Kawasan di luar Indonesia.")
    return float(lon), float(lat)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def circle(lat: float, lon: float, metres: float) -> shapely.Geometry:
    """Around the middle of an area whose outline is not known."""
    wide, high = metres / (_METRES_PER_DEGREE * math.cos(math.radians(lat))), metres / _METRES_PER_DEGREE
    corners = [(lon + wide * math.cos(a), lat + high * math.sin(a)) for a in (n * math.pi / 16 for n in range(32))]
    return shapely.Polygon(corners)


def joined(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """One shape of several outlines. Raises BadShape."""
    whole = shapely.union_all(list(shapes))
    if whole.is_empty:
        raise BadShape("Pilih sedikitnya satu wilayah.")
    step = 0.00005
    while shapely.get_num_coordinates(whole) > CORNERS_KEPT and step < 0.01:
        whole, step = shapely.simplify(whole, step), step * 2
    return _sized(whole)


def _sized(whole: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = whole.bounds
    if east - west > WIDEST_DEGREES or north - south > WIDEST_DEGREES:
        raise BadShape("Kawasan terlalu luas.")
    return whole


def as_geojson(whole: shapely.Geometry) -> dict[str, Any]:
    """A GeoJSON geometry, rounded to a metre."""
    geometry = mapping(whole)
    return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else [_rounded(one) for one in value]


def inside(geometries: Sequence[Mapping[str, Any]], lat: float | None, lon: float | None) -> list[int]:
    """Which of these GeoJSON geometries hold a point; the edge counts as inside."""
    if lat is None or lon is None:
        return []
    point = shapely.Point(lon, lat)
    return [n for n, geometry in enumerate(geometries) if shape(geometry).intersects(point)]
