"""The shipped geodata: codes, names, coordinates and coarse borders of all Indonesia (sources in README.md).

Pure readers of the compressed files beside this module. Coordinates are WGS 84 degrees; codes are Kemendagri's dotted
codes (`35` province, `35.77` kabupaten/kota, `35.77.01` kecamatan, `35.77.01.1001` kelurahan or desa).
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

FOLDER = Path(__file__).parent
DISTRICT_DOTS = 2  # "35.77.01"


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A province or kabupaten/kota. `served_by`: the region that runs 112 for it, empty when that is itself."""

    code: str
    name: str
    kind: str
    zone: str
    parent: str
    lat: float | None
    lon: float | None
    served_by: str


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A kecamatan or village. A few rows of the source have no trustworthy coordinates: `lat` and `lon` are None."""

    code: str
    name: str
    level: str
    parent: str
    lat: float | None
    lon: float | None


def read_regions() -> list[RegionRow]:
    """The 38 provinces, then the 514 kabupaten/kota, ordered by code within each."""
    return [
        RegionRow(code, name, kind, zone, parent, _number(lat), _number(lon), served_by)
        for code, name, kind, zone, parent, lat, lon, served_by in _rows("regions.csv.gz")
    ]


def read_areas(*regions: str) -> list[AreaRow]:
    """Kecamatan and villages of the named regions (a province code takes all of it); of the country without a name.

    Each kabupaten's kecamatan come before its villages.
    """
    prefixes = tuple(f"{region}." for region in regions) or ("",)
    with _open("villages.csv.gz") as handle:
        next(handle)  # the header
        # Choosing lines before parsing them: one region out of 91,000 rows takes a tenth of the time.
        return [_area(row) for row in csv.reader(line for line in handle if line.startswith(prefixes))]


def read_boundaries() -> Iterator[tuple[str, dict[str, object]]]:
    """(code, GeoJSON geometry) of every kabupaten/kota: coarse, indicative borders without sea."""
    with _open("boundaries.geojson.gz") as handle:
        for feature in json.load(handle)["features"]:
            yield feature["properties"]["code"], feature["geometry"]


def _open(name: str) -> TextIO:
    return cast(TextIO, gzip.open(FOLDER / name, "rt", encoding="utf-8", newline=""))


def _rows(name: str) -> Iterator[list[str]]:
    with _open(name) as handle:
        reader = csv.reader(handle)
        next(reader)
        yield from reader


def _area(row: list[str]) -> AreaRow:
    code, name, lat, lon = row
    if code.count(".") == DISTRICT_DOTS:
        level = "kecamatan"
    else:  # Kemendagri's last group starts with 1 for a kelurahan and with 2 for a desa
        level = "kelurahan" if code.rpartition(".")[2].startswith("1") else "desa"
    return AreaRow(code, name, level, code.rpartition(".")[0], _number(lat), _number(lon))


def _number(text: str) -> float | None:
    return float(text) if text else None
