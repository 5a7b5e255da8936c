"""Outlines and trees in the memory of each process: which region, which area. Renewed by the version of `places`."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import shapely

from agencies import caches
from agencies.models import Outline
from agencies.reference import RegionRef
from agencies.spatial import (
    LEAST_RADIUS_M,
    AreaHit,
    AreaIndex,
    AreaShape,
    RegionHit,
    RegionIndex,
    assumed_radii,
    shipped_area_index,
    shipped_region_index,
)


@dataclass(slots=True)
class Terrain:
    """Everything of one version. `shapes`: imported outlines below the region, by the region that uses them."""

    stamp: tuple[int, int]
    regions: RegionIndex
    shapes: Mapping[str, tuple[AreaShape, ...]]
    _areas: dict[str, AreaIndex] = field(default_factory=dict)
    _radii: dict[str, dict[str, float]] = field(default_factory=dict)

    def areas(self, region: RegionRef) -> AreaIndex:
        found = self._areas.get(region.code)
        if found is None:
            own = self.shapes.get(region.code)
            known = region.code, region.name
            found = shipped_area_index(*known, own) if own else _shipped_areas(*known)
            self._areas[region.code] = found
        return found

    def radius(self, region: RegionRef, code: str) -> float:
        if region.code not in self._radii:
            self._radii[region.code] = assumed_radii(region.areas.values())
        return self._radii[region.code].get(code, LEAST_RADIUS_M)

    def shape_of(self, region: str, code: str) -> AreaShape | None:
        """The imported outline of an area; None when there is none."""
        return next((shape for shape in self.shapes.get(region, ()) if shape.code == code), None)


_renewing = threading.Lock()
_current: list[Terrain] = []


def terrain() -> Terrain:
    """What is in force. One thread renews it after a change (a fifth of a second); the others go on with the old."""
    stamp = caches.stamp_of("places")
    known = _current[0] if _current else None
    if known is not None and known.stamp == stamp:
        return known
    if not _renewing.acquire(blocking=known is None):
        assert known is not None
        return known
    try:
        if not _current or _current[0].stamp != stamp:
            _current[:] = [_load(stamp)]
        return _current[0]
    finally:
        _renewing.release()


@lru_cache(maxsize=1)
def _shipped() -> RegionIndex:
    return shipped_region_index()


@lru_cache(maxsize=64)
def _shipped_areas(code: str, name: str) -> AreaIndex:
    return shipped_area_index(code, name)


def _load(stamp: tuple[int, int]) -> Terrain:
    regions: dict[str, shapely.Geometry] = {}
    shapes: dict[str, list[AreaShape]] = {}
    names: dict[str, str] = {}
    for row in Outline.objects.filter(ended_at=None).order_by("level", "code"):
        shape = shapely.from_wkb(bytes(row.shape))
        names[row.code] = row.name
        if row.level == Outline.OutlineLevel.REGION:
            regions[row.code] = shape
        else:
            parent = row.code.rpartition(".")[0] if row.level == Outline.OutlineLevel.VILLAGE else ""
            shapes.setdefault(row.region_id, []).append(AreaShape(row.code, row.name, row.level, shape, parent))
    named = {region: tuple(_with_parent(shape, names) for shape in own) for region, own in shapes.items()}
    return Terrain(stamp, _shipped().with_outlines(regions) if regions else _shipped(), named)


def _with_parent(shape: AreaShape, names: Mapping[str, str]) -> AreaShape:
    reference = caches.reference()
    if not shape.parent_code:
        return shape
    known = next((r.areas[shape.parent_code] for r in reference.regions.values() if shape.parent_code in r.areas), None)
    name = known.name if known else names.get(shape.parent_code, "")
    return AreaShape(shape.code, shape.name, shape.level, shape.shape, shape.parent_code, name)


def radius_of(region: RegionRef, code: str) -> float:
    """How far an area may reach from its middle, in metres, when its outline is not known. Assumed."""
    return terrain().radius(region, code)


def shipped_outlines(codes: Iterable[str]) -> dict[str, shapely.Geometry]:
    """The coarse outlines of some regions that come with the software."""
    return {code: shape for code in codes if (shape := _shipped().outline(code)) is not None}


def region_at(lat: float, lon: float) -> RegionHit | None:
    """The kabupaten/kota at a point; None when the point is far from all of them."""
    return terrain().regions.locate(lat, lon)


def area_at(region: RegionRef, lat: float, lon: float) -> AreaHit:
    """The village or district of a region at a point, with how precisely that is known."""
    return terrain().areas(region).locate(lat, lon)
