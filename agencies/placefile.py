"""A file of places (CSV, GeoJSON, GeoJSON with OpenStreetMap tags): each row read, checked and compared. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry import shape as to_shape

from agencies.importfile import FileProblem, Row, State, decoded, features_of, first_of, properties_of, text_of
from agencies.spatial import haversine_m

MOST_PLACES = 20_000
MOST_ALIASES = 20
SAME_M = 150.0
"""Rows of one name so near to each other are one place."""
LABEL, KIND, SOURCE, ALIAS = 120, 30, 120, 80
COLUMNS = {
    "label": ("label", "nama", "name", "nama_tempat", "tempat", "patokan", "namobj"),
    "lat": ("lat", "latitude", "lintang", "y"),
    "lon": ("lon", "lng", "long", "longitude", "bujur", "x"),
    "kind": ("kind", "jenis", "kategori", "tipe", "type", "remark"),
    "aliases": ("aliases", "alias", "nama_lain", "sebutan"),
    "source": ("source", "sumber"),
}
ALIAS_TAGS = ("alt_name", "old_name", "short_name", "official_name", "loc_name", "name:id", "operator:short", "alias")
OSM_KINDS = {
    "amenity": {
        "hospital": "rumah_sakit", "clinic": "klinik", "doctors": "klinik", "pharmacy": "apotek",
        "fire_station": "pos_damkar", "police": "kantor_polisi", "school": "sekolah", "kindergarten": "sekolah",
        "university": "kampus", "college": "kampus", "marketplace": "pasar", "fuel": "spbu", "bank": "bank",
        "townhall": "kantor", "bus_station": "terminal", "ferry_terminal": "pelabuhan", "place_of_worship": "ibadah",
        "community_centre": "balai", "prison": "penjara", "courthouse": "kantor",
    },
    "railway": {"station": "stasiun", "halt": "stasiun", "level_crossing": "perlintasan"},
    "shop": {"mall": "mal", "supermarket": "toko", "convenience": "toko", "department_store": "toko"},
    "tourism": {"hotel": "hotel", "attraction": "wisata", "museum": "wisata"},
    "leisure": {"park": "taman", "stadium": "stadion", "pitch": "lapangan", "sports_centre": "stadion"},
    "aeroway": {"aerodrome": "bandara", "terminal": "bandara"},
    "man_made": {"bridge": "jembatan", "water_tower": "menara"},
    "healthcare": {"hospital": "rumah_sakit", "clinic": "klinik", "centre": "puskesmas"},
    "waterway": {"river": "sungai", "stream": "sungai", "dam": "bendungan"},
}  # fmt: skip
OSM_ANY = {
    "highway": "jalan", "junction": "simpang", "bridge": "jembatan", "office": "kantor", "place": "kampung",
    "historic": "wisata", "building": "gedung", "shop": "toko", "amenity": "tempat_umum",
}  # fmt: skip
_FAITHS = {"muslim": "masjid", "christian": "gereja", "hindu": "pura", "buddhist": "wihara", "confucian": "kelenteng"}
_STREETS = frozenset("motorway trunk primary secondary tertiary unclassified residential living_street service".split())  # noqa: SIM905
Box = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Where:
    """Where a point lies. `region` and `region_name`: whose centre answers there; `area`, `district_name`: of one's
    own region."""

    region: str
    region_name: str = ""
    area: str = ""
    district_name: str = ""
    near_border: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A place as it is now."""

    label: str
    lat: float
    lon: float
    kind: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Town:
    """What a file is held against: where points lie, and the places in force by their label."""

    region: str
    where: Callable[[float, float], Where | None]
    known: Mapping[str, Known] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    number: int
    label: str
    lat: float | None = None
    lon: float | None = None
    kind: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    where: Where | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: bool = False


def read_places(data: bytes, town: Town, source: str = "") -> list[Row]:
    """Every row of a file. `source`: where the data come from, for rows that do not say it. Raises FileProblem."""
    text = decoded(data)
    work = _from_features(data) if text.lstrip()[:1] in ("{", "[") else _from_table(text)
    if len(work) > MOST_PLACES:
        raise FileProblem(f"Lebih dari {MOST_PLACES} tempat: bagi menurut kecamatan atau jenis.")
    for one in work:
        one.source = one.source or source
        _check(one, town)
    _join_and_tell_apart(work)
    return [_row(one, town) for one in work]


# --- Reading --------------------------------------------------------------------------------------


def _from_table(text: str) -> list[_Work]:
    header = text.split("\n", 1)[0]
    delimiter = max(";\t,|", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = {_heading(name): name for name in reader.fieldnames or [] if name}
    columns = {ours: next((names[n] for n in theirs if n in names), "") for ours, theirs in COLUMNS.items()}
    missing = [name for name in ("label", "lat", "lon") if not columns[name]]
    if missing:
        wanted = {"label": "nama", "lat": "lintang (lat)", "lon": "bujur (lon)"}
        raise FileProblem(f"Kolom tidak ditemukan: {', '.join(wanted[name] for name in missing)}.")
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FileProblem(f"Tabel tidak dapat dibaca di sekitar baris {reader.line_num}.") from error
    return [_table_row(number, row, columns) for number, row in enumerate(rows, start=2) if any(row.values())]


def _heading(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_")


def _table_row(number: int, row: Mapping[str, Any], columns: Mapping[str, str]) -> _Work:
    def cell(name: str, longest: int) -> str:
        return text_of(row.get(columns[name]), longest) if columns[name] else ""

    one = _Work(number, cell("label", LABEL), kind=_kind(cell("kind", KIND)), source=cell("source", SOURCE))
    one.lat, one.lon = _number(cell("lat", 30)), _number(cell("lon", 30))
    one.aliases = _aliases([cell("aliases", 1000)], one.label)
    return one


def _number(text: str) -> float | None:
    """Decimal point or comma, with or without a sign of degrees."""
    try:
        found = float(text.replace("°", "").replace("−", "-").replace(",", ".").strip())
    except ValueError:
        return None
    return found if -360 < found < 360 else None


def _kind(text: str) -> str:
    return re.sub(r"\W+", "_", text.casefold()).strip("_")[:KIND]


def _aliases(texts: Iterable[str], label: str) -> tuple[str, ...]:
    found = [" ".join(part.split())[:ALIAS] for text in texts for part in re.split(r"[;|]", text)]
    return tuple(dict.fromkeys(alias for alias in found if alias and alias != label))[:MOST_ALIASES]


def _from_features(data: bytes) -> list[_Work]:
    work = [_feature(number, feature) for number, feature in enumerate(features_of(data), start=1)]
    return _joined_streets(work)


def _feature(number: int, feature: Mapping[str, Any]) -> _Work:
    row = properties_of(feature)
    tags = row.get("tags")
    row = {**row, **(tags if isinstance(tags, Mapping) else {})}
    one = _Work(number, first_of(row, COLUMNS["label"], LABEL), source=first_of(row, COLUMNS["source"], SOURCE))
    one.kind = _osm_kind(row) or _kind(first_of(row, COLUMNS["kind"], KIND))
    named = [text_of(row.get(tag), 400) for tag in ALIAS_TAGS]
    given = row.get("aliases")
    listed = [text_of(alias, ALIAS) for alias in given] if isinstance(given, list) else [text_of(given, 1000)]
    one.aliases = _aliases([*named, *listed], one.label)
    if not one.label:
        one.skipped = True
        one.notes.append("tanpa nama")
        return one
    point = _middle(feature.get("geometry"))
    if point is None:
        one.problems.append("bukan titik, garis, atau bidang yang dapat dibaca")
    else:
        one.lat, one.lon = point
    return one


def _osm_kind(row: Mapping[str, Any]) -> str:
    if row.get("highway") in _STREETS and "junction" not in row:
        return "jalan"
    for key, kinds in OSM_KINDS.items():
        if kind := kinds.get(str(row.get(key))):
            return _FAITHS.get(str(row.get("religion")), kind) if kind == "ibadah" else kind
    return next((kind for key, kind in OSM_ANY.items() if text_of(row.get(key), 20) not in ("", "no")), "")


def _middle(geometry: Any) -> Box | None:
    """The point itself, the middle of a line, a point inside a polygon."""
    try:
        found = shapely.force_2d(to_shape(geometry))
        if found.is_empty:
            return None
        if found.geom_type == "MultiLineString":
            found = max(shapely.get_parts(found), key=lambda line: line.length)
        if found.geom_type == "LineString":
            found = found.interpolate(0.5, normalized=True)
        elif found.geom_type != "Point":
            found = found.representative_point()
        return float(found.y), float(found.x)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
        return None


def _joined_streets(work: list[_Work]) -> list[_Work]:
    """OpenStreetMap cuts a street into many pieces: those of one name within two kilometres are one, at the piece in
    the middle."""
    groups: dict[str, list[list[_Work]]] = defaultdict(list)
    for one in work:
        if one.kind != "jalan" or one.lat is None or one.lon is None or one.skipped:
            continue
        near = next((g for g in groups[one.label.casefold()] if any(_apart(one, p) < 2_000 for p in g)), None)
        if near is None:
            groups[one.label.casefold()].append([one])
        else:
            near.append(one)
    for pieces in (group for found in groups.values() for group in found if len(group) > 1):
        pieces.sort(key=lambda piece: (piece.lat or 0.0) + (piece.lon or 0.0))
        kept = pieces[len(pieces) // 2]
        kept.notes.append(f"{len(pieces)} ruas digabung")
        for piece in pieces:
            piece.skipped = piece is not kept
            if piece is not kept:
                piece.notes.append("ruas jalan yang sama")
    return work


def _apart(left: _Work, right: _Work) -> float:
    return haversine_m(left.lat or 0.0, left.lon or 0.0, right.lat or 0.0, right.lon or 0.0)


# --- Checking -------------------------------------------------------------------------------------


def _check(one: _Work, town: Town) -> None:
    if one.skipped:
        return
    if len(one.label) < 2:
        one.problems.append("tanpa nama")
    if one.lat is None or one.lon is None:
        if not one.problems:
            one.problems.append("lintang atau bujur bukan angka")
        return
    if not _in_box(one.lat, one.lon) and _in_box(one.lon, one.lat):
        one.lat, one.lon = one.lon, one.lat
        one.notes.append("lintang dan bujur tertukar; dibetulkan")
    if not _in_box(one.lat, one.lon):
        one.problems.append("di luar Indonesia")
        return
    one.where = town.where(one.lat, one.lon)
    if one.where is None:
        one.problems.append("di laut, jauh dari wilayah mana pun")
    elif one.where.region != town.region and not one.where.near_border:
        one.problems.append(f"di luar wilayah ini ({one.where.region_name})")
    elif one.where.region != town.region:
        one.notes.append(f"di batas dengan {one.where.region_name}; periksa")


def _in_box(lat: float, lon: float) -> bool:
    return -11.5 <= lat <= 6.5 and 94 <= lon <= 142


def _join_and_tell_apart(work: list[_Work]) -> None:
    """A label is unique in a region: namesakes get their kecamatan behind the name, twins side by side become one."""
    groups: dict[str, list[_Work]] = defaultdict(list)
    for one in work:
        if not one.skipped and not one.problems:
            groups[one.label.casefold()].append(one)
    for group in groups.values():
        if len(group) == 1:
            continue
        kept = _without_twins(group)
        if len(kept) > 1:
            _tell_apart(kept)


def _without_twins(group: list[_Work]) -> list[_Work]:
    kept: list[_Work] = []
    for one in group:
        twin = next((other for other in kept if _apart(one, other) <= SAME_M), None)
        if twin is None:
            kept.append(one)
        else:
            one.skipped = True
            one.notes.append(f"sama dengan baris {twin.number}")
    return kept


def _tell_apart(group: list[_Work]) -> None:
    seen: dict[str, int] = {}
    for one in group:
        district = one.where.district_name if one.where else ""
        if district in seen:
            where = f" di Kec. {district}" if district else ""
            one.problems.append(f"nama sama dengan baris {seen[district]}{where}: beri nama pembeda")
            continue
        seen[district] = one.number
        if district:
            one.label = f"{one.label[: LABEL - len(district) - 3]} ({district})"


def _row(one: _Work, town: Town) -> Row:
    key = one.label or f"#{one.number}"
    if one.problems or one.skipped or one.lat is None or one.lon is None:
        state = State.WRONG if one.problems else State.SKIPPED
        return Row(one.number, key, one.label, state, tuple(one.problems), tuple(one.notes))
    values = {
        "label": one.label, "lat": round(one.lat, 6), "lon": round(one.lon, 6), "kind": one.kind,
        "aliases": list(one.aliases), "source": one.source, "area": one.where.area if one.where else "",
    }  # fmt: skip
    known = town.known.get(one.label)
    state = State.NEW if known is None else _compared(known, values, one.notes)
    return Row(one.number, key, one.label, state, (), tuple(one.notes), values)


def _compared(known: Known, values: Mapping[str, Any], notes: list[str]) -> State:
    moved = haversine_m(known.lat, known.lon, values["lat"], values["lon"])
    if moved >= 1:
        notes.append(f"pindah {moved:.0f} m" if moved < 1000 else f"pindah {moved / 1000:.1f} km")
    if known.kind != values["kind"]:
        notes.append(f"jenis: {known.kind or '–'} → {values['kind'] or '–'}")
    if list(known.aliases) != values["aliases"]:
        notes.append(f"nama lain: {', '.join(known.aliases) or '–'} → {', '.join(values['aliases']) or '–'}")
    if known.source != values["source"]:
        notes.append("sumber berubah")
    now = (known.kind, list(known.aliases), known.source)
    same = moved < 1 and now == (values["kind"], values["aliases"], values["source"])
    return State.SAME if same else State.CHANGED
