"""Speed of finding places: which region and area a point lies in, and what a typed phrase may mean.

    python -m bench.places

One process, one thread, no server, no database. Prints one line of JSON; microseconds for points, milliseconds for
phrases. `fine`: every village of the region has an imported outline of 200 vertices (here: cells around its middle).
"""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import shapely

from agencies import geodata
from agencies.spatial import AreaIndex, AreaPoint, AreaShape, shipped_area_index, shipped_region_index
from bench.load.client import percentile
from incidents.coordinates import read
from incidents.placesearch import PlaceIndex, Spot

REGION, NAME, ASKED, PLACES = "36.03", "Kab. Tangerang", 5_000, 10_000
KINDS = ("masjid", "toko", "jalan", "gang", "kantor", "perumahan", "warung", "sekolah", "simpang", "puskesmas")
SYLLABLES = ("ma", "ni", "sar", "jo", "kar", "to", "har", "ban", "lu", "pa", "tih", "wi", "no", "go", "sri", "ke", "du")
FORMS = (
    "https://maps.google.com/?q=-6.26,106.47", "geo:-6.2646,106.4718", "6°15'52\"LS 106°28'18\"BT", "-6,2646 106,4718",
    "jl raya serang km 20 depan pasar", "https://maps.app.goo.gl/abcdefgh", "A\"ML=1;lt=-6.2646;lg=106.4718;rd=30",
)  # fmt: skip


def main() -> None:
    chance = random.Random(112)
    villages = [row for row in geodata.read_areas(REGION) if row.lat is not None and row.level != "kecamatan"]
    points = [_around(chance, row.lat, row.lon) for row in chance.choices(villages, k=ASKED)]
    regions, coarse, fine = shipped_region_index(), shipped_area_index(REGION, NAME), _fine(villages)
    found = {
        "region_us": _timed(regions.locate, points, 1e6), "area_us": _timed(coarse.locate, points, 1e6),
        "area_fine_us": _timed(fine.locate, points, 1e6),
    }  # fmt: skip
    began = time.perf_counter()
    index = PlaceIndex(_places(chance, villages))
    built = time.perf_counter() - began
    phrases = [(_phrase(chance, index),) for _ in range(ASKED)]
    found |= {"search_ms": _timed(index.search, phrases, 1e3), "coordinates_ms": _timed(_read, _texts(chance), 1e3)}
    print(json.dumps({"places": len(index), "build_s": round(built, 2), "asked": ASKED, **found}))


def _timed(ask: Callable[..., Any], asked: list[tuple[Any, ...]], unit: float) -> dict[str, float]:
    for one in asked[:200]:
        ask(*one)
    taken = []
    for one in asked:
        start = time.perf_counter()
        ask(*one)
        taken.append((time.perf_counter() - start) * unit)
    return {"p50": round(percentile(taken, 0.5), 3), "p99": round(percentile(taken, 0.99), 3)}


def _around(chance: random.Random, lat: float, lon: float) -> tuple[float, float]:
    return lat + chance.gauss(0, 0.01), lon + chance.gauss(0, 0.01)


def _fine(villages: list[geodata.AreaRow]) -> AreaIndex:
    middles = shapely.multipoints([(row.lon, row.lat) for row in villages])
    cells = shapely.get_parts(shapely.voronoi_polygons(middles, extend_to=middles.envelope.buffer(0.05)))
    shapes = []
    for row in villages:
        cell = next(cell for cell in cells if shapely.intersects_xy(cell, row.lon, row.lat))
        detailed = shapely.segmentize(cell, cell.length / 200)
        shapes.append(AreaShape(row.code, row.name, "kelurahan", detailed, row.parent))
    points = [AreaPoint(row.code, row.name, row.level, row.lat or 0.0, row.lon or 0.0, row.parent) for row in villages]
    return AreaIndex(REGION, NAME, points, shapes)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))


def _places(chance: random.Random, villages: list[geodata.AreaRow]) -> list[Spot]:
    words = [_word(chance) for _ in range(4_000)]
    spots = [Spot(r.code, "kelurahan", r.name, r.lat or 0.0, r.lon or 0.0, "area_centre", r.code) for r in villages]
    for number in range(PLACES - len(spots)):
        row = chance.choice(villages)
        name = f"{chance.choice(KINDS)} {chance.choice(words)} {chance.choice(words)}"
        lat, lon = _around(chance, row.lat or 0.0, row.lon or 0.0)
        spots.append(Spot(str(number), "poi", name, lat, lon, "poi", row.code, label=name, around=(row.name,)))
    return spots


def _phrase(chance: random.Random, index: PlaceIndex) -> str:
    """A name as it is typed: with a lead, a slip of the keys, half finished."""
    spot = chance.choice(index.spots)
    letters = list(f"{chance.choice(('depan', 'jl', 'dekat', 'di', ''))} {spot.name} rt {chance.randint(1, 9)}")
    letters[chance.randrange(len(letters))] = chance.choice("aiueonst")
    return "".join(letters)[: chance.randint(4, 60)]


def _texts(chance: random.Random) -> list[tuple[str]]:
    return [(f"{chance.choice(FORMS)} {_word(chance)}",) for _ in range(ASKED)]


def _read(text: str) -> Any:
    return read(text, (-6.26, 106.47))


if __name__ == "__main__":
    main()
