"""What files of boundaries and of places have in common: reading them, and a row as a person looks at it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agencies.cleaning import clean_text

MOST_BYTES = 20_000_000
"""An official file of one kabupaten's villages at full detail is smaller."""


class FileProblem(ValueError):
    """The file as a whole cannot be used; the message says why, for a person."""


class State(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    SKIPPED = "skipped"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file. `problems` keep it out, `notes` are for the eye; `values`: what would be written."""

    number: int
    key: str
    name: str
    state: State
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None

    @property
    def applies(self) -> bool:
        return self.state in (State.NEW, State.CHANGED)


def counts_of(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows are in each state."""
    found = dict.fromkeys((state.value for state in State), 0)
    for row in rows:
        found[row.state.value] += 1
    return found


def decoded(data: bytes) -> str:
    """Text as UTF-8 (with or without mark), else as Windows-1252, which Excel writes. Raises FileProblem."""
    if len(data) > MOST_BYTES:
        raise FileProblem(f"Berkas lebih besar dari {MOST_BYTES // 1_000_000} MB.")
    if b"\x00" in data[:4000]:
        raise FileProblem("Bukan berkas teks. Untuk Shapefile, GeoPackage atau Excel: simpan dulu sebagai GeoJSON/CSV.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def features_of(data: bytes) -> list[Mapping[str, Any]]:
    """The features of a GeoJSON FeatureCollection in WGS 84. Raises FileProblem."""
    try:
        content = json.loads(decoded(data))
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" (baris {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise FileProblem(f"Bukan JSON yang benar{where}.") from error
    if not isinstance(content, Mapping) or content.get("type") != "FeatureCollection":
        raise FileProblem("Bukan GeoJSON FeatureCollection.")
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise FileProblem("Berkas ini tidak berisi satu pun fitur.")
    _check_system(content.get("crs"))
    return [feature if isinstance(feature, Mapping) else {} for feature in features]


def _check_system(crs: Any) -> None:
    """RFC 7946 knows WGS 84 only; older files may name another system."""
    name = json.dumps(crs) if crs else ""
    if crs and not re.search(r"CRS84|EPSG:+4326|EPSG/+0/4326", name):
        raise FileProblem("Sistem koordinat bukan WGS 84 (EPSG:4326): ubah dulu di QGIS atau ogr2ogr.")


def properties_of(feature: Mapping[str, Any]) -> dict[str, Any]:
    found = feature.get("properties")
    return dict(found) if isinstance(found, Mapping) else {}


def text_of(value: Any, longest: int) -> str:
    """A cleaned line of text; numbers become text, anything else nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(clean_text(str(value)).split())[:longest]


def first_of(properties: Mapping[str, Any], names: Iterable[str], longest: int) -> str:
    """The first of some columns that holds text; column names in any case."""
    lowered = {str(name).casefold(): value for name, value in properties.items()}
    return next((found for name in names if (found := text_of(lowered.get(name), longest))), "")
