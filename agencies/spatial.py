"""Point to region and area: a few in-memory trees, built once per process.

Pure rules: no database, no clock. Coordinates are WGS 84 degrees, distances metres. Trees work in plain degrees: at
Indonesia's latitudes a degree of longitude is at most 2 % shorter than one of latitude, less than the borders' error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import asin, cos, radians, sin, sqrt

import numpy as np
import shapely
from shapely import STRtree

from agencies import geodata
from agencies.reference import AreaRef

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
METRES_PER_DEGREE = EARTH_RADIUS_M * radians(1)
BORDER_M = 500.0  # the coarse borders are off by 120 m on average and 500 m at worst
FINE_BORDER_M = 150.0  # imported borders: what is left is the error of the phone's own position
OUTSIDE_M = 2_000.0  # a point at sea or in a gap belongs to the nearest region up to this distance
AREA_M = 25_000.0  # the largest kecamatan of the outer islands measure this much from the middle to the rim
CHUNK = 16  # border vertices per tree entry: small boxes keep the border lookup at microseconds


@dataclass(frozen=True, slots=True)
class Boundary:
    """A region's outline. `served_by`: the region whose 112 centre answers for it (all of Jakarta: `31`).

    `border_m`: so near to this outline one must ask. `fine`: an imported outline, which decides against coarse ones.
    """

    code: str
    name: str
    shape: shapely.Geometry
    served_by: str = ""
    border_m: float = BORDER_M

    @property
    def fine(self) -> bool:
        return self.border_m < BORDER_M

    @property
    def centre(self) -> str:
        return self.served_by or self.code


@dataclass(frozen=True, slots=True)
class RegionHit:
    """`distance_m` is 0 inside the outline. `near_border`: another centre's region is so near that one must ask
    (`BORDER_M`, `FINE_BORDER_M` for imported outlines); `neighbours` are the codes of those centres, nearest first."""

    code: str
    name: str
    centre: str
    distance_m: float
    inside: bool
    near_border: bool
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaPoint:
    """A village or kecamatan with its middle; `parent_code` and `parent_name` are the kecamatan of a village."""

    code: str
    name: str
    level: str
    lat: float
    lon: float
    parent_code: str = ""
    parent_name: str = ""


@dataclass(frozen=True, slots=True)
class AreaShape:
    """An imported outline of a village or kecamatan."""

    code: str
    name: str
    level: str
    shape: shapely.Geometry
    parent_code: str = ""
    parent_name: str = ""


@dataclass(frozen=True, slots=True)
class AreaHit:
    """`level`: kelurahan (also a desa), kecamatan or kabkota. `precision`: polygon (certain), nearest_centroid (a
    guess: measured 90 % right for the kecamatan, 70 % for the kelurahan) or region (nothing closer is known)."""

    code: str
    name: str
    level: str
    precision: str
    district_code: str
    district_name: str
    distance_m: float


class RegionIndex:
    """Answers which region a point lies in, in tens of microseconds.

    `villages` (region code, lat, lon) refine the coarse outlines: within `BORDER_M` of a border the nearest village
    decides, which puts 94 % instead of 89 % of Kota Madiun's ground into Kota Madiun.
    """

    def __init__(self, boundaries: Iterable[Boundary], villages: Iterable[tuple[str, float, float]] = ()) -> None:
        self._boundaries = tuple(boundaries)
        self._by_code = {boundary.code: boundary for boundary in self._boundaries}
        self._shapes = np.array([boundary.shape for boundary in self._boundaries], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = STRtree(self._shapes)
        self._edges, self._edge_owner = _edges(self._shapes)
        self._edge_tree = STRtree(self._edges)
        known = [village for village in villages if village[0] in self._by_code]
        self._village_owner = [code for code, _, _ in known]
        self._village_tree = _point_tree([(lat, lon) for _, lat, lon in known])

    def with_outlines(self, outlines: Mapping[str, shapely.Geometry]) -> RegionIndex:
        """The same regions with imported outlines (by region code) in the place of the coarse ones."""
        fine = (
            replace(known, shape=outlines[known.code], border_m=FINE_BORDER_M) if known.code in outlines else known
            for known in self._boundaries
        )
        other = RegionIndex(fine)
        other._village_owner, other._village_tree = self._village_owner, self._village_tree
        return other

    def outline(self, code: str) -> shapely.Geometry | None:
        """The outline of a region, as far as it is known."""
        known = self._by_code.get(code)
        return known.shape if known else None

    def locate(self, lat: float, lon: float) -> RegionHit | None:
        """The region of the point; None when none is within `OUTSIDE_M` (open sea, abroad)."""
        point = shapely.points(lon, lat)
        own = self._containing(point, lat, lon)
        if own is None:
            return self._nearest(point, lat, lon)
        near = self._near(point, own)
        closer = self._by_village(point, own, near) if near else own
        if closer is not own:
            own, near = closer, self._near(point, closer)
        return self._hit(own, near, 0.0)

    def _containing(self, point: shapely.Point, lat: float, lon: float) -> Boundary | None:
        """Where outlines overlap the imported one decides."""
        around = self._tree.query(point)
        found = [self._boundaries[i] for i in around[shapely.intersects_xy(self._shapes[around], lon, lat)]]
        return next((boundary for boundary in found if boundary.fine), found[0] if found else None)

    def _nearest(self, point: shapely.Point, lat: float, lon: float) -> RegionHit | None:
        found = self._edge_tree.query_nearest(point, max_distance=OUTSIDE_M / METRES_PER_DEGREE, all_matches=False)
        if not len(found):
            return None
        edge = int(found[0])
        if self._boundaries[self._edge_owner[edge]].fine:
            edge = self._coarse_edge(point, edge)
        own = self._boundaries[self._edge_owner[edge]]
        _, (x, y) = shapely.get_coordinates(shapely.shortest_line(point, self._edges[edge]))
        return self._hit(own, self._near(point, own), haversine_m(lat, lon, y, x), inside=False)

    def _coarse_edge(self, point: shapely.Point, fine: int) -> int:
        """Outside an imported outline is outside: in the gap before a coarse one it is the coarse one's ground."""
        edges = self._edge_tree.query(point, predicate="dwithin", distance=BORDER_M / METRES_PER_DEGREE)
        coarse = [int(edge) for edge in edges if not self._boundaries[self._edge_owner[edge]].fine]
        return min(coarse, key=lambda edge: shapely.distance(point, self._edges[edge]), default=fine)

    def _near(self, point: shapely.Point, own: Boundary) -> list[Boundary]:
        """Regions of other centres so near that one must ask, nearest first.

        The better known of the two outlines is the border: inside an imported one its own line counts.
        """
        reach = BORDER_M + (FINE_BORDER_M if own.fine else 0.0)  # a coarse neighbour's line may lie so far behind
        edges = self._edge_tree.query(point, predicate="dwithin", distance=reach / METRES_PER_DEGREE)
        closest: dict[str, float] = {}
        for edge, distance in zip(edges.tolist(), shapely.distance(point, self._edges[edges]).tolist(), strict=True):
            code = self._boundaries[self._edge_owner[edge]].code
            closest[code] = min(distance, closest.get(code, distance))
        if own.fine and closest.get(own.code, 1.0) * METRES_PER_DEGREE > own.border_m:
            return []
        found = [
            (distance, self._by_code[code])
            for code, distance in closest.items()
            if self._by_code[code].centre != own.centre
            and (own.fine or distance * METRES_PER_DEGREE <= self._by_code[code].border_m)
        ]
        return [boundary for _, boundary in sorted(found, key=lambda item: item[0])]

    def _by_village(self, point: shapely.Point, own: Boundary, near: list[Boundary]) -> Boundary:
        """Between two coarse outlines the nearest village decides."""
        if self._village_tree is None or own.fine:
            return own
        owner = self._by_code[self._village_owner[int(self._village_tree.nearest(point))]]
        return owner if owner in near and not owner.fine else own

    def _hit(self, own: Boundary, near: list[Boundary], distance_m: float, inside: bool = True) -> RegionHit:
        neighbours = tuple(dict.fromkeys(boundary.centre for boundary in near))
        return RegionHit(own.code, own.name, own.centre, distance_m, inside, bool(neighbours), neighbours)


class AreaIndex:
    """Answers which village and kecamatan of ONE region a point lies in: by outline where there is one, else by the
    nearest village's middle."""

    def __init__(self, code: str, name: str, points: Iterable[AreaPoint], shapes: Iterable[AreaShape] = ()) -> None:
        self._region = (code, name)
        self._points = _villages_first(points)
        self._tree = _point_tree([(point.lat, point.lon) for point in self._points])
        # Villages before kecamatan: where both outlines hold the point the smaller one is the answer.
        self._shapes = sorted(shapes, key=lambda shape: shape.level == "kecamatan")
        self._outlines = np.array([shape.shape for shape in self._shapes], dtype=object)
        shapely.prepare(self._outlines)
        self._shape_tree = STRtree(self._outlines)

    def locate(self, lat: float, lon: float) -> AreaHit:
        """The smallest known area of the point; the region itself when no area is within `AREA_M`."""
        point = shapely.points(lon, lat)
        around = self._shape_tree.query(point)
        if len(around):
            inside = around[shapely.intersects_xy(self._outlines[around], lon, lat)]
            if len(inside):
                return _area_hit(self._shapes[inside.min()], "polygon", 0.0)
        if self._tree is not None:
            nearest = self._points[int(self._tree.nearest(point))]
            distance_m = haversine_m(lat, lon, nearest.lat, nearest.lon)
            if distance_m <= AREA_M:
                return _area_hit(nearest, "nearest_centroid", distance_m)
        return AreaHit(*self._region, "kabkota", "region", "", "", 0.0)


LEAST_RADIUS_M, MOST_RADIUS_M, MOST_DISTRICT_M = 300.0, 8_000.0, 25_000.0


def assumed_radii(areas: Iterable[AreaRef]) -> dict[str, float]:
    """How far areas without an outline may reach, by code, in metres: a village 0.7 of the way to the next village's
    middle (assumed; villages of one kecamatan are of like size), a district to the rim of its farthest village."""
    points = [(a.code, a.parent, a.level, a.lat, a.lon) for a in areas if a.lat is not None and a.lon is not None]
    villages = [point for point in points if point[2] != "kecamatan"]
    found: dict[str, float] = {}
    for code, _, _, lat, lon in villages:
        gaps = [haversine_m(lat, lon, p[3], p[4]) for p in villages if p[0] != code and abs(p[3] - lat) < 0.1]
        found[code] = min(max(0.7 * min(gaps, default=MOST_RADIUS_M), LEAST_RADIUS_M), MOST_RADIUS_M)
    for code, _, level, lat, lon in points:
        if level == "kecamatan":
            rims = [haversine_m(lat, lon, v[3], v[4]) + found[v[0]] for v in villages if v[1] == code]
            found[code] = min(max(rims, default=MOST_RADIUS_M), MOST_DISTRICT_M)
    return found


def haversine_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in metres between two points in degrees."""
    phi_a, phi_b = radians(lat_a), radians(lat_b)
    half = sin((phi_b - phi_a) / 2) ** 2 + cos(phi_a) * cos(phi_b) * sin(radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(half))


def nearest_points(
    lat: float, lon: float, places: Sequence[tuple[float, float]], count: int
) -> list[tuple[int, float]]:
    """Positions in `places` (lat, lon) of the `count` nearest, each with its straight distance in metres."""
    if not places:
        return []
    lats, lons = np.radians(np.asarray(places, dtype=float)).T
    phi, lam = radians(lat), radians(lon)
    half = np.sin((lats - phi) / 2) ** 2 + cos(phi) * np.cos(lats) * np.sin((lons - lam) / 2) ** 2
    distances = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    order = np.argsort(distances, kind="stable")[:count]
    return [(int(index), float(distances[index])) for index in order]


def _edges(shapes: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """All rings cut into short lines, and for each line the position of its shape."""
    lines: list[np.ndarray] = []
    owner: list[int] = []
    for position, shape in enumerate(shapes):
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            coordinates = shapely.get_coordinates(ring)
            for start in range(0, len(coordinates) - 1, CHUNK):
                lines.append(coordinates[start : start + CHUNK + 1])
                owner.append(position)
    lengths = [len(line) for line in lines]
    flat = np.concatenate(lines) if lines else np.empty((0, 2))
    return shapely.linestrings(flat, indices=np.repeat(np.arange(len(lines)), lengths)), owner


def _point_tree(places: Sequence[tuple[float, float]]) -> STRtree | None:
    if not places:
        return None
    latlon = np.asarray(places, dtype=float)
    return STRtree(shapely.points(latlon[:, 1], latlon[:, 0]))


def _villages_first(points: Iterable[AreaPoint]) -> list[AreaPoint]:
    """Kecamatan middles only where the region has no village at all: a village says more."""
    every = list(points)
    return [point for point in every if point.level != "kecamatan"] or every


def _area_hit(area: AreaPoint | AreaShape, precision: str, distance_m: float) -> AreaHit:
    if area.level == "kecamatan":
        return AreaHit(area.code, area.name, "kecamatan", precision, area.code, area.name, distance_m)
    return AreaHit(area.code, area.name, "kelurahan", precision, area.parent_code, area.parent_name, distance_m)


def shipped_region_index() -> RegionIndex:
    """All kabupaten/kota of the shipped geodata, refined by its villages. Takes about 0.6 s: build it once."""
    names = {row.code: row for row in geodata.read_regions()}
    boundaries = [
        Boundary(code, names[code].name, shapely.from_geojson(json.dumps(geometry)), names[code].served_by)
        for code, geometry in geodata.read_boundaries()
    ]
    villages = [
        (row.code[: len("35.77")], row.lat, row.lon)
        for row in geodata.read_areas()
        if row.lat is not None and row.lon is not None and row.level != "kecamatan"
    ]
    return RegionIndex(boundaries, villages)


def shipped_area_index(code: str, name: str, shapes: Iterable[AreaShape] = ()) -> AreaIndex:
    """One region's villages from the shipped geodata; `shapes` are the outlines that its admin imported, if any."""
    rows = geodata.read_areas(code)
    names = {row.code: row.name for row in rows}
    points = [
        AreaPoint(row.code, row.name, row.level, row.lat, row.lon, row.parent, names.get(row.parent, ""))
        for row in rows
        if row.lat is not None and row.lon is not None
    ]
    return AreaIndex(code, name, points, shapes)
