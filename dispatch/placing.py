"""What the operator's one box offers for a phrase: a point as it was written, then areas and landmarks by name."""

from typing import Any

from agencies import caches, terrain
from agencies.cleaning import clean_text
from agencies.reference import RegionRef
from dispatch.rows import area_label
from incidents import coordinates, crossings, landmarks
from incidents.coordinates import Reading
from incidents.crossings import Crossing
from incidents.placesearch import SUGGESTIONS, Match

LEAST_LETTERS = 2
PROBLEMS = {
    coordinates.SHORT_LINK: "Tautan pendek tidak dapat dibuka tanpa internet: minta pelapor membukanya dan membacakan "
    "koordinat, alamat, atau patokan.",
    coordinates.WORDS_CODE: "what3words tidak dapat dibuka tanpa internet: minta koordinat, alamat, atau patokan.",
    coordinates.OUTSIDE: "Koordinat ini di luar Indonesia: periksa lagi angkanya.",
    coordinates.NO_POINT: "Tautan ini hanya memuat nama, bukan titik: pilih dari daftar atau tanyakan patokan.",
}
CHANGES = {"swapped": "lintang dan bujur ditukar", "sign": "tanda minus ditambahkan"}


def places_answer(region: RegionRef, query: str) -> list[dict[str, Any]]:
    """At most five suggestions, best first, each with its district. `note` says what the operator should know."""
    said = clean_text(query).strip()[:2000]
    if len(said) < LEAST_LETTERS:
        return []
    reading = coordinates.read(said, region.middle)
    if reading is None:
        return _by_name(region, said)
    if reading.point is not None:
        return [_point(region, reading, said)]
    found = landmarks.index_of(region).search(reading.words) if reading.words else []
    return [_unread(reading, said), *(_named(region, match) for match in found)][:SUGGESTIONS]


def _by_name(region: RegionRef, said: str) -> list[dict[str, Any]]:
    """A crossing goes first, then its streets, then whatever else the phrase may mean."""
    index = landmarks.index_of(region)
    crossing = crossings.find(said, index)
    if crossing is None:
        return [_named(region, match) for match in index.search(said)]
    first = [_meeting(region, crossing, said)] if crossing.meets else []
    streets = [_named(region, Match(spot, 1.0, f"{said}, {spot.label}")) for spot in crossing.streets]
    if note := _crossing_note(crossing):
        streets = [street | {"note": note} for street in streets]
    shown = {spot.key for spot in crossing.streets}
    others = [_named(region, match) for match in index.search(said) if match.spot.key not in shown]
    return [*first, *streets, *others][:SUGGESTIONS]


def _crossing_note(crossing: Crossing) -> str:
    """What the operator must ask when the crossing itself cannot be drawn."""
    if crossing.unknown:
        return f"hanya jalan ini yang dikenal; “{crossing.unknown}” tidak ada di data: tanyakan patokan"
    if len(crossing.streets) > 1 and not crossing.meets:
        return f"titik kedua jalan berjauhan ({crossing.apart_m / 1000:.1f} km): tanyakan patokan".replace(".", ",", 1)
    return ""


def _meeting(region: RegionRef, crossing: Crossing, said: str) -> dict[str, Any]:
    assert crossing.lat is not None
    assert crossing.lon is not None
    hit = terrain.area_at(region, crossing.lat, crossing.lon)
    names = " – ".join(spot.name for spot in crossing.streets)
    where = landmarks.area_words(region, hit.code)
    label = ", ".join(filter(None, (f"Simpang {names}", where)))
    return {
        "label": label, "lat": round(crossing.lat, 6), "lon": round(crossing.lon, 6), "precision": "street",
        "area": area_label(region, hit.code if hit.code in region.areas else ""),
        "district": _code_name(hit.district_code, hit.district_name), "radius_m": round(crossing.radius_m),
        "outline": False, "text": f"{said}, {where}" if where else said,
        "note": f"perkiraan: di antara titik kedua jalan ({round(crossing.apart_m)} m)",
    }  # fmt: skip


def _point(region: RegionRef, reading: Reading, said: str) -> dict[str, Any]:
    assert reading.lat is not None
    assert reading.lon is not None
    notes = [CHANGES[change] for change in reading.changed]
    hit = terrain.region_at(reading.lat, reading.lon)
    area, district, where = None, None, ""
    if hit is not None and hit.centre != region.code:
        where = _region_name(hit.centre)
        notes.insert(0, f"di luar wilayah: {where}")
    else:
        at = terrain.area_at(region, reading.lat, reading.lon)
        area, district = area_label(region, at.code if at.code in region.areas else ""), at
        where = landmarks.area_words(region, at.code) or region.name
        if hit is not None and hit.near_border:
            notes.append(f"dekat batas {', '.join(map(_region_name, hit.neighbours))}")
    label = f"{reading.lat:.5f}, {reading.lon:.5f} · {where}"
    return {
        "label": label, "lat": round(reading.lat, 6), "lon": round(reading.lon, 6), "precision": "point", "area": area,
        "district": _code_name(district.district_code, district.district_name) if district else None,
        "radius_m": reading.radius_m, "outline": False, "text": said, "note": "; ".join(notes),
    }  # fmt: skip


def _unread(reading: Reading, said: str) -> dict[str, Any]:
    return {
        "label": PROBLEMS[reading.problem], "lat": None, "lon": None, "precision": "unread", "area": None,
        "district": None, "radius_m": None, "outline": False, "text": said, "note": "",
    }  # fmt: skip


def _named(region: RegionRef, match: Match) -> dict[str, Any]:
    spot = match.spot
    outline = spot.precision == "area_centre" and terrain.terrain().shape_of(region.code, spot.area) is not None
    return {
        "label": spot.label, "lat": spot.lat, "lon": spot.lon, "precision": spot.precision,
        "area": area_label(region, spot.area), "district": _code_name(spot.district, spot.district_name),
        "radius_m": None if outline else round(spot.radius_m), "outline": outline, "text": match.text, "note": "",
    }  # fmt: skip


def _code_name(code: str, name: str) -> dict[str, str] | None:
    return {"code": code, "name": name} if code else None


def _region_name(code: str) -> str:
    region = caches.reference().region(code)
    return region.name if region else code
