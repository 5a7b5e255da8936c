"""Importing boundaries and places: a file is looked at, applied in one transaction, and can be taken back."""

import hashlib
import uuid
import zlib
from datetime import datetime
from typing import Any

from agencies import boundaryfile, placefile, terrain
from agencies.access import Actor
from agencies.boundaryfile import Ground, KnownArea
from agencies.caches import reference
from agencies.configuring import PLACES, bump, config_fact, lock_region
from agencies.importfile import MOST_BYTES, FileProblem, Row, State, counts_of
from agencies.models import Import, Outline, Place
from agencies.placefile import Known, Town, Where
from agencies.problems import NotVisible, TooLarge, Unprocessable, WrongState
from agencies.reference import RegionRef
from agencies.selectors import config_visible_to
from agencies.writing import Write, writing

DISSOLVED = "gabungan kelurahan/desa yang diimpor"
_PLACE_FIELDS = ("label", "lat", "lon", "kind", "aliases", "source", "assumed", "area_id")


def draft_import(
    *, region: str, kind: str, file_name: str, data: bytes, options: dict[str, str], actor: Actor, at: datetime
) -> Import:
    """Keep a file to be looked at; nothing is in force yet. An earlier draft of this kind is dropped.

    Raises Unprocessable for a file that cannot be read at all, TooLarge.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(f"Berkas lebih besar dari {MOST_BYTES // 1_000_000} MB.")
    rows = read_rows(region, kind, data, options)
    with writing(actor, at):
        lock_region(actor, region)
        old = Import.objects.filter(region_id=region, kind=kind, state=Import.State.DRAFT)
        old.update(state=Import.State.DISCARDED, content=b"")
        return Import.objects.create(
            region_id=region, kind=kind, file_name=file_name[-120:], sha256=hashlib.sha256(data).hexdigest(),
            content=zlib.compress(data), options=options, counts=counts_of(rows), created_at=at,
            created_by=actor.label[:150],
        )  # fmt: skip


def read_rows(region: str, kind: str, data: bytes, options: dict[str, str]) -> list[Row]:
    """The rows of a file against what is in force now. Raises Unprocessable."""
    known = reference().region(region)
    if known is None:
        raise NotVisible("Wilayah ini tidak ada.")
    try:
        if kind == Import.Kind.BOUNDARIES:
            return boundaryfile.read_boundaries(data, _ground(known), options.get("column", ""))
        return placefile.read_places(data, _town(known), options.get("source", ""))
    except FileProblem as problem:
        raise Unprocessable(str(problem)) from problem


def rows_of(draft: Import) -> list[Row]:
    """What applying a draft would do. Raises Unprocessable."""
    return read_rows(draft.region_id, draft.kind, zlib.decompress(bytes(draft.content)), draft.options)


def _ground(region: RegionRef) -> Ground:
    areas = {code: KnownArea(code, a.name, a.lat, a.lon) for code, a in region.areas.items()}
    current = Outline.objects.filter(region_id=region.code, ended_at=None).exclude(source=DISSOLVED)
    shapes = {row.code: bytes(row.shape) for row in current}
    return Ground(region.code, areas, terrain.shipped_outlines(_served(region)), shapes)


def _served(region: RegionRef) -> list[str]:
    """The kabupaten/kota that the region's centre answers for."""
    known = reference()
    return [code for code in known.regions if (centre := known.centre_of(code)) and centre.code == region.code]


def _town(region: RegionRef) -> Town:
    places = Place.objects.filter(region_id=region.code, ended_at=None)
    known = {p.label: Known(p.label, p.lat, p.lon, p.kind, tuple(p.aliases), p.source) for p in places}

    def where(lat: float, lon: float) -> Where | None:
        hit = terrain.region_at(lat, lon)
        if hit is None:
            return None
        near = region.code in hit.neighbours
        if hit.centre != region.code and not near:
            return Where(hit.centre, hit.name)
        area = terrain.area_at(region, lat, lon)
        own = area.code if area.code in region.areas else ""
        return Where(hit.centre, hit.name, own, area.district_name, near)

    return Town(region.code, where, known)


def apply_import(*, import_id: uuid.UUID, region: str, actor: Actor, at: datetime) -> Import:
    """Put the rows without faults in force; the file is read again, against what is in force at this moment.

    Raises WrongState for anything but a draft, Unprocessable when no row is left to apply.
    """
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = _locked(import_id, region)
        if row.state != Import.State.DRAFT:
            raise WrongState("Impor ini sudah tidak berupa pratinjau.")
        rows = rows_of(row)
        wanted = [one for one in rows if one.applies]
        if not wanted:
            raise Unprocessable("Tidak ada baris yang dapat diterapkan.")
        if row.kind == Import.Kind.BOUNDARIES:
            _put_outlines(row, wanted, at)
        else:
            row.before = _put_places(region, wanted)
        row.state, row.applied_at, row.counts = Import.State.APPLIED, at, counts_of(rows)
        row.save()
        _tell(write, "import.applied", row)
        return row


def _locked(import_id: uuid.UUID, region: str) -> Import:
    found = Import.objects.select_for_update(of=("self",)).filter(pk=import_id, region_id=region).first()
    if found is None:
        raise NotVisible("Impor ini tidak ada.")
    return found


def _put_outlines(row: Import, wanted: list[Row], at: datetime) -> None:
    source = str(row.options.get("source", ""))[:120]
    made = [_outline(row, one.values["code"], one.values, source, at) for one in wanted if one.values]
    _replace_outlines(row, made, at)
    given = {outline.code for outline in made}
    _replace_outlines(row, [outline for outline in _dissolved(row, at) if outline.code not in given], at)


def _outline(row: Import, code: str, values: Any, source: str, at: datetime) -> Outline:
    return Outline(
        region_id=row.region_id, code=code, level=values["level"], name=values["name"], shape=values["shape"],
        source=source, made_by=row, created_at=at,
    )  # fmt: skip


def _replace_outlines(row: Import, made: list[Outline], at: datetime) -> None:
    codes = [outline.code for outline in made]
    Outline.objects.filter(code__in=codes, ended_at=None).update(ended_at=at, ended_by=row)
    Outline.objects.bulk_create(made)


def _dissolved(row: Import, at: datetime) -> list[Outline]:
    """Outlines of whole kabupaten/kota from their villages, where no official one was imported."""
    region = reference().region(row.region_id)
    if region is None:
        return []
    in_force = Outline.objects.filter(region_id=row.region_id, ended_at=None)
    official = set(in_force.filter(level="kabkota").exclude(source=DISSOLVED).values_list("code", flat=True))
    shapes = {outline.code: bytes(outline.shape) for outline in in_force.filter(level="kelurahan")}
    villages = {
        served: [area.code for area in region.areas.values() if area.level != "kecamatan" and _in(area.code, served)]
        for served in terrain.shipped_outlines(_served(region))
        if served not in official
    }
    names = {code: known.name for code in villages if (known := reference().region(code))}
    return [
        _outline(row, code, {"level": "kabkota", "name": names.get(code, code), "shape": shape}, DISSOLVED, at)
        for code, shape in boundaryfile.whole_region(shapes, villages).items()
    ]


def _in(code: str, region: str) -> bool:
    return code.startswith(f"{region}.")


def _put_places(region: str, wanted: list[Row]) -> list[dict[str, Any]]:
    """Places by their label; one that had ended comes back. Returns what they were and are."""
    values = {one.values["label"]: one.values for one in wanted if one.values}
    known = {place.label: place for place in Place.objects.filter(region_id=region, label__in=list(values))}
    told: list[dict[str, Any]] = []
    new: list[Place] = []
    changed: list[Place] = []
    for label, given in values.items():
        place = known.get(label)
        before = _snapshot(place) if place is not None and place.ended_at is None else None
        (new if place is None else changed).append(place := place or Place(region_id=region, label=label))
        for name in ("lat", "lon", "kind", "aliases", "source"):
            setattr(place, name, given[name])
        place.area_id, place.assumed, place.ended_at = given["area"] or None, False, None
        told.append({"id": str(place.id), "before": before, "after": _snapshot(place)})
    Place.objects.bulk_create(new, batch_size=1000)
    fields = [name.removesuffix("_id") for name in _PLACE_FIELDS]
    Place.objects.bulk_update(changed, [*fields, "ended_at"], batch_size=500)
    return told


def _snapshot(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in _PLACE_FIELDS}


def undo_import(*, import_id: uuid.UUID, region: str, actor: Actor, at: datetime) -> int:
    """Bring back what was in force before an import; returns how many places were left, because somebody has changed
    them since. Raises WrongState when the import is not in force or a later one builds on it.
    """
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = _locked(import_id, region)
        if row.state != Import.State.APPLIED:
            raise WrongState("Hanya impor yang sedang diterapkan dapat dibatalkan.")
        left = _take_outlines_back(row, at) if row.kind == Import.Kind.BOUNDARIES else _take_places_back(row, at)
        row.state, row.undone_at = Import.State.UNDONE, at
        row.save(update_fields=["state", "undone_at"])
        _tell(write, "import.undone", row, left)
        return left


def _take_outlines_back(row: Import, at: datetime) -> int:
    made = Outline.objects.filter(made_by=row)
    later = made.exclude(ended_at=None).exclude(ended_by=row).select_related("ended_by").first()
    if later is not None:
        name = later.ended_by.file_name if later.ended_by else later.code
        raise WrongState(f"Impor yang lebih baru memakai tempatnya: batalkan “{name}” dahulu.")
    made.filter(ended_at=None).update(ended_at=at, ended_by=row)
    Outline.objects.filter(ended_by=row).exclude(made_by=row).update(ended_at=None, ended_by=None)
    return 0


def _take_places_back(row: Import, at: datetime) -> int:
    entries = {uuid.UUID(entry["id"]): entry for entry in row.before}
    restored, left = [], 0
    for place in Place.objects.filter(region_id=row.region_id, id__in=list(entries)):
        entry = entries[place.id]
        if place.ended_at is not None or _snapshot(place) != entry["after"]:
            left += 1
            continue
        for name, value in (entry["before"] or {}).items():
            setattr(place, name, value)
        place.ended_at = None if entry["before"] else at
        restored.append(place)
    fields = [name.removesuffix("_id") for name in _PLACE_FIELDS if name != "label"]
    Place.objects.bulk_update(restored, [*fields, "ended_at"], batch_size=500)
    return left


def discard_import(*, import_id: uuid.UUID, region: str, actor: Actor, at: datetime) -> None:
    """Drop a draft. Raises WrongState for anything else."""
    with writing(actor, at):
        lock_region(actor, region)
        row = _locked(import_id, region)
        if row.state != Import.State.DRAFT:
            raise WrongState("Impor ini sudah tidak berupa pratinjau.")
        row.state, row.content = Import.State.DISCARDED, b""
        row.save(update_fields=["state", "content"])


def _tell(write: Write, kind: str, row: Import, left: int = 0) -> None:
    """The audit entry, and the word to every process."""
    counts = {"added": row.counts.get(State.NEW, 0), "updated": row.counts.get(State.CHANGED, 0)}
    kept = {"kept": left} if left else {}
    about = {"row": f"{row.get_kind_display()}: {row.file_name}", "sha256": row.sha256, **counts, **kept}
    write.record([config_fact(kind, row.region_id, {}, about)])
    bump(PLACES)


def imports_of(actor: Actor, region: str) -> Any:
    """The region's imports, newest first; without what was only looked at and dropped."""
    rows = Import.objects.filter(region_id=region).exclude(state=Import.State.DISCARDED)
    return config_visible_to(actor, rows.defer("content", "before")).order_by("-created_at")
