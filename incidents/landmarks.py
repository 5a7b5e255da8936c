"""The names of each region's areas and landmarks in the memory of each process, for the operator's one box."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agencies import caches, terrain
from agencies.models import Place
from agencies.reference import AreaRef, RegionRef
from incidents.placesearch import PlaceIndex, Spot

POI_RADIUS_M = 100.0
STREET_RADIUS_M = 500.0
"""Assumed: a landmark's grounds, half a street."""


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: tuple[int, int]
    areas: Mapping[str, AreaRef]
    index: PlaceIndex


_known: dict[str, _Known] = {}
_renewing = threading.Lock()


def index_of(region: RegionRef) -> PlaceIndex:
    """The region's places. One thread renews them after a change; the others go on with the old."""
    stamp = caches.stamp_of("places")
    known = _known.get(region.code)
    if known is not None and known.stamp == stamp and (known.areas is region.areas or known.areas == region.areas):
        return known.index
    if not _renewing.acquire(blocking=known is None):
        assert known is not None
        return known.index
    try:
        known = _Known(stamp, region.areas, PlaceIndex(_spots(region)))
        _known[region.code] = known
        return known.index
    finally:
        _renewing.release()


def _spots(region: RegionRef) -> Iterable[Spot]:
    for area in region.areas.values():
        if area.lat is not None and area.lon is not None:
            yield _area_spot(region, area, area.lat, area.lon, terrain.radius_of(region, area.code))
    for place in Place.objects.filter(region_id=region.code, ended_at=None).order_by("label"):
        yield _place_spot(region, place)


def _area_spot(region: RegionRef, area: AreaRef, lat: float, lon: float, radius_m: float) -> Spot:
    district = area if area.level == "kecamatan" else region.areas.get(area.parent)
    around = (region.name,) if district is None or district is area else (district.name, region.name)
    return Spot(
        key=area.code, kind=area.level, name=area.name, lat=lat, lon=lon, precision="area_centre", area=area.code,
        district=district.code if district else "", district_name=district.name if district else "",
        label=area_words(region, area.code), around=around, radius_m=radius_m, aliases=area.aliases,
    )  # fmt: skip


def _place_spot(region: RegionRef, place: Place) -> Spot:
    hit = terrain.area_at(region, place.lat, place.lon)
    area = region.areas.get(hit.code) or region.areas.get(place.area_id or "")
    street = place.kind == "jalan"
    return Spot(
        key=str(place.id), kind="street" if street else "poi", name=place.label, lat=place.lat, lon=place.lon,
        precision="street" if street else "poi", area=area.code if area else "", district=hit.district_code,
        district_name=hit.district_name,
        label=", ".join(filter(None, (place.label, area_words(region, area.code if area else "")))),
        aliases=tuple(str(alias) for alias in place.aliases),
        around=tuple(filter(None, (area.name if area else "", hit.district_name, region.name))),
        radius_m=STREET_RADIUS_M if street else POI_RADIUS_M,
    )  # fmt: skip


def area_words(region: RegionRef, code: str) -> str:
    """What an area is called ("Kel. Kejuron, Kec. Taman"); a desa's code ends in 2xxx (Kemendagri)."""
    area = region.areas.get(code)
    if area is None:
        return ""
    if area.level == "kecamatan":
        return f"Kec. {area.name}"
    parent = region.areas.get(area.parent)
    own = f"{'Desa' if code.rpartition('.')[2].startswith('2') else 'Kel.'} {area.name}"
    return f"{own}, Kec. {parent.name}" if parent else own
