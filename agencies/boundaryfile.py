"""A GeoJSON file of official boundaries: each feature checked, repaired where that is safe, and compared. Pure.

Codes are Kemendagri's dotted codes, shapes WGS 84 degrees, distances metres.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import shape as to_shape

from agencies.importfile import FileProblem, Row, State, features_of, first_of, properties_of, text_of
from agencies.spatial import METRES_PER_DEGREE

MOST_FEATURES = 3_000
MOST_VERTICES = 1_500_000
CODE_NAMES = ("code", "kode", "kode_kemendagri", "kd_kemendagri", "kdepum", "kdcpum", "kdpkab", "kode_desa", "kode_kel")
NAME_NAMES = ("name", "nama", "namobj", "wadmkd", "wadmkc", "wadmkk", "nama_desa", "nama_kel", "desa", "kelurahan")
_CODE = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.[12]\d{3})?)?)?")
LEVELS = {0: "provinsi", 1: "kabkota", 2: "kecamatan", 3: "kelurahan"}
FAR_M, OFF_M = 5_000.0, 300.0
"""From the known middle to the outline: beyond FAR_M it must be another area, beyond OFF_M somebody should look."""
LEAST_LIKENESS, LITTLE_LIKENESS = 0.25, 0.6
"""Share (intersection by union) that a kabupaten's outline has in common with the coarse one that is shipped: less than
the first is another place, less than the second is worth a look (small islands)."""
OVERLAP_WRONG, OVERLAP_SEEN = 0.5, 0.02
REPAIR_SEEN = 0.02
MOSTLY = 0.5
_BOX = (94.0, -11.5, 142.0, 6.5)


@dataclass(frozen=True, slots=True)
class KnownArea:
    """An area of the region as it is known: `lat`, `lon` its middle, `parent` its kecamatan."""

    code: str
    name: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a file is held against. `coarse`: shipped outlines of the region's kabupaten/kota; `current`: imported ones
    in force, as well-known binary."""

    region: str
    areas: Mapping[str, KnownArea]
    coarse: Mapping[str, shapely.Geometry] = field(default_factory=dict)
    current: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    """A feature on its way to a row."""

    number: int
    code: str
    name: str
    shape: shapely.Geometry | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: bool = False

    @property
    def level(self) -> str:
        return LEVELS[self.code.count(".")] if self.code else ""


def dotted(value: Any) -> str:
    """A code in Kemendagri's dotted form ("3577011001" → "35.77.01.1001"); empty for anything else."""
    text = text_of(value, 20).removesuffix(".0")
    if text.isdigit() and len(text) in (4, 6, 10):
        cuts = [0, 2, 4, 6, 10]
        text = ".".join(text[a:b] for a, b in pairwise(cuts) if b <= len(text))
    return text if _CODE.fullmatch(text) else ""


def code_column(rows: Sequence[Mapping[str, Any]]) -> str:
    """The column with the most different codes: BIG's files carry those of district and village side by side.

    Raises FileProblem when no column holds codes.
    """
    codes: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            if code := dotted(value):
                codes.setdefault(str(name), set()).add(code)
    if not codes:
        raise FileProblem(
            "Tidak ada kolom berisi kode wilayah Kemendagri (misalnya 35.77.01.1001). Kode BPS tidak dapat dipakai."
        )
    return max(codes, key=lambda name: (len(codes[name]), name.casefold() in CODE_NAMES, name))


def read_boundaries(data: bytes, ground: Ground, column: str = "") -> list[Row]:
    """Every feature of a file as a row, in the file's order. `column`: the one with the code, found when not given.

    Raises FileProblem.
    """
    features = features_of(data)
    if len(features) > MOST_FEATURES:
        raise FileProblem(f"Lebih dari {MOST_FEATURES} fitur: bagi menurut kecamatan.")
    properties = [properties_of(feature) for feature in features]
    column = column or code_column(properties)
    if not any(column in row for row in properties):
        raise FileProblem(f"Kolom “{column}” tidak ada di berkas ini.")
    work = [
        _checked(number, feature, row, column, ground)
        for number, (feature, row) in enumerate(zip(features, properties, strict=True), start=1)
    ]
    if sum(int(shapely.get_num_coordinates(one.shape)) for one in work if one.shape is not None) > MOST_VERTICES:
        raise FileProblem("Terlalu rinci: sederhanakan batasnya dahulu (mapshaper, toleransi 5 m).")
    _check_twins(work)
    _check_overlaps(work)
    _check_parents(work)
    return [_row(one, ground) for one in work]


def _checked(number: int, feature: Mapping[str, Any], row: Mapping[str, Any], column: str, ground: Ground) -> _Work:
    code = dotted(row.get(column))
    one = _Work(number, code, first_of(row, NAME_NAMES, 80))
    if not code:
        given = text_of(row.get(column), 30)
        one.problems.append(f"kode “{given}” bukan kode Kemendagri" if given else "tanpa kode")
        return one
    _check_code(one, ground)
    if not one.problems and not one.skipped:
        one.shape = _shape(feature.get("geometry"), one)
        if one.shape is not None:
            _check_place(one, one.shape, ground)
    return one


def _check_code(one: _Work, ground: Ground) -> None:
    known = ground.areas.get(one.code)
    if one.level == "provinsi":
        one.skipped = True
        one.notes.append("batas provinsi tidak dipakai")
    elif one.code != ground.region and not one.code.startswith(f"{ground.region}."):
        one.problems.append("bukan bagian wilayah ini")
    elif one.code not in ground.coarse if one.level == "kabkota" else known is None:
        one.problems.append("kode tidak dikenal di wilayah ini")
    elif known is not None and one.name and _plain(one.name) != _plain(known.name):
        one.notes.append(f"nama di sini: {known.name}")
    one.name = known.name if known is not None else one.name or one.code


def _plain(name: str) -> str:
    return re.sub(r"^(?:kelurahan|kel|desa|kecamatan|kec)\b|\W+", "", name.casefold())


def _shape(geometry: Any, one: _Work) -> shapely.Geometry | None:
    """A valid polygon in degrees; what is wrong or was repaired is added to the row."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        one.problems.append("bukan poligon")
        return None
    try:
        found = shapely.force_2d(to_shape(geometry))
        empty = found.is_empty or (found.is_valid and found.area == 0)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
        one.problems.append("poligon tidak dapat dibaca")
        return None
    if empty:
        one.problems.append("poligon kosong")
        return None
    if problem := _misplaced(found):
        one.problems.append(problem)
        return None
    return found if found.is_valid else _repaired(found, one)


def _misplaced(found: shapely.Geometry) -> str:
    west, south, east, north = found.bounds
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 180:
        return "koordinat bukan derajat (mungkin UTM): ubah dulu ke WGS 84"
    if _inside(south, west, north, east):
        return "lintang dan bujur tertukar"
    return "" if _inside(west, south, east, north) else "di luar Indonesia"


def _inside(west: float, south: float, east: float, north: float) -> bool:
    return _BOX[0] <= west and _BOX[1] <= south and east <= _BOX[2] and north <= _BOX[3]


def _repaired(found: shapely.Geometry, one: _Work) -> shapely.Geometry | None:
    """Crossing lines and the like are mended; points and lines that this leaves over are dropped."""
    mended = shapely.make_valid(found, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(mended) if part.geom_type in ("Polygon", "MultiPolygon")]
    whole = shapely.union_all(parts) if parts else None
    if whole is None or whole.is_empty or not whole.is_valid:
        one.problems.append("poligon rusak dan tidak dapat diperbaiki")
        return None
    change = abs(whole.area - found.area) / max(whole.area, abs(found.area))
    said = f"; luas berubah {change:.0%}" if change > REPAIR_SEEN else ""
    one.notes.append(f"poligon diperbaiki (garis bersilang atau cincin rusak{said})")
    return whole


def _check_place(one: _Work, shape: shapely.Geometry, ground: Ground) -> None:
    coarse = ground.coarse.get(one.code)
    if one.level == "kabkota" and coarse is not None:
        like = shape.intersection(coarse).area / shape.union(coarse).area
        if like < LITTLE_LIKENESS:
            said = f"hanya {like:.0%} sama dengan letak wilayah ini yang dikenal"
            (one.problems if like < LEAST_LIKENESS else one.notes).append(said)
    known = ground.areas.get(one.code)
    if known is None or known.lat is None or known.lon is None:
        return
    distance = shape.distance(shapely.Point(known.lon, known.lat)) * METRES_PER_DEGREE
    said = f"titik tengah {known.name} yang dikenal terletak {distance / 1000:.1f} km di luar batas ini"
    if distance > FAR_M:
        one.problems.append(f"{said}: periksa kodenya")
    elif distance > OFF_M:
        one.notes.append(said)


def _check_twins(work: list[_Work]) -> None:
    seen = Counter[str]()
    for one in work:
        if one.code and not one.skipped:
            seen[one.code] += 1
            if seen[one.code] > 1:
                one.problems.append("kode ini sudah ada di baris sebelumnya; gabungkan bagian-bagiannya")


def _check_overlaps(work: list[_Work]) -> None:
    """Areas of one level do not lie on each other."""
    for level in LEVELS.values():
        own = [(one, one.shape) for one in work if one.level == level and one.shape is not None and not one.problems]
        shapes = np.array([shape for _, shape in own], dtype=object)
        for left, right in STRtree(shapes).query(shapes, predicate="intersects").T:
            if left < right:
                share = _overlap(shapes[left], shapes[right])
                _note_overlap(own[left][0], own[right][0], share)


def _overlap(left: shapely.Geometry, right: shapely.Geometry) -> float:
    return float(left.intersection(right).area / min(left.area, right.area))


def _note_overlap(left: _Work, right: _Work, share: float) -> None:
    if share < OVERLAP_SEEN:
        return
    for one, other in ((left, right), (right, left)):
        said = f"bertumpuk {share:.0%} dengan {other.name} ({other.code})"
        (one.problems if share > OVERLAP_WRONG else one.notes).append(said)


def _check_parents(work: list[_Work]) -> None:
    """A village lies in the kecamatan that its code names, when the file has both."""
    districts = {one.code: one for one in work if one.level == "kecamatan" and one.shape is not None}
    for one in work:
        parent = districts.get(one.code.rpartition(".")[0])
        if one.level == "kelurahan" and parent is not None and one.shape is not None and parent.shape is not None:
            inside = one.shape.intersection(parent.shape).area / one.shape.area
            if inside < MOSTLY:
                one.notes.append(f"hanya {inside:.0%} di dalam Kec. {parent.name} menurut kodenya")


def _row(one: _Work, ground: Ground) -> Row:
    key = one.code or f"#{one.number}"
    if one.skipped or one.problems or one.shape is None:
        state = State.SKIPPED if one.skipped else State.WRONG
        return Row(one.number, key, one.name, state, tuple(one.problems), tuple(one.notes))
    wkb = shapely.to_wkb(one.shape, output_dimension=2, byte_order=1)
    before = ground.current.get(one.code)
    state = State.NEW if before is None else State.SAME if before == wkb else State.CHANGED
    if before is not None and state is State.CHANGED:
        was = shapely.from_wkb(before)
        one.notes.append(f"{one.shape.symmetric_difference(was).area / was.area:.1%} dari luas lama berubah")
    values = {"code": one.code, "name": one.name, "level": one.level, "shape": wkb}
    return Row(one.number, key, one.name, state, (), tuple(one.notes), values)


def whole_region(rows: Mapping[str, bytes], villages: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """The outline of each kabupaten/kota all of whose villages have one: their union, small gaps closed.

    `villages`: kabupaten/kota → the codes of all its villages.
    """
    found = {}
    for region, codes in villages.items():
        if codes and all(code in rows for code in codes):
            united = shapely.union_all([shapely.from_wkb(rows[code]) for code in codes])
            closed = united.buffer(_GAP_DEGREES).buffer(-_GAP_DEGREES)
            found[region] = shapely.to_wkb(closed, output_dimension=2, byte_order=1)
    return found


_GAP_DEGREES = 30 / METRES_PER_DEGREE
"""Slivers between neighbours that were drawn apart are no border."""
