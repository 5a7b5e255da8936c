"""Where a report is: the point, the area that it lies in, the regions that it may belong to. Never refuses."""

from agencies import caches, terrain
from agencies.reference import AreaRef, RegionRef
from dispatch.reports import Located, Report
from incidents import places
from incidents.coordinates import Point

CHOSEN = ("poi", "street")
"""How precisely the place that the operator chose is known, when it is no point of the caller's own."""


def locate(report: Report, region: RegionRef) -> Located:
    """The area of the point, else the area that was chosen, else the one that the text names, else nothing."""
    point = _point_of(report, region)
    if point is not None:
        return _at_point(region, *point, report.precision if report.precision in CHOSEN else "")
    chosen = region.areas.get(report.area)
    named = chosen or places.area_named(report.location_text or report.narrative, region.areas.values())
    return _in_area(named) if named is not None else Located()


def _point_of(report: Report, region: RegionRef) -> Point | None:
    if report.lat is not None and report.lon is not None:
        return report.lat, report.lon
    if report.area in region.areas:
        return None
    return places.coordinates_in(report.location_text, region.middle)


def _in_area(area: AreaRef) -> Located:
    return Located(area.lat, area.lon, area.code, area.name, area.level, "area_centre", area.with_around)


def _at_point(region: RegionRef, lat: float, lon: float, chosen: str) -> Located:
    hit = terrain.region_at(lat, lon)
    if hit is not None and hit.centre != region.code:
        borders = (region.code,) if region.code in hit.neighbours else ()
        return Located(lat, lon, precision="point", neighbour=hit.centre, borders=borders)
    area = terrain.area_at(region, lat, lon)
    known = area.code if area.code in region.areas else ""
    around = tuple(code for code in (known, area.district_code) if code)
    return Located(
        lat, lon, known, area.name if known else "", area.level, chosen or area.precision, around,
        borders=hit.neighbours if hit is not None else (),
    )  # fmt: skip


def location_warnings(located: Located) -> list[dict[str, str]]:
    """The region to hand over to when the point is not in this one; those to ask about when it lies near a border."""
    if located.neighbour:
        where = "di dekat batas; " if located.borders else ""
        return [_about(located.neighbour, f"Titik ini berada di {{name}} ({{code}}), {where}alihkan ke wilayah itu.")]
    question = "Titik ini dekat batas dengan {name} ({code}): tanyakan kepada pelapor ia berada di wilayah mana."
    return [_about(code, question) | {"border": "near"} for code in located.borders]


def _about(code: str, message: str) -> dict[str, str]:
    region = caches.reference().region(code)
    name = region.name if region else code
    return {
        "field": "location", "message": message.format(name=name, code=code), "region": code, "name": name,
        "phone": region.phone if region else "",
    }  # fmt: skip
